import { canonicalKey } from '../../lib/state/canonicalKey.js';
import type { Parts } from '../aggregates/aggregate.js';
import { forgetList, type GrowingList, newList, settleList, wholeList } from './growingList.js';
import { areOrdered, compareSql } from './sqlOrder.js';

/** So many values stay in the accumulator before all are moved out. */
const mostHere = 128;

/**
 * Values of which no two are equal (as state keys are). Changed in place.
 *
 * Few values are all `here`. Of many, each has a part named by it, so that a batch looks up and writes
 * only the ones it brings; `apart` lists them, and `here` holds what this batch has yet to look up.
 */
export interface DistinctValues<V> {
  here: Map<unknown, V>;
  apart: GrowingList<V> | undefined;
  /** Number of values in `apart`. */
  apartCount: number;
}

export function noValues<V>(): DistinctValues<V> {
  return { here: new Map(), apart: undefined, apartCount: 0 };
}

export function addDistinct<V>(
  values: DistinctValues<NonNullable<V>>,
  value: V,
  aggregate: string,
): void {
  if (value === null || value === undefined) return;
  const key = canonicalKey(value, aggregate);
  // 0 and −0 are one value: which of them came first must not show.
  if (!values.here.has(key)) values.here.set(key, value === 0 ? (0 as NonNullable<V>) : value);
}

/** `later` is of one batch or session, so all of it is here. */
export function mergeDistinct<V>(values: DistinctValues<V>, later: DistinctValues<V>): void {
  for (const [key, value] of later.here) {
    if (!values.here.has(key)) values.here.set(key, value);
  }
}

export function settleDistinct<V>(values: DistinctValues<V>, parts: Parts): void {
  if (values.apart === undefined && values.here.size <= mostHere) return;
  values.apart ??= newList();
  for (const value of values.here.values()) {
    const name = [value];
    if (parts.get(name) !== undefined) continue;
    parts.put(name, true);
    values.apart.tail.push(value);
    values.apartCount += 1;
  }
  values.here = new Map();
  settleList(values.apart, parts);
}

/** All values in order of arrival; without parts, the ones that are here. */
export function allValues<V>(values: DistinctValues<V>, parts?: Parts): V[] {
  const apart = values.apart && parts ? wholeList(values.apart, parts) : [];
  return [...apart, ...values.here.values()];
}

export function forgetDistinct<V>(values: DistinctValues<V>, parts: Parts): void {
  if (values.apart === undefined) return;
  for (const value of wholeList(values.apart, parts)) parts.remove([value]);
  forgetList(values.apart, parts);
}

/** The values in SQL's order; as they are where they have none (arrays, objects, two types). */
export function sortedValues<V>(values: V[]): V[] {
  const [first] = values;
  const sameType = values.every((value) => areOrdered(value, first));
  return sameType ? values.sort((a, b) => compareSql(a, b, 'collectSet')) : values;
}

export function storedDistinct(values: DistinctValues<unknown>): unknown {
  const here = [...values.here.values()];
  const { apart, apartCount } = values;
  return apart === undefined ? [here] : [here, apartCount, apart.chunks, apart.tail];
}

export function distinctFromStored<V>(stored: unknown, aggregate: string): DistinctValues<V> {
  const [here, apartCount, chunks, tail] = stored as readonly [
    readonly V[],
    number?,
    number?,
    (readonly V[])?,
  ];
  const values = noValues<V>();
  for (const value of here) values.here.set(canonicalKey(value, aggregate), value);
  if (apartCount === undefined || chunks === undefined || tail === undefined) return values;
  values.apartCount = apartCount;
  values.apart = { chunks, tail: [...tail] };
  return values;
}
