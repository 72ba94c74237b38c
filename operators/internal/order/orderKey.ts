import { compareValues } from './compareValues.js';

/**
 * Where null stands in a sorted column.
 *
 * @since 0.1.0
 */
export type NullsOrder = 'first' | 'last';

/**
 * One column of a sort order; made by `asc` and `desc`.
 *
 * @since 0.1.0
 */
export interface OrderKey<T> {
  readonly value: (row: T) => unknown;
  readonly descending: boolean;
  readonly nulls: NullsOrder;
}

/** Order of two values of one sort column. */
export function compareByKey(key: OrderKey<never>, a: unknown, b: unknown): number {
  const noA = a === null || a === undefined;
  const noB = b === null || b === undefined;
  if (noA || noB) {
    const order = Number(noB) - Number(noA); // the null first
    return key.nulls === 'first' ? order : -order;
  }
  const order = compareValues(a, b);
  return key.descending ? -order : order;
}
