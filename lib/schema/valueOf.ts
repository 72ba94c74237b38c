import type { Column, DdlProblem, RowOptions } from './columnShape.js';
import type { Decimal } from './decimal.js';

/** What a type name of DDL means to the compiler: the tag of its `DataType`. */
export interface TypeNames {
  BOOLEAN: 'boolean';
  TINYINT: 'tinyint';
  BYTE: 'tinyint';
  SMALLINT: 'smallint';
  SHORT: 'smallint';
  INT: 'int';
  INTEGER: 'int';
  BIGINT: 'bigint';
  LONG: 'bigint';
  FLOAT: 'float';
  REAL: 'float';
  DOUBLE: 'double';
  STRING: 'string';
  BINARY: 'binary';
  DATE: 'date';
  TIMESTAMP: 'timestamp';
  TIMESTAMP_LTZ: 'timestamp';
}

/** An ARRAY as the compiler keeps it. */
export interface ArrayShape<Element, Nullable> {
  readonly array: Element;
  readonly nullable: Nullable;
}

/** A MAP as the compiler keeps it. */
export interface MapShape<Key, Value, Nullable> {
  readonly key: Key;
  readonly value: Value;
  readonly nullable: Nullable;
}

/** A STRUCT as the compiler keeps it: a union of columns. */
export interface StructShape<Columns> {
  readonly struct: Columns;
}

interface PlainValues<Options extends RowOptions> {
  boolean: boolean;
  tinyint: number;
  smallint: number;
  int: number;
  bigint: Options['bigints'] extends 'bigint' ? bigint : number;
  float: number;
  double: number;
  decimal: Decimal;
  string: string;
  binary: Uint8Array;
  date: Instant<Options>;
  timestamp: Instant<Options>;
}

type Instant<Options extends RowOptions> = Options['timestamps'] extends 'ms' ? number : Date;

/** The value of a type that is not null. */
export type ValueOf<Type, Options extends RowOptions> = Type extends keyof PlainValues<Options>
  ? PlainValues<Options>[Type]
  : Type extends ArrayShape<infer Element, infer Nullable>
    ? readonly (ValueOf<Element, Options> | NullIf<Nullable>)[]
    : Type extends MapShape<infer Key, infer Value, infer Nullable>
      ? ReadonlyMap<ValueOf<Key, Options>, ValueOf<Value, Options> | NullIf<Nullable>>
      : Type extends StructShape<infer Columns>
        ? RowOfColumns<Columns, Options>
        : unknown;

type NullIf<Nullable> = Nullable extends false ? never : null;

/** The object of a union of columns; a problem stays what it is. */
export type RowOfColumns<Columns, Options extends RowOptions> = [Columns] extends [never]
  ? Readonly<Record<never, never>>
  : [Columns] extends [DdlProblem<string>]
    ? Columns
    : {
        readonly [C in Columns as C extends Column ? C[0] : never]: C extends Column
          ? C[2] extends false
            ? ValueOf<C[1], Options>
            : ValueOf<C[1], Options> | null
          : never;
      };
