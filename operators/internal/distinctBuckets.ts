import { canonicalKey, isSameKey } from '../../lib/state/canonicalKey.js';
import type { Parts } from '../aggregates/aggregate.js';
import { hash64, hashed } from './hash64.js';

/**
 * Values of which no two are equal (as state keys are), in parts named by their number, each with about
 * {@link bucketValues} values: a batch reads and writes the parts of the values that it brings. A value is found by
 * its hash, and the table grows by one part at a time, which takes half of another (W. Litwin, "Linear Hashing: A
 * New Tool for File and Table Addressing", VLDB 1980).
 */
export interface DistinctBuckets {
  /** Number of values. */
  count: number;
  /** Number of parts; one without values is not there. */
  buckets: number;
}

/** `order` has the number under which each value came, where somebody asks for that. Persistent. */
type Bucket<V> = readonly [values: V[], order: number[]];

/** So few that a batch which brings one value writes little, and that they need no index. */
const bucketValues = 16;

/** With parts enough for so many values. */
export function noBuckets(values: number): DistinctBuckets {
  return { count: 0, buckets: Math.max(1, Math.ceil(values / bucketValues)) };
}

/** Adds those values, given by their canonical key, that are not there. */
export function addToBuckets<V>(
  table: DistinctBuckets,
  values: ReadonlyMap<unknown, V>,
  parts: Parts,
  aggregate: string,
  isOrdered: boolean,
): void {
  const open = new Map<number, Bucket<V>>();
  const changed = new Set<number>();
  for (const [key, value] of values) {
    const no = bucketOf(value, table.buckets, aggregate);
    let bucket = open.get(no);
    if (bucket === undefined) {
      bucket = bucketAt<V>(no, parts);
      open.set(no, bucket);
    }
    if (bucket[0].some((other) => isSameKey(canonicalKey(other, aggregate), key))) continue;
    bucket[0].push(value);
    if (isOrdered) bucket[1].push(table.count);
    changed.add(no);
    table.count += 1;
  }
  for (const no of changed) parts.put(no, open.get(no));
  while (table.count > table.buckets * bucketValues) split(table, parts, aggregate);
}

/** Every value, in the order in which they came if that was kept. */
export function valuesInBuckets<V>(table: DistinctBuckets, parts: Parts): V[] {
  const values: V[] = [];
  const order: number[] = [];
  for (let no = 0; no < table.buckets; no++) {
    const bucket = bucketAt<V>(no, parts);
    for (const value of bucket[0]) values.push(value);
    for (const at of bucket[1]) order.push(at);
  }
  if (order.length === 0) return values;
  const inOrder = new Array<V>(values.length);
  for (const [i, value] of values.entries()) inOrder[order[i] as number] = value;
  return inOrder;
}

export function forgetBuckets(table: DistinctBuckets, parts: Parts): void {
  for (let no = 0; no < table.buckets; no++) parts.remove(no);
}

/** Half of the values of the oldest part that has not been split at this size go to a new one. */
function split(table: DistinctBuckets, parts: Parts, aggregate: string): void {
  const to = table.buckets;
  const from = to - powerUpTo(to);
  table.buckets += 1;
  const [values, order] = bucketAt(from, parts);
  const stay: Bucket<unknown> = [[], []];
  const go: Bucket<unknown> = [[], []];
  for (const [i, value] of values.entries()) {
    const bucket = bucketOf(value, table.buckets, aggregate) === to ? go : stay;
    bucket[0].push(value);
    if (order.length > 0) bucket[1].push(order[i] as number);
  }
  if (go[0].length === 0) return;
  parts.put(to, go);
  if (stay[0].length > 0) parts.put(from, stay);
  else parts.remove(from);
}

function bucketAt<V>(no: number, parts: Parts): Bucket<V> {
  return (parts.get(no) as Bucket<V> | undefined) ?? [[], []];
}

function bucketOf(value: unknown, buckets: number, aggregate: string): number {
  hash64(value, aggregate);
  const power = powerUpTo(buckets);
  const at = hashed.low & (2 * power - 1);
  return at < buckets ? at : at - power;
}

/** The largest power of two that is not above `n`. */
function powerUpTo(n: number): number {
  return 1 << (31 - Math.clz32(n));
}
