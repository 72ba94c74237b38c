import { checkStruct } from './checkStruct.js';
import type { Column, DdlProblem } from './columnShape.js';
import { parseDdl } from './ddl.js';
import type { ParseColumns } from './ddlText.js';
import { nameDdl } from './formatDdl.js';
import type { CheckedDdl, TypedStruct } from './rowOf.js';
import type { DataType, StructField, StructType } from './types.js';
import type { StructShape } from './valueOf.js';

/** What takes a schema takes DDL text or a struct. */
export type SchemaInput = string | StructType;

/** The type of one field: DDL of a type with an optional `NOT NULL`, a struct, or a `DataType`. */
export type FieldType = string | StructType | DataType;

/** A field that the compiler knows. */
export interface TypedField<C extends Column> extends StructField {
  /** Never there at run time. */
  readonly column?: C;
}

/** The column of a field: `'INT NOT NULL'` and structs are known, a bare `DataType` is `unknown`. */
type ColumnOf<Name extends string, Type> = Type extends string
  ? ParseColumns<`c ${Type}`> extends infer Parsed
    ? Parsed extends Column
      ? readonly [Name, Parsed[1], Parsed[2]]
      : never
    : never
  : Type extends TypedStruct<infer Columns>
    ? readonly [Name, StructShape<Columns>, true]
    : readonly [Name, unknown, true];

/** A union of columns of an object of field types. */
type ColumnsOfObject<Fields> = {
  [Name in keyof Fields & string]: ColumnOf<Name, Fields[Name]>;
}[keyof Fields & string];

type ColumnsOfList<Fields> = Fields extends readonly (infer F)[]
  ? F extends TypedField<infer C>
    ? C
    : never
  : never;

type CheckedFields<Fields> = { [Name in keyof Fields]: CheckedType<Fields[Name]> };

/** As `CheckedDdl`, for the type of one column. */
type CheckedType<Type> = Type extends string
  ? CheckedDdl<`c ${Type}`> extends DdlProblem<infer Message>
    ? DdlProblem<Message>
    : Type
  : Type;

/**
 * One field of a `structType` list.
 *
 * In:     the type as DDL (`'DECIMAL(10,2) NOT NULL'`), as a struct, or as a `DataType`.
 * Errors: `DDL_INVALID` for DDL that cannot be read.
 *
 * @example
 * structType([field('id', 'BIGINT NOT NULL'), field('odd name', 'STRING')]);
 * @since 0.1.0
 */
export function field<const Name extends string, const Type extends FieldType>(
  name: Name,
  type: Type & CheckedType<Type>,
  options: { readonly nullable?: boolean } = {},
): TypedField<ColumnOf<Name, Type>> {
  if (typeof name !== 'string') throw new TypeError(`field name must be text, got ${String(name)}`);
  const made = fieldOf(name, type);
  return options.nullable === undefined ? made : { ...made, nullable: options.nullable };
}

/**
 * Builds a schema that the compiler knows: `RowOf` of it gives the row type.
 *
 * In:     an object of field types, or a list of `field`s (for names that an object cannot hold in
 *         order, such as `'1'`).
 * Errors: `DDL_INVALID` for DDL that cannot be read; TypeError for two fields of one name.
 *
 * @example
 * const events = structType({ time: 'TIMESTAMP', action: 'STRING NOT NULL', at: structType({ x: 'INT' }) });
 * type Event = RowOf<typeof events>;
 * @since 0.1.0
 */
export function structType<const Fields extends readonly TypedField<Column>[]>(
  fields: Fields,
): TypedStruct<ColumnsOfList<Fields>>;
export function structType<const Fields extends Readonly<Record<string, FieldType>>>(
  fields: Fields & CheckedFields<Fields>,
): TypedStruct<ColumnsOfObject<Fields>>;
export function structType(
  fields: readonly StructField[] | Readonly<Record<string, FieldType>>,
): StructType {
  if (typeof fields !== 'object' || fields === null) {
    throw new TypeError(
      `structType takes an object of types or a list of fields, got ${String(fields)}`,
    );
  }
  const list = isList(fields)
    ? fields
    : Object.entries(fields).map(([name, type]) => fieldOf(name, type));
  return checkStruct({ type: 'struct', fields: list }, 'structType');
}

/**
 * The struct of a schema option, checked.
 *
 * Errors: `DDL_INVALID` for DDL that cannot be read; TypeError, naming `option`, for what is no schema.
 */
export function toStructType(input: SchemaInput, option: string): StructType {
  if (typeof input === 'string') return parseDdl(input);
  return checkStruct(input, option);
}

function isList(
  fields: readonly StructField[] | Readonly<Record<string, FieldType>>,
): fields is readonly StructField[] {
  return Array.isArray(fields);
}

function fieldOf(name: string, type: FieldType): StructField {
  if (typeof type !== 'string') return { name, dataType: type, nullable: true };
  const parsed = parseDdl(`${nameDdl(name)} ${type}`).fields;
  const [only] = parsed;
  if (only === undefined || parsed.length !== 1) {
    throw new TypeError(
      `the type of field ${JSON.stringify(name)} must be one type, got ${JSON.stringify(type)}`,
    );
  }
  return only;
}
