import type { Entry } from '../../../lib/state/entry.js';
import type { RowTimes } from './joinKey.js';

/**
 * At most {@link bucketRows} rows of one key and side, column by column: a stored row costs no object. Of
 * an inner join whose rows never leave, and are written nowhere, all rows of key and side.
 *
 * The open bucket of a key and side takes new rows and is the head of a ring: `newer` is the oldest
 * sealed bucket, `older` the newest one; 0 stands for the open bucket itself.
 */
export interface Bucket {
  /** Unique for key and side while the key has rows there. */
  no: number;
  readonly rows: unknown[];
  /** Event times of the rows (ms), for bounds between times. */
  times: Times;
  /**
   * When each row may leave: an event time or, with `ttl`, processing time (ms). NaN: never. The same
   * array as `times` where they cannot differ.
   */
  ats: Times;
  /** Bit i: row i has met a row of the other side. Kept only where unmatched rows come out. */
  matched: number;
  /** Smallest of `ats`, under which the index has the bucket; undefined: it has it not. */
  first: number | undefined;
  /** The key's entry, where the index refers to buckets instead of naming them. */
  owner: Entry<KeyRows> | undefined;
  older: number;
  newer: number;
}

/** A time of each row, NaN: it has none. undefined: no row has one, as in a stream without event time. */
export type Times = number[] | undefined;

/** What the state has under a join key, reached with one point read: the open buckets. */
export interface KeyRows {
  left: Bucket | undefined;
  right: Bucket | undefined;
  /** Of a window in the key its start (ms), where rows lie by time. */
  readonly start: number | undefined;
}

export function noRows(start: number | undefined): KeyRows {
  return { left: undefined, right: undefined, start };
}

/**
 * Rows per bucket, so that their numbers fit the bits of `matched`. A key's open buckets are written
 * with its entry, so it bounds what one more row costs on disk; sealed ones are entries of their own.
 */
export const bucketRows = 16;

export function bucketOf(no: number, rows: unknown[], times: Times, ats: Times): Bucket {
  return {
    no,
    rows,
    times,
    ats,
    matched: 0,
    first: undefined,
    owner: undefined,
    older: 0,
    newer: 0,
  };
}

/** The open bucket of a key that gets its first row. */
export function firstBucket(
  row: unknown,
  { time, at }: RowTimes,
  matched: boolean,
  sharesTimes: boolean,
): Bucket {
  const times = Number.isNaN(time) ? undefined : [time];
  const bucket = bucketOf(1, [row], times, sharesTimes ? times : [at]);
  if (matched) bucket.matched = 1;
  return bucket;
}

export function addRow(
  bucket: Bucket,
  row: unknown,
  { time, at }: RowTimes,
  matched: boolean,
  sharesTimes: boolean,
): void {
  const { rows } = bucket;
  if (matched) bucket.matched |= 1 << rows.length;
  bucket.times = withTime(bucket.times, rows.length, time);
  bucket.ats = sharesTimes ? bucket.times : withTime(bucket.ats, rows.length, at);
  rows.push(row);
}

function withTime(times: Times, length: number, time: number): Times {
  if (times !== undefined) times.push(time);
  else if (!Number.isNaN(time)) return [...new Array<number>(length).fill(Number.NaN), time];
  return times;
}

export function timeAt(times: Times, i: number): number {
  return times === undefined ? Number.NaN : (times[i] as number);
}

/** Removes the rows whose bits are set; the others keep their order. */
export function removeRows(bucket: Bucket, gone: number): void {
  const { rows, times, ats } = bucket;
  let matched = 0;
  let kept = 0;
  for (let i = 0; i < rows.length; i++) {
    if (gone & (1 << i)) continue;
    if (bucket.matched & (1 << i)) matched |= 1 << kept;
    kept += 1;
  }
  keepOthers(rows, gone);
  if (times !== undefined) keepOthers(times, gone);
  if (ats !== undefined && ats !== times) keepOthers(ats, gone);
  bucket.matched = matched;
}

function keepOthers(column: unknown[], gone: number): void {
  let kept = 0;
  for (let i = 0; i < column.length; i++) {
    if ((gone & (1 << i)) === 0) column[kept++] = column[i];
  }
  column.length = kept;
}

/** The rows that may leave at `upTo`, as bits. NaN compares false. */
export function rowsUpTo({ ats }: Bucket, upTo: number): number {
  let due = 0;
  if (ats === undefined) return due;
  for (let i = 0; i < ats.length; i++) {
    if ((ats[i] as number) <= upTo) due |= 1 << i;
  }
  return due;
}

/** All of its rows, as bits. */
export function allOf({ rows }: Bucket): number {
  return (1 << rows.length) - 1;
}

/** Whether a row that may leave at `time` is the first to leave; NaN: it may never. */
export function isEarlier(time: number, first: number | undefined): boolean {
  return first === undefined ? !Number.isNaN(time) : time < first;
}

/** When the first row may leave; undefined if none may. */
export function firstOf({ ats }: Bucket): number | undefined {
  let first: number | undefined;
  if (ats === undefined) return first;
  for (let i = 0; i < ats.length; i++) {
    const at = ats[i] as number;
    if (isEarlier(at, first)) first = at;
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
    leave(rows[i], timeAt(times, i), timeAt(ats, i), (matched & (1 << i)) !== 0);
  }
}
