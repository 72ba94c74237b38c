import { StreamingError } from '../../lib/errors.js';
import { Decimal } from '../../lib/schema/decimal.js';
import { shown } from './numeric.js';
import { refusePromise } from './rowFunction.js';

/** Values that `min`, `max`, `minBy` and `maxBy` compare. */
export type Ordered = number | bigint | string | boolean | Date | Decimal;

/**
 * SQL's order of two values of one type: NaN above all numbers, strings by code point, false first.
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
  refusePromise(a, aggregate);
  throw new StreamingError('AGGREGATE_VALUE_INVALID', {
    aggregate,
    expected: 'numbers, bigints, strings, booleans, Dates or Decimals, of one type',
    found: `${shown(a)} and ${shown(b)}`,
  });
}

/** Whether {@link compareSql} takes two values. */
export function areOrdered(a: unknown, b: unknown): boolean {
  return typeof a === 'object'
    ? (a instanceof Date && b instanceof Date) || (a instanceof Decimal && b instanceof Decimal)
    : a !== undefined && typeof a === typeof b;
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
