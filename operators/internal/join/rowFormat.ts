import { addRow, type Bucket, bucketOf, firstOf, type KeyRows } from './bucket.js';

/**
 * How join state is kept (persistent format v1: add, never change), in values of the state codec:
 *
 * ```
 * keys               := key -> [bucket, bucket]      open buckets, left and right; null: no rows. Under
 *                                                    the null key: rows that can match nothing
 * left, right        := [key, no] -> bucket          sealed buckets of a side
 * bucket             := [no, older, newer, row, …]
 * row                := [row, time, matched] | [row, time, matched, at]   ms; null: none; at absent: time
 * dueLeft, dueRight  := index of [key, no] by at     the smallest `at` of a bucket, see dueIndex.ts
 * size               := null -> number of rows of both sides
 * ```
 */
export function bucketToStored(bucket: Bucket | undefined): unknown {
  if (!bucket) return null;
  const { no, older, newer, rows, times, ats, matched } = bucket;
  const stored: unknown[] = [no, older, newer];
  for (let i = 0; i < rows.length; i++) {
    const row = [rows[i], msToStored(times[i]), (matched & (1 << i)) !== 0];
    if (!Object.is(ats[i], times[i])) row.push(msToStored(ats[i]));
    stored.push(row);
  }
  return stored;
}

/** How a side's buckets come back; `sharesTimes` where `at` is always the time. */
export function bucketFromStored(stored: unknown, sharesTimes: boolean): Bucket {
  const [no, older, newer, ...rows] = list(stored, 3);
  const times: number[] = [];
  const bucket = bucketOf(number(no), [], times, sharesTimes ? times : []);
  bucket.older = number(older);
  bucket.newer = number(newer);
  for (const entry of rows) {
    const [row, time, matched, at] = list(entry, 3);
    const ms = msFromStored(time);
    addRow(bucket, row, ms, at === undefined ? ms : msFromStored(at), matched === true);
  }
  bucket.first = firstOf(bucket);
  return bucket;
}

export function keyRowsToStored({ left, right }: KeyRows): unknown {
  return [bucketToStored(left), bucketToStored(right)];
}

export function keyRowsFromStored(
  stored: unknown,
  leftSharesTimes: boolean,
  rightSharesTimes: boolean,
): KeyRows {
  const [left, right] = list(stored, 2);
  return {
    left: left === null ? undefined : bucketFromStored(left, leftSharesTimes),
    right: right === null ? undefined : bucketFromStored(right, rightSharesTimes),
  };
}

function msToStored(ms: number | undefined): number | null {
  return ms === undefined || Number.isNaN(ms) ? null : ms;
}

function msFromStored(stored: unknown): number {
  return stored === null ? Number.NaN : number(stored);
}

function list(stored: unknown, least: number): readonly unknown[] {
  if (Array.isArray(stored) && stored.length >= least) return stored;
  throw new TypeError(`join state: expected an array of at least ${least}, found ${typeof stored}`);
}

function number(stored: unknown): number {
  if (typeof stored === 'number') return stored;
  throw new TypeError(`join state: expected a number, found ${typeof stored}`);
}
