import { BAD, type Converted, type ValueReader } from './bad.js';
import { cellReader } from './cellReader.js';
import type { ConvertOptions } from './convertOptions.js';
import { formatType } from './formatDdl.js';
import { jsonReader, plainJson } from './jsonReader.js';
import { NumberText } from './numberText.js';
import { partialJsonReader } from './partialJson.js';
import { lastOf, lastReadable, Repeated } from './repeated.js';
import type { AnyRow } from './rowOf.js';
import { columnValue, compileRow, isRecord, type RowColumn, setField } from './rowShape.js';
import type { DataType, StructType } from './types.js';

/** Turns records into rows of a schema. One per column list; rows share one shape. */
export interface RowConverter<In> {
  /** The row, or `BAD`. */
  readonly row: (record: In) => Converted<AnyRow>;
  /**
   * The row of a bad record: null where a value could not be read (of a STRUCT in JSON, the field), `raw`
   * in the corrupt column. undefined if a `NOT NULL` column would be null.
   */
  salvage(record: In | undefined, raw: string): AnyRow | undefined;
  /**
   * Why a record is bad: the first column that could not be read, and its value. Parsed JSON should come
   * from `exactJson`, with all its digits.
   */
  problem(record: In): string;
}

/**
 * Makes the converter of one type's text; see `cellReader` for the rules. The answer is `BAD` for text
 * that is not of the type.
 */
export const cellConverter = cellReader;

/** Makes the converter of one type's values in parsed JSON; they are not null. */
export const jsonConverter = jsonReader;

/**
 * Makes the converter of parsed JSON objects.
 *
 * In:     what `JSON.parse` (or `jsonParser`) gave. Missing fields are null, others are left out. `BAD`
 *         may then only mean that a STRING holds no string: what `exactJson` gives says what it is.
 * Out:    rows with the schema's columns in its order.
 * Errors: TypeError or RangeError for a zone or pattern that is none, when it is made.
 *
 * @example
 * const rows = rowConverter(parseDdl('a INT'), {});
 * rows.row({ a: 1 }); // { a: 1 }
 * rows.row({ a: 'x' }) === BAD; // rows.problem gives: column a: "x" is no INT
 */
export function rowConverter(
  schema: StructType,
  options: ConvertOptions = {},
): RowConverter<unknown> {
  const columns = columnsOf(schema, options, (type, how, nullable) => ({
    read: lastOf(jsonReader(type, how), nullable),
    plain: plainJson(type),
    partial: () => lastReadable(partialJsonReader(type, how)),
  }));
  return new Converter(columns, true);
}

/**
 * Makes the converter of CSV cells: text or null, in the order of the schema's columns. Cells that are
 * not there are null, cells behind the last column are left out.
 *
 * Errors: TypeError for columns that have no text (ARRAY, MAP, STRUCT), when it is made.
 */
export function cellsConverter(
  schema: StructType,
  options: ConvertOptions = {},
): RowConverter<readonly (string | null)[]> {
  const columns = columnsOf(schema, options, (type, how) => ({
    read: cellReader(type, how),
    plain: type.type === 'string' ? 'string' : undefined,
  }));
  return new Converter<readonly (string | null)[]>(columns, false);
}

/** The corrupt column reads as null; only `salvage` fills it. */
function columnsOf(
  schema: StructType,
  options: ConvertOptions,
  readerOf: (
    type: DataType,
    options: ConvertOptions,
    nullable: boolean,
  ) => Pick<RowColumn, 'read' | 'plain'> & { readonly partial?: () => RowColumn['read'] },
): readonly ConvertedColumn[] {
  checkCorrupt(schema, options.corruptColumn);
  return schema.fields.map(({ name, dataType, nullable }) => {
    const corrupt = name === options.corruptColumn;
    const { read, plain, partial } = corrupt
      ? { read: () => null, plain: undefined }
      : readerOf(dataType, options, nullable);
    // only bad records need these
    let exact: RowColumn['read'] | undefined;
    const exactOptions = { ...options, bigints: 'bigint' } as const;
    const exactly = () => (exact ??= readerOf(dataType, exactOptions, nullable).read);
    let part: RowColumn['read'] | undefined;
    const partly = () => (part ??= partial?.() ?? read);
    return { name, nullable, corrupt, shown: formatType(dataType), exactly, partly, read, plain };
  });
}

interface ConvertedColumn extends RowColumn {
  readonly corrupt: boolean;
  /** The type as DDL. */
  readonly shown: string;
  /** The reader for `bigints: 'bigint'`. */
  readonly exactly: () => RowColumn['read'];
  /** The reader of what a bad record still has. */
  readonly partly: () => RowColumn['read'];
}

function checkCorrupt(schema: StructType, corruptColumn: string | undefined): void {
  const field = schema.fields.find((each) => each.name === corruptColumn);
  if (field === undefined || (field.dataType.type === 'string' && field.nullable)) return;
  throw new TypeError(
    `columnNameOfCorruptRecord ${JSON.stringify(corruptColumn)} must be a STRING that may be null, it is ${formatType(field.dataType)}${field.nullable ? '' : ' NOT NULL'}: declare it STRING`,
  );
}

class Converter<In> implements RowConverter<In> {
  readonly row: (record: In) => Converted<AnyRow>;

  constructor(
    private readonly columns: readonly ConvertedColumn[],
    private readonly byName: boolean,
  ) {
    this.row = compileRow(columns, byName ? 'by name' : 'by index') as typeof this.row;
  }

  salvage(record: In | undefined, raw: string): AnyRow | undefined {
    const row = {};
    const readable = this.isReadable(record);
    for (const [i, column] of this.columns.entries()) {
      const value = readable ? this.valueOf(record, column, i, column.partly()) : null;
      const kept = column.corrupt ? raw : value === BAD ? null : value;
      if (kept === null && !column.nullable) return undefined;
      setField(row, column.name, kept);
    }
    return row;
  }

  problem(record: In): string {
    if (!this.isReadable(record)) return `${shownValue(record)} is no object`;
    for (const [i, column] of this.columns.entries()) {
      const value = this.valueOf(record, column, i);
      if (value === BAD) {
        const raw = badValue(columnValue(record, column.name, i, this.byName), column);
        const why = this.isExact(column, raw)
          ? "is beyond 2^53: read it with bigints: 'bigint'"
          : `is no ${column.shown}`;
        return `column ${column.name}: ${shownValue(raw)} ${why}`;
      }
      if (value === null && !column.nullable)
        return `column ${column.name} is NOT NULL, and there is no value`;
    }
    return 'it is of the schema';
  }

  /** Whether the value is one of the type with `bigints: 'bigint'`. */
  private isExact({ exactly }: ConvertedColumn, raw: unknown): boolean {
    return (exactly() as ValueReader<unknown>)(raw) !== BAD;
  }

  private isReadable(record: In | undefined): boolean {
    return this.byName ? isRecord(record) : Array.isArray(record);
  }

  private valueOf(
    record: In | undefined,
    column: ConvertedColumn,
    index: number,
    read = column.read,
  ): unknown {
    const value = columnValue(record, column.name, index, this.byName);
    return value === null ? null : (read as ValueReader<unknown>)(value);
  }
}

/** Of a key that stands twice, the first value that could not be read. */
function badValue(raw: unknown, { read }: RowColumn): unknown {
  if (!(raw instanceof Repeated)) return raw;
  return raw.values.find((each) => each !== null && (read as ValueReader<unknown>)(each) === BAD);
}

function shownValue(value: unknown): string {
  const text = value instanceof NumberText ? value.text : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
