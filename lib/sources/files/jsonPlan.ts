import type { ValueReader } from '../../schema/bad.js';
import { jsonConverter } from '../../schema/convert.js';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import { jsonParser } from '../../schema/exactJson.js';
import type { DataType, StructType } from '../../schema/types.js';
import { type KeyPattern, keyPattern } from './keyPattern.js';

/** What the reader does for a type. The rare ones are read as JSON first and then converted. */
export const readAs = {
  text: 0,
  whole: 1,
  number: 2,
  boolean: 3,
  struct: 4,
  array: 5,
  /** A string or a short number, then converted: TIMESTAMP, DATE, DECIMAL, FLOAT, BINARY. */
  scalar: 6,
  /** Parsed as JSON, then converted: MAP. */
  other: 7,
  /** Not filled from the record, and null: the corrupt column. */
  none: 8,
} as const;

export type ReadAs = (typeof readAs)[keyof typeof readAs];

/** A type, compiled. All plans have one shape, so that the reader stays monomorphic. */
export interface ValuePlan {
  readonly as: ReadAs;
  /** Of `whole`, both included. */
  readonly min: number;
  readonly max: number;
  readonly struct: StructPlan | undefined;
  readonly element: ValuePlan | undefined;
  readonly nullable: boolean;
  /** Whether digits count that a double does not hold. */
  readonly exact: boolean;
  readonly parse: (text: string) => unknown;
  /** Of every value that is not null: what the fast ways must agree with. */
  readonly convert: ValueReader<unknown>;
}

export interface StructPlan {
  readonly names: readonly string[];
  readonly keys: readonly KeyPattern[];
  readonly values: readonly ValuePlan[];
  /** A row of nulls; cloned for each row, so that all rows have one shape. */
  readonly blank: Readonly<Record<string, unknown>>;
  /** Indexes of the columns that may not be null. */
  readonly required: readonly number[];
}

/** Compiles a schema, once per source. */
export function structPlan(schema: StructType, options: ConvertOptions): StructPlan {
  const { fields } = schema;
  return {
    names: fields.map((field) => field.name),
    keys: fields.map((field) => keyPattern(field.name)),
    values: fields.map(({ name, dataType, nullable }) => {
      const plan = valuePlan(dataType, nullable, options);
      return name === options.corruptColumn ? { ...plan, as: readAs.none } : plan;
    }),
    // Defines, never assigns: `__proto__` is a column like any other, and stays one in clones.
    blank: Object.fromEntries(fields.map((field) => [field.name, null])),
    required: fields.flatMap((field, index) => (field.nullable ? [] : [index])),
  };
}

function valuePlan(type: DataType, nullable: boolean, options: ConvertOptions): ValuePlan {
  const [min, max] = rangeOf(type);
  return {
    as: readAsOf(type, options),
    min,
    max,
    struct: type.type === 'struct' ? structPlan(type, options) : undefined,
    element:
      type.type === 'array' ? valuePlan(type.element, type.containsNull, options) : undefined,
    nullable,
    exact: type.type === 'decimal' || (type.type === 'bigint' && options.bigints === 'bigint'),
    parse: jsonParser(
      { type: 'struct', fields: [{ name: '', dataType: type, nullable }] },
      options,
    ),
    convert: jsonConverter(type, options),
  };
}

function readAsOf(type: DataType, options: ConvertOptions): ReadAs {
  switch (type.type) {
    case 'string':
      return readAs.text;
    case 'tinyint':
    case 'smallint':
    case 'int':
      return readAs.whole;
    case 'bigint':
      return options.bigints === 'bigint' ? readAs.scalar : readAs.whole;
    case 'double':
      return readAs.number;
    case 'boolean':
      return readAs.boolean;
    case 'struct':
      return readAs.struct;
    case 'array':
      return readAs.array;
    case 'map':
      return readAs.other;
    case 'decimal':
    case 'float':
    case 'binary':
    case 'date':
    case 'timestamp':
      return readAs.scalar;
  }
}

function rangeOf(type: DataType): readonly [number, number] {
  switch (type.type) {
    case 'tinyint':
      return [-128, 127];
    case 'smallint':
      return [-32_768, 32_767];
    case 'int':
      return [-2_147_483_648, 2_147_483_647];
    default:
      return [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  }
}
