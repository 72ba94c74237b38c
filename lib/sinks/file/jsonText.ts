import { Decimal } from '../../schema/decimal.js';
import { fieldTypes } from '../../schema/fieldTypes.js';
import type { DataType, StructType } from '../../schema/types.js';
import { timeText } from './timeText.js';
import { isOpaque, Unwritable, unwritable } from './unwritable.js';

/**
 * A row as one line of JSON, without fields in `omit` and, as in Spark, without fields that are null.
 *
 * bigint and Decimal are exact number literals, NaN and the infinities are strings, binary is base64,
 * a Map is an object of its entries.
 *
 * Errors: `Unwritable` for what JSON would lose: a Promise, a function, an invalid Date, two keys of a Map
 *         with one text.
 */
export function jsonRow(row: object, omit: ReadonlySet<string>, schema?: StructType): string {
  let line = '';
  const types = schema && fieldTypes(schema);
  for (const name of Object.keys(row)) {
    const value = (row as Record<string, unknown>)[name];
    if (value === null || value === undefined || omit.has(name)) continue;
    const text = jsonText(value, types?.get(name));
    line += `${line === '' ? '' : ','}${JSON.stringify(name)}:${text}`;
  }
  return `{${line}}`;
}

/** Any value of a row as JSON. */
function jsonText(value: unknown, type?: DataType): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return type === undefined ? numberText(value) : typedNumber(value, type);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectText(value, type);
    case 'undefined':
      return 'null';
    default:
      throw unwritable(value);
  }
}

function objectText(value: object, type: DataType | undefined): string {
  if (value instanceof Date) return quoted(timeText(value, type), value);
  if (value instanceof Decimal) return String(value);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  if (Array.isArray(value))
    return arrayText(value, type?.type === 'array' ? type.element : undefined);
  if (value instanceof Map) return mapText(value, type?.type === 'map' ? type.value : undefined);
  if (value instanceof Set) return arrayText([...value], undefined);
  if (value.toString !== Object.prototype.toString && typeof value.toString === 'function') {
    return JSON.stringify(String(value));
  }
  const text = jsonRow(value, nothing, type?.type === 'struct' ? type : undefined);
  if (text === '{}' && isOpaque(value)) throw unwritable(value);
  return text;
}

const nothing: ReadonlySet<string> = new Set();

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

function typedNumber(value: number, type: DataType): string {
  const time = timeText(value, type);
  return time === undefined ? numberText(value) : `"${time}"`;
}

function quoted(text: string | undefined, value: Date): string {
  if (text === undefined) throw unwritable(value);
  return `"${text}"`;
}

function arrayText(values: readonly unknown[], element: DataType | undefined): string {
  return `[${values.map((each) => jsonText(each, element)).join(',')}]`;
}

function mapText(map: ReadonlyMap<unknown, unknown>, type: DataType | undefined): string {
  const names = Array.from(map.keys(), keyText);
  const isText = Array.from(map.keys()).every((key) => typeof key === 'string');
  // Keys that are texts differ; another may have the text of one.
  if (!isText && new Set(names).size < names.length) {
    const twice = names.find((name, i) => names.indexOf(name) < i);
    const reason = `has two keys with the text ${JSON.stringify(twice)}: give one of them another`;
    throw new Unwritable(map, reason);
  }
  const values = [...map.values()];
  const entries = names.map((name, i) => `${JSON.stringify(name)}:${jsonText(values[i], type)}`);
  return `{${entries.join(',')}}`;
}

function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  if (key instanceof Date && !Number.isNaN(key.getTime())) return key.toISOString();
  if (typeof key === 'symbol' || typeof key === 'function') throw unwritable(key);
  if (typeof key !== 'object' || key === null) return String(key);
  const hasText = typeof key.toString === 'function' && key.toString !== Object.prototype.toString;
  if (!hasText || key instanceof Date) throw unwritable(key);
  return String(key);
}
