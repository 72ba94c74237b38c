import { Decimal } from '../../schema/decimal.js';
import type { DataType, StructType } from '../../schema/types.js';

/**
 * A row as one line of JSON, without fields in `omit` and, as in Spark, without fields that are null.
 *
 * bigint and Decimal are exact number literals, NaN and the infinities are strings, binary is base64,
 * a Map is an object of its entries.
 */
export function jsonRow(row: object, omit: ReadonlySet<string>, schema?: StructType): string {
  let line = '';
  for (const name of Object.keys(row)) {
    const value = (row as Record<string, unknown>)[name];
    if (value === null || value === undefined || omit.has(name)) continue;
    const text = jsonText(value, typeOf(schema, name));
    line += `${line === '' ? '' : ','}${JSON.stringify(name)}:${text}`;
  }
  return `{${line}}`;
}

/** Any value of a row as JSON. */
export function jsonText(value: unknown, type?: DataType): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectText(value, type);
    default:
      return 'null';
  }
}

function objectText(value: object, type: DataType | undefined): string {
  if (value instanceof Date) return dateText(value, type);
  if (value instanceof Decimal) return String(value);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  if (Array.isArray(value))
    return arrayText(value, type?.type === 'array' ? type.element : undefined);
  if (value instanceof Map) return mapText(value, type?.type === 'map' ? type.value : undefined);
  if (value instanceof Set) return arrayText([...value], undefined);
  if (value.toString !== Object.prototype.toString && typeof value.toString === 'function') {
    return JSON.stringify(String(value));
  }
  return jsonRow(value, nothing, type?.type === 'struct' ? type : undefined);
}

const nothing: ReadonlySet<string> = new Set();

function dateText(value: Date, type: DataType | undefined): string {
  if (Number.isNaN(value.getTime())) return 'null';
  const text = value.toISOString();
  return `"${type?.type === 'date' ? text.replace(/T.*/, '') : text}"`;
}

function arrayText(values: readonly unknown[], element: DataType | undefined): string {
  return `[${values.map((each) => jsonText(each, element)).join(',')}]`;
}

function mapText(map: ReadonlyMap<unknown, unknown>, type: DataType | undefined): string {
  const entries = [...map].map(
    ([key, value]) => `${JSON.stringify(keyText(key))}:${jsonText(value, type)}`,
  );
  return `{${entries.join(',')}}`;
}

function keyText(key: unknown): string {
  return key instanceof Date ? key.toISOString() : String(key);
}

function typeOf(schema: StructType | undefined, name: string): DataType | undefined {
  if (schema === undefined) return undefined;
  return schema.fields.find((field) => field.name === name)?.dataType;
}
