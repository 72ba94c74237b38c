import { StreamingError } from '../errors.js';
import { compactKey } from './compactKey.js';
import { isPackedPair, packedPair } from './packedPair.js';

/**
 * The value under which a `Map` finds a state key: equal keys give the same one, unequal keys never.
 *
 * Primitives are themselves (`undefined` is null; a `Map` already takes −0 for 0 and NaN for NaN).
 * Dates, bytes, decimals, arrays and plain objects become a string that begins with U+0000, two small whole
 * numbers one number (see packedPair.ts); keys that are such strings or numbers are escaped. Fields of an
 * object are taken by name, so their order does not count.
 *
 * Errors: `STATE_NOT_ENCODABLE` for functions, symbols, class instances, cycles.
 *
 * @since 0.1.0
 */
export function canonicalKey(key: unknown, operator: string): unknown {
  switch (typeof key) {
    case 'string':
      return key.charCodeAt(0) === 0 ? `\u0000s${key}` : key;
    case 'number':
      return isPackedPair(key) ? `\u0000n${key}` : key;
    case 'boolean':
    case 'bigint':
      return key;
    case 'undefined':
      return null;
    default:
      if (key === null) return null;
      return packedPair(key) || otherKey(key, operator);
  }
}

function otherKey(key: unknown, operator: string): string {
  return (Array.isArray(key) ? compactKey(key) : undefined) ?? canonicalObject(key, operator);
}

/** Whether two canonical keys are one, as a `Map` compares: NaN is NaN, 0 is −0. */
export function isSameKey(a: unknown, b: unknown): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/**
 * The form of an object key that does not change from version to version: hashes in checkpoints are
 * made of it.
 */
export function canonicalObject(key: unknown, operator: string): string {
  return `\u0000${canonicalText(key, operator, 0)}`;
}

/** Deeper keys are refused: a cycle, or something that is no key. */
const maxDepth = 32;
const tooDeep = `cycle, or an object nested deeper than ${maxDepth} levels`;

/** Every form is self-delimiting, so that joined parts can be read in one way only. */
function canonicalText(key: unknown, operator: string, depth: number): string {
  switch (typeof key) {
    case 'string':
      return `s${key.length}:${key}`;
    case 'number':
      return `n${key === 0 ? 0 : key};`;
    case 'boolean':
      return key ? 't' : 'f';
    case 'bigint':
      return `b${key};`;
    case 'undefined':
      return 'z';
    case 'object':
      return key === null ? 'z' : objectText(key, operator, depth);
    default:
      throw notAKey(key, operator);
  }
}

function objectText(key: object, operator: string, depth: number): string {
  if (depth > maxDepth) throw notAKey(key, operator, tooDeep);
  if (Array.isArray(key)) {
    let text = `[${key.length}:`;
    for (let i = 0; i < key.length; i++) text += canonicalText(key[i], operator, depth + 1);
    return text;
  }
  if (key instanceof Date) return `d${key.getTime()};`;
  if (isPlainObject(key)) return recordText(key, operator, depth);
  if (ArrayBuffer.isView(key) && key instanceof Uint8Array) return bytesText(key);
  if (isDecimalLike(key)) return `m${key.unscaled},${key.scale},${key.precision};`;
  throw notAKey(key, operator);
}

function recordText(key: object, operator: string, depth: number): string {
  const names = sortedNames(key);
  let text = `{${names.length}:`;
  for (const name of names) {
    text += `${name.length}:${name}`;
    text += canonicalText(Reflect.get(key, name), operator, depth + 1);
  }
  return text;
}

function bytesText(bytes: Uint8Array): string {
  let text = `x${bytes.length}:`;
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

/** Own enumerable names in code unit order; most objects are made with the same few shapes. */
export function sortedNames(value: object): string[] {
  const names = Object.keys(value);
  for (let i = 1; i < names.length; i++) {
    if ((names[i - 1] as string) > (names[i] as string)) return names.sort();
  }
  return names;
}

/** An object literal, of any realm; an instance of a class is none. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What the engine's `Decimal` looks like; told by shape, because two copies of a class may meet. */
export interface DecimalLike {
  readonly unscaled: bigint;
  readonly scale: number;
  readonly precision: number;
}

export function isDecimalLike(value: object): value is DecimalLike {
  return (
    typeof Reflect.get(value, 'unscaled') === 'bigint' &&
    typeof Reflect.get(value, 'scale') === 'number' &&
    typeof Reflect.get(value, 'precision') === 'number'
  );
}

/** How a value's type is called in `STATE_NOT_ENCODABLE`. */
export function typeNameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== '' ? name : 'object';
}

function notAKey(
  key: unknown,
  operator: string,
  found = typeNameOf(key),
): StreamingError<'STATE_NOT_ENCODABLE'> {
  return new StreamingError('STATE_NOT_ENCODABLE', { operator, path: 'key', found });
}
