import type { Entry } from '../../../lib/state/stateStore.js';
import { noStart } from './joinKey.js';

/**
 * At most {@link bucketRows} rows of one key and side, column by column: a stored row costs no object.
 *
 * The open bucket of a key and side takes new rows and is the head of a ring: `newer` is the oldest
 * sealed bucket, `older` the newest one; 0 stands for the open bucket itself.
 */
export interface Bucket {
  /** Unique for key and side while the key has rows there. */
  no: number;
  readonly rows: unknown[];
  /** Event times of the rows (ms, NaN: null), for bounds between times. */
  readonly times: number[];
  /**
   * When each row may leave: an event time or, with `ttl`, processing time (ms). NaN: never. The same
   * array as `times` where they cannot differ.
   */
  readonly ats: number[];
  /** Bit i: row i has met a row of the other side. Kept only where unmatched rows come out. */
  matched: number;
  /** Smallest of `ats`, under which the index has the bucket; +Infinity: it has it not. */
  first: number;
  /** The key's entry, where the index refers to buckets instead of naming them. */
  owner: Entry<KeyRows> | undefined;
  older: number;
  newer: number;
}

/** What the state has under a join key, reached with one point read: the open buckets. */
export interface KeyRows {
  left: Bucket | undefined;
  right: Bucket | undefined;
  /** Of a window in the key its start (ms), otherwise {@link noStart}; kept where rows lie by time. */
  readonly start: number;
}

export function noRows(start: number = noStart): KeyRows {
  return { left: undefined, right: undefined, start };
}

/**
 * Rows per bucket, so that their numbers fit the bits of `matched`. A key's open buckets are written
 * with its entry, so it bounds what one more row costs on disk; sealed ones are entries of their own.
 */
export const bucketRows = 16;

export function bucketOf(no: number, rows: unknown[], times: number[], ats: number[]): Bucket {
  const first = Number.POSITIVE_INFINITY;
  return { no, rows, times, ats, matched: 0, first, owner: undefined, older: 0, newer: 0 };
}

/** The open bucket of a key that gets its first row. */
export function firstBucket(
  row: unknown,
  time: number,
  at: number,
  matched: boolean,
  sharesTimes: boolean,
): Bucket {
  const times = [time];
  const bucket = bucketOf(1, [row], times, sharesTimes ? times : [at]);
  if (matched) bucket.matched = 1;
  return bucket;
}

export function addRow(
  bucket: Bucket,
  row: unknown,
  time: number,
  at: number,
  matched: boolean,
): void {
  if (matched) bucket.matched |= 1 << bucket.rows.length;
  bucket.rows.push(row);
  bucket.times.push(time);
  if (bucket.ats !== bucket.times) bucket.ats.push(at);
}

/** Removes the rows whose bits are set; the others keep their order. */
export function removeRows(bucket: Bucket, gone: number): void {
  const { rows, times, ats } = bucket;
  const shared = ats === times;
  let matched = 0;
  let kept = 0;
  for (let i = 0; i < rows.length; i++) {
    if (gone & (1 << i)) continue;
    rows[kept] = rows[i];
    times[kept] = times[i] as number;
    if (!shared) ats[kept] = ats[i] as number;
    if (bucket.matched & (1 << i)) matched |= 1 << kept;
    kept += 1;
  }
  rows.length = kept;
  times.length = kept;
  if (!shared) ats.length = kept;
  bucket.matched = matched;
}

/** The rows that may leave at `upTo`, as bits. NaN compares false. */
export function rowsUpTo({ ats }: Bucket, upTo: number): number {
  let due = 0;
  for (let i = 0; i < ats.length; i++) {
    if ((ats[i] as number) <= upTo) due |= 1 << i;
  }
  return due;
}

/** All of its rows, as bits. */
export function allOf({ rows }: Bucket): number {
  return (1 << rows.length) - 1;
}

/** When the first row may leave; +Infinity if none may. */
export function firstOf({ ats }: Bucket): number {
  let first = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ats.length; i++) {
    const at = ats[i] as number;
    if (at < first) first = at;
  }
  return first;
}

/** Takes a row that leaves. */
export type Leave = (row: unknown, time: number, at: number, matched: boolean) => void;

/** Hands the rows whose bits are set to `leave`. */
export function handOver(bucket: Bucket, bits: number, leave: Leave): void {
  const { rows, times, ats, matched } = bucket;
  for (let i = 0; i < rows.length; i++) {
    if ((bits & (1 << i)) === 0) continue;
    leave(rows[i], times[i] as number, ats[i] as number, (matched & (1 << i)) !== 0);
  }
}
