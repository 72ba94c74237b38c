import { Decimal } from '../../../lib/schema/decimal.js';
import { sortedNames } from '../../../lib/state/canonicalKey.js';
import { compareSql } from '../sqlOrder.js';

/**
 * Order of two values of one column as SQL has it: negative, zero or positive; nulls only inside.
 *
 * Scalars as `min` and `max` take them; bytes and arrays element by element, then the shorter first;
 * objects (a window) field by field in order of name. Inside a value nulls come first.
 */
export function compareValues(a: unknown, b: unknown): number {
  if (isComposite(a) && isComposite(b)) {
    return isList(a) && isList(b) ? compareLists(a, b) : compareFields(a, b);
  }
  return compareSql(a, b, 'orderBy');
}

function isComposite(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return !(value instanceof Date || value instanceof Decimal);
}

function isList(value: object): value is ArrayLike<unknown> {
  return Array.isArray(value) || value instanceof Uint8Array;
}

function compareLists(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const order = compareNullable(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareFields(a: object, b: object): number {
  for (const name of sortedNames(a)) {
    const order = compareNullable(Reflect.get(a, name), Reflect.get(b, name));
    if (order !== 0) return order;
  }
  return 0;
}

function compareNullable(a: unknown, b: unknown): number {
  const noA = a === null || a === undefined;
  const noB = b === null || b === undefined;
  if (noA || noB) return Number(noB) - Number(noA);
  return compareValues(a, b);
}
