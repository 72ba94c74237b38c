import { Decimal } from '../../../lib/schema/decimal.js';
import { sortedNames } from '../../../lib/state/canonicalKey.js';
import { compareLists, compareNullable, compareSql, isList } from '../sqlOrder.js';

/**
 * Order of two values of one column as SQL has it: negative, zero or positive; nulls only inside.
 *
 * Scalars as `min` and `max` take them; bytes and arrays element by element, then the shorter first;
 * objects (a window) field by field in order of name. Inside a value nulls come first.
 */
export function compareValues(a: unknown, b: unknown): number {
  if (isComposite(a) && isComposite(b)) {
    return isList(a) && isList(b) ? compareLists(a, b, compareValues) : compareFields(a, b);
  }
  return compareSql(a, b, 'orderBy');
}

function isComposite(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return !(value instanceof Date || value instanceof Decimal);
}

function compareFields(a: object, b: object): number {
  for (const name of sortedNames(a)) {
    const order = compareNullable(Reflect.get(a, name), Reflect.get(b, name), compareValues);
    if (order !== 0) return order;
  }
  return 0;
}
