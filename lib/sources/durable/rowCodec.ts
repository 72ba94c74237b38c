import { Decimal } from '../../schema/decimal.js';

/*
 * Persistent format v1 of a row in the log: JSON, in which an object with the key "$" stands for a
 * value that JSON does not have, and {"$":"object","v":…} for an object that has that key itself.
 */

/** Where in a row a value is that cannot be kept, and what it is. */
export class NotEncodable extends TypeError {
  constructor(
    readonly path: string,
    readonly found: string,
  ) {
    super(`${path} is ${found}`);
  }
}

const maxDepth = 200;

/** A row as bytes. Throws {@link NotEncodable}. */
export function encodeRow(row: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(toJson(row, 'row', 0)), 'utf8');
}

/** The row of `encodeRow`. Throws for anything else. */
export function decodeRow(bytes: Uint8Array): unknown {
  return fromJson(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()));
}

function toJson(value: unknown, path: string, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { $: 'number', v: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { $: 'bigint', v: String(value) };
    case 'undefined':
      return { $: 'undefined' };
    case 'object':
      if (depth > maxDepth) throw new NotEncodable(path, `nested deeper than ${maxDepth} levels`);
      return value === null ? null : objectToJson(value, path, depth + 1);
    default:
      throw new NotEncodable(path, `a ${typeof value}`);
  }
}

function objectToJson(value: object, path: string, depth: number): unknown {
  const all = (items: Iterable<unknown>): unknown[] =>
    Array.from(items, (item, i) => toJson(item, `${path}[${i}]`, depth));
  if (Array.isArray(value)) return all(value);
  if (value instanceof Date) return { $: 'date', v: value.getTime() };
  if (value instanceof Uint8Array) return { $: 'bytes', v: Buffer.from(value).toString('base64') };
  if (value instanceof Map) return { $: 'map', v: all(value) };
  if (value instanceof Set) return { $: 'set', v: all(value) };
  if (value instanceof Decimal) {
    return { $: 'decimal', v: String(value.unscaled), s: value.scale, p: value.precision };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new NotEncodable(path, `a ${value.constructor?.name || 'class instance'}`);
  }
  // Without a prototype, so that a key named __proto__ is a key like any other.
  const fields: Record<string, unknown> = Object.create(null);
  for (const [key, field] of Object.entries(value)) {
    fields[key] = toJson(field, `${path}.${key}`, depth);
  }
  return Object.hasOwn(value, '$') ? { $: 'object', v: fields } : fields;
}

function fromJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = fromJson(value[i]);
    return value;
  }
  const fields = value as Record<string, unknown>;
  return Object.hasOwn(fields, '$') ? tagged(fields) : fieldsFromJson(fields);
}

function fieldsFromJson(fields: Record<string, unknown>): unknown {
  for (const key of Object.keys(fields)) fields[key] = fromJson(fields[key]);
  return fields;
}

function tagged(json: Record<string, unknown>): unknown {
  const { $: tag, v } = json;
  switch (tag) {
    case 'number':
      return Number(v);
    case 'bigint':
      return BigInt(v as string);
    case 'undefined':
      return undefined;
    case 'date':
      return new Date(v === null ? Number.NaN : (v as number));
    case 'bytes':
      return new Uint8Array(Buffer.from(v as string, 'base64'));
    case 'map':
      return new Map(fromJson(v) as [unknown, unknown][]);
    case 'set':
      return new Set(fromJson(v) as unknown[]);
    case 'decimal':
      return new Decimal(BigInt(v as string), json.s as number, json.p as number);
    case 'object':
      return fieldsFromJson(v as Record<string, unknown>);
    default:
      throw new TypeError(`the log holds a value of unknown kind ${JSON.stringify(tag)}`);
  }
}
