import { dateParser, timestampParser } from '../time/timestamps.js';
import { BAD } from './bad.js';
import { cellReader } from './cellReader.js';
import { Decimal } from './decimal.js';
import { isIntegerText, NumberText } from './numberText.js';
import type { DataType, StructField, StructType } from './types.js';
import { unseen, widerType } from './widerType.js';

/** What inference may find. */
export interface InferOptions {
  /** Whether text that looks like a DATE or TIMESTAMP is one. Default: for CSV yes, for JSON no, as in Spark. */
  readonly inferTimestamp?: boolean | undefined;
  readonly timeZone?: string | undefined;
  readonly timestampFormat?: string | undefined;
  readonly dateFormat?: string | undefined;
}

/** Nested deeper, a value is STRING. */
const maxDepth = 100;

/**
 * The schema of parsed JSON values, by Spark's rules: whole numbers BIGINT (DECIMAL, if too long to be
 * exact as a number), others DOUBLE, columns of several types the wider one or STRING, nulls only STRING. Columns in order of appearance, all may be
 * null.
 *
 * In:     objects; other values are left out. Names that only differ in case are several columns.
 *
 * @example
 * formatDdl(inferJsonSchema([{ a: 1 }, { a: 1.5, b: 'x' }])); // 'a DOUBLE, b STRING'
 */
export function inferJsonSchema(
  samples: Iterable<unknown>,
  options: InferOptions = {},
): StructType {
  const textType = options.inferTimestamp === true ? timeText(options) : () => string;
  const columns = new Map<string, DataType>();
  for (const sample of samples) {
    if (typeof sample !== 'object' || sample === null || Array.isArray(sample)) continue;
    for (const [name, value] of Object.entries(sample)) {
      columns.set(name, widerType(columns.get(name) ?? unseen, jsonType(value, textType, 0)));
    }
  }
  return structOf(columns);
}

/**
 * The schema of CSV cells, by Spark's rules: INT, BIGINT, DECIMAL of long digits, DOUBLE, DATE,
 * TIMESTAMP, BOOLEAN, or STRING: the narrowest that takes every cell of a column.
 *
 * In:     column names, and rows of cells; null cells say nothing, missing ones too.
 */
export function inferCellsSchema(
  names: readonly string[],
  rows: Iterable<readonly (string | null)[]>,
  options: InferOptions = {},
): StructType {
  const textType = options.inferTimestamp === false ? () => string : timeText(options);
  const types: DataType[] = names.map(() => unseen);
  for (const row of rows) {
    for (const [i, type] of types.entries()) {
      const cell = row[i];
      if (cell === null || cell === undefined || (type.type === 'string' && type !== unseen))
        continue;
      types[i] = widerType(type, cellType(cell, textType));
    }
  }
  return structOf(new Map(names.map((name, i) => [name, types[i] ?? unseen])));
}

const string: DataType = { type: 'string' };
const readsDouble = cellReader({ type: 'double' });

function structOf(columns: ReadonlyMap<string, DataType>): StructType {
  const fields: StructField[] = [];
  for (const [name, dataType] of columns) fields.push({ name, dataType, nullable: true });
  return { type: 'struct', fields };
}

function jsonType(value: unknown, textType: (text: string) => DataType, depth: number): DataType {
  if (value === null || value === undefined) return unseen;
  if (typeof value === 'string') return textType(value);
  if (typeof value === 'boolean') return { type: 'boolean' };
  if (typeof value === 'number') return { type: Number.isSafeInteger(value) ? 'bigint' : 'double' };
  if (value instanceof NumberText && isIntegerText(value.text)) return integerType(value.text);
  if (value instanceof NumberText || typeof value !== 'object') return { type: 'double' };
  if (depth >= maxDepth) return string;
  if (Array.isArray(value)) {
    let element = unseen;
    for (const each of value) element = widerType(element, jsonType(each, textType, depth + 1));
    return { type: 'array', element, containsNull: true };
  }
  const columns = new Map<string, DataType>();
  for (const [name, each] of Object.entries(value)) {
    columns.set(name, jsonType(each, textType, depth + 1));
  }
  return structOf(columns);
}

function cellType(text: string, textType: (text: string) => DataType): DataType {
  if (isIntegerText(text)) return integerType(text);
  if (readsDouble(text) !== BAD) return { type: 'double' };
  const lower = text.length <= 5 ? text.toLowerCase() : '';
  if (lower === 'true' || lower === 'false') return { type: 'boolean' };
  return textType(text);
}

/** Digits that a BIGINT of numbers could not hold exactly are a DECIMAL. */
function integerType(text: string): DataType {
  const value = Number(text);
  if (Number.isSafeInteger(value)) {
    return { type: value === (value | 0) ? 'int' : 'bigint' };
  }
  const exact = Decimal.tryParse(text);
  return exact === undefined
    ? { type: 'double' }
    : { type: 'decimal', precision: exact.precision, scale: 0 };
}

/** DATE before TIMESTAMP: text that is a date and nothing more. */
function timeText(options: InferOptions): (text: string) => DataType {
  const dateOf = dateParser({ format: options.dateFormat });
  const timestampOf = timestampParser({
    timeZone: options.timeZone,
    format: options.timestampFormat,
  });
  const looksLikeDate = (text: string): boolean =>
    options.dateFormat !== undefined || (text.length === 10 && text.charCodeAt(4) === 45);
  return (text) => {
    if (looksLikeDate(text) && !Number.isNaN(dateOf(text))) return { type: 'date' };
    // a lone year is no timestamp to anybody
    if (text.length >= 8 && !Number.isNaN(timestampOf(text))) return { type: 'timestamp' };
    return string;
  };
}
