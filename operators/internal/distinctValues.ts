import { canonicalKey } from '../../lib/state/canonicalKey.js';
import type { Parts } from '../aggregates/aggregate.js';
import {
  addToBuckets,
  type DistinctBuckets,
  forgetBuckets,
  noBuckets,
  valuesInBuckets,
} from './distinctBuckets.js';
import { forgetList, type GrowingList, wholeList } from './growingList.js';
import { areOrdered, compareSql } from './sqlOrder.js';

/** So many values stay in the accumulator before all are moved out. */
const mostHere = 128;

/**
 * Values of which no two are equal (as state keys are). Changed in place.
 *
 * Few values are all `here`. Many are apart, and `here` has what this batch has yet to look up there.
 */
export interface DistinctValues<V> {
  here: Map<unknown, V>;
  apart: DistinctBuckets | NamedValues<V> | undefined;
}

/** As a checkpoint before D-038 has them: in a list, and a part for each, named by it in an array. */
interface NamedValues<V> {
  readonly count: number;
  readonly list: GrowingList<V>;
}

export function noValues<V>(): DistinctValues<V> {
  return { here: new Map(), apart: undefined };
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

/** `isOrdered`: `allValues` has to know in which order they came. */
export function settleDistinct<V>(
  values: DistinctValues<V>,
  parts: Parts,
  aggregate: string,
  isOrdered: boolean,
): void {
  if (belongsHome(values)) bringHome(values, parts, aggregate);
  const { here } = values;
  if (here.size === 0 || (values.apart === undefined && here.size <= mostHere)) return;
  values.apart ??= noBuckets(here.size);
  addToBuckets(values.apart as DistinctBuckets, here, parts, aggregate, isOrdered);
  values.here = new Map();
}

export function countOf({ here, apart }: DistinctValues<unknown>): number {
  return here.size + (apart === undefined ? 0 : apart.count);
}

/** All values in order of arrival, if that was kept; without parts, the ones that are here. */
export function allValues<V>(values: DistinctValues<V>, parts?: Parts): V[] {
  const here = [...values.here.values()];
  return parts === undefined ? here : [...valuesApart(values, parts), ...here];
}

export function forgetDistinct({ apart }: DistinctValues<unknown>, parts: Parts): void {
  if (apart === undefined) return;
  if (isNamed(apart)) forgetNamed(apart.list, wholeList(apart.list, parts), parts);
  else forgetBuckets(apart, parts);
}

function valuesApart<V>({ apart }: DistinctValues<V>, parts: Parts): V[] {
  if (apart === undefined) return [];
  return isNamed(apart) ? wholeList(apart.list, parts) : valuesInBuckets(apart, parts);
}

function isNamed<V>(apart: DistinctValues<V>['apart']): apart is NamedValues<V> {
  return apart !== undefined && 'list' in apart;
}

/** So many more are added that the parts would be searched long and split often; or they lie as they did once. */
function belongsHome({ here, apart }: DistinctValues<unknown>): boolean {
  return isNamed(apart) || (apart !== undefined && here.size > apart.count);
}

/** From where they go apart anew. */
function bringHome<V>(values: DistinctValues<V>, parts: Parts, aggregate: string): void {
  const before = valuesApart(values, parts);
  forgetDistinct(values, parts);
  const added = values.here;
  values.here = new Map(before.map((value) => [canonicalKey(value, aggregate), value]));
  values.apart = undefined;
  mergeDistinct(values, { here: added, apart: undefined });
}

function forgetNamed<V>(list: GrowingList<V>, named: readonly V[], parts: Parts): void {
  for (const value of named) parts.remove([value]);
  forgetList(list, parts);
}

/** The values in SQL's order; as they are where they have none (arrays, objects, two types). */
export function sortedValues<V>(values: V[]): V[] {
  const [first] = values;
  const sameType = values.every((value) => areOrdered(value, first));
  return sameType ? values.sort((a, b) => compareSql(a, b, 'collectSet')) : values;
}

export function storedDistinct({ here, apart }: DistinctValues<unknown>): unknown {
  const values = [...here.values()];
  if (apart === undefined) return [values];
  if (isNamed(apart)) return [values, apart.count, apart.list.chunks, apart.list.tail];
  return [values, apart.count, apart.buckets];
}

export function distinctFromStored<V>(stored: unknown, aggregate: string): DistinctValues<V> {
  const [here, count, bucketsOrChunks, tail] = stored as readonly [
    readonly V[],
    number?,
    number?,
    (readonly V[])?,
  ];
  const values = noValues<V>();
  for (const value of here) values.here.set(canonicalKey(value, aggregate), value);
  if (count === undefined || bucketsOrChunks === undefined) return values;
  values.apart =
    tail === undefined
      ? { count, buckets: bucketsOrChunks }
      : { count, list: { chunks: bucketsOrChunks, tail: [...tail] } };
  return values;
}
