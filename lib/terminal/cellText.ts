import type { DataType } from '../schema/types.js';
import { visible } from './visible.js';

/**
 * A value as one line of text: dates in ISO 8601 without idle milliseconds, binary as hex, structs,
 * windows, maps and arrays in brackets, nested to any depth of data that JSON could hold.
 *
 * Control characters come out as escapes. `type`, where known, tells a DATE from a TIMESTAMP.
 */
export function cellText(value: unknown, type?: DataType): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return visible(value);
  if (typeof value !== 'object') return visible(String(value));
  if (value instanceof Date) return dateText(value, type);
  if (value instanceof Uint8Array) return `[${Buffer.from(value).toString('hex').toUpperCase()}]`;
  if (Array.isArray(value))
    return `[${value.map((each) => cellText(each, elementOf(type))).join(', ')}]`;
  if (value instanceof Map) return mapText(value, type);
  if (value instanceof Set) return cellText([...value]);
  if (isTimeWindow(value)) return `{${cellText(value.start)}, ${cellText(value.end)}}`;
  return structText(value, type);
}

/** Whether `value` is a window of Dates, shown as `{start, end}` and never cut. */
export function isTimeWindow(value: unknown): value is { start: Date; end: Date } {
  if (typeof value !== 'object' || value === null) return false;
  const { start, end } = value as { start?: unknown; end?: unknown };
  return start instanceof Date && end instanceof Date && Object.keys(value).length === 2;
}

function dateText(value: Date, type: DataType | undefined): string {
  if (Number.isNaN(value.getTime())) return 'Invalid Date';
  const text = value.toISOString();
  return type?.type === 'date' ? text.replace(/T.*/, '') : text.replace('.000Z', 'Z');
}

function mapText(value: ReadonlyMap<unknown, unknown>, type: DataType | undefined): string {
  const [key, item] = type?.type === 'map' ? [type.key, type.value] : [];
  const entries = [...value].map(([k, v]) => `${cellText(k, key)} -> ${cellText(v, item)}`);
  return `{${entries.join(', ')}}`;
}

function structText(value: object, type: DataType | undefined): string {
  if (value.toString !== Object.prototype.toString && typeof value.toString === 'function') {
    return visible(value.toString()); // a Decimal, a luxon value, a user's class
  }
  const fields = Object.entries(value).map(
    ([name, field]) => `${visible(name)}: ${cellText(field, fieldOf(type, name))}`,
  );
  return `{${fields.join(', ')}}`;
}

function elementOf(type: DataType | undefined): DataType | undefined {
  return type?.type === 'array' ? type.element : undefined;
}

/** The type of the field `name` of a struct. */
export function fieldOf(type: DataType | undefined, name: string): DataType | undefined {
  if (type?.type !== 'struct') return undefined;
  return type.fields.find((field) => field.name === name)?.dataType;
}
