import { StreamingError } from '../../lib/errors.js';
import { Decimal } from '../../lib/schema/decimal.js';
import { shown } from './numeric.js';
import { refusePromise } from './rowFunction.js';

/** Values that `min`, `max`, `minBy` and `maxBy` compare; a list stands for a struct too. */
export type Ordered =
  | number
  | bigint
  | string
  | boolean
  | Date
  | Decimal
  | Uint8Array
  | readonly (Ordered | null | undefined)[];

/**
 * SQL's order of two values of one type: NaN above all numbers, strings by code point, false first; bytes
 * and lists element by element, null first, then the shorter one.
 *
 * Errors: `AGGREGATE_VALUE_INVALID` for values without an order, or of two types.
 */
export function compareSql(a: unknown, b: unknown, aggregate: string): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Date && b instanceof Date) return compareNumbers(a.getTime(), b.getTime());
  if (a instanceof Decimal && b instanceof Decimal) return a.compare(b);
  if (isList(a) && isList(b) && Array.isArray(a) === Array.isArray(b)) {
    return compareLists(a, b, (x, y) => compareSql(x, y, aggregate));
  }
  refusePromise(a, aggregate);
  throw new StreamingError('AGGREGATE_VALUE_INVALID', {
    aggregate,
    expected:
      'numbers, bigints, strings, booleans, Dates, Decimals, bytes or lists of those, of one type',
    found: `${shown(a)} and ${shown(b)}`,
  });
}

/** Whether {@link compareSql} takes two values, lists left out. */
export function areOrdered(a: unknown, b: unknown): boolean {
  return typeof a === 'object'
    ? (a instanceof Date && b instanceof Date) || (a instanceof Decimal && b instanceof Decimal)
    : a !== undefined && typeof a === typeof b;
}

type Compare = (a: unknown, b: unknown) => number;

/** Element by element by `compare`, null first; then the shorter one. */
export function compareLists(
  a: ArrayLike<unknown>,
  b: ArrayLike<unknown>,
  compare: Compare,
): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const order = compareNullable(a[i], b[i], compare);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** By `compare`, null first. */
export function compareNullable(a: unknown, b: unknown, compare: Compare): number {
  const noA = a === null || a === undefined;
  const noB = b === null || b === undefined;
  return noA || noB ? Number(noB) - Number(noA) : compare(a, b);
}

/** Bytes or a list. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || value instanceof Uint8Array;
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** UTF-16 order differs from code point order only where both units are above the BMP's letters. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  return codeRank(a.charCodeAt(at)) - codeRank(b.charCodeAt(at));
}

/** Surrogates stand for code points above 0xFFFF, so they come after 0xE000–0xFFFF. */
function codeRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
