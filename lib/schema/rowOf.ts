import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { DdlProblem, RowOptions } from './columnShape.js';
import type { ParseColumns } from './ddlText.js';
import type { StructType } from './types.js';
import type { RowOfColumns } from './valueOf.js';

export type { DdlProblem, RowOptions } from './columnShape.js';

declare const columnsOf: unique symbol;

/** A schema whose columns are known to the compiler: what `structType` gives. */
export interface TypedStruct<Columns> extends StructType {
  /** Never there at run time: carries the columns to `RowOf`. */
  readonly [columnsOf]?: Columns;
}

/**
 * The row type of a schema: of a DDL string by its text, of a `structType` by its fields, of a
 * Standard Schema by its output. A column may be null unless it is `NOT NULL`.
 *
 * A `string` or `StructType` that is known at run time only gives rows of `unknown` columns.
 *
 * @example
 * type Row = RowOf<'time TIMESTAMP, ms DOUBLE NOT NULL'>; // { time: Date | null; ms: number }
 * @since 0.1.0
 */
export type RowOf<Schema, Options extends RowOptions = RowOptions> = [Schema] extends [string]
  ? string extends Schema
    ? AnyRow
    : RowOfColumns<ParseColumns<Schema>, Options>
  : Schema extends StandardSchemaV1<unknown, infer Output>
    ? Output
    : Schema extends TypedStruct<infer Columns>
      ? unknown extends Columns
        ? AnyRow
        : RowOfColumns<Columns, Options>
      : never;

/** A row whose columns are not known to the compiler. */
export type AnyRow = Readonly<Record<string, unknown>>;

/**
 * `Schema` itself if it can be read; otherwise the problem, so that the compiler's message says what is
 * wrong: `"a DUBLE"` is not assignable to `DdlProblem<'unknown type "DUBLE" of column "a"'>`.
 *
 * @example
 * declare function read<const S extends SchemaInput>(schema: S & CheckedDdl<S>): RowOf<S>;
 * @since 0.1.0
 */
export type CheckedDdl<Schema> = [Schema] extends [string]
  ? string extends Schema
    ? Schema
    : ParseColumns<Schema> extends DdlProblem<infer Message>
      ? [ParseColumns<Schema>] extends [never]
        ? Schema
        : DdlProblem<Message>
      : Schema
  : Schema;
