import { canonicalKey } from '../../lib/state/canonicalKey.js';
import { compareSql, isOrdered } from './sqlOrder.js';

/** Values of which no two are equal (as state keys are), in order of arrival. Changed in place. */
export type DistinctValues<V> = Map<unknown, V>;

export function addDistinct<V>(
  values: DistinctValues<NonNullable<V>>,
  value: V,
  aggregate: string,
): void {
  if (value === null || value === undefined) return;
  const key = canonicalKey(value, aggregate);
  if (!values.has(key)) values.set(key, value);
}

/** The values in SQL's order; in order of arrival where they have none (arrays, objects, two types). */
export function sortedValues<V>(values: DistinctValues<V>): V[] {
  const sorted = [...values.values()];
  const [first] = sorted;
  const sameType = sorted.every((value) => isOrdered(value) && typeof value === typeof first);
  return sameType ? sorted.sort((a, b) => compareSql(a, b, 'collectSet')) : sorted;
}

export function mergeDistinct<V>(values: DistinctValues<V>, later: DistinctValues<V>): void {
  for (const [key, value] of later) {
    if (!values.has(key)) values.set(key, value);
  }
}

export function distinctFromStored<V>(stored: unknown, aggregate: string): DistinctValues<V> {
  const values: DistinctValues<V> = new Map();
  for (const value of stored as readonly V[]) values.set(canonicalKey(value, aggregate), value);
  return values;
}
