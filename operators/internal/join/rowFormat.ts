import { addRow, type Bucket, bucketOf, firstOf, type KeyRows, type Times } from './bucket.js';

/**
 * How join state is kept (persistent format v1: add, never change), in values of the state codec:
 *
 * ```
 * keys               := key -> [bucket, bucket]      open buckets, left and right; null: no rows. Under
 *                                                    the null key: rows that can match nothing
 * left, right        := [key, no] -> bucket          sealed buckets of a side
 * dueLeft, dueRight  := index of [key, no] by at     the smallest `at` of a bucket, see dueIndex.ts
 * size               := null -> number of rows of both sides
 *
 * bucket             := [no, older, newer, matched, [row, …], times]     as a `Bucket` has them
 *                     | [no, older, newer, matched, [row, …], times, times]          the latter: at
 *                     | [no, older, newer, entry, …]                     as first versions wrote it
 * times              := [ms, …]                          NaN: none; null: none of any row
 * entry              := [row, time, matched] | [row, time, matched, at]   ms; null: none
 * ```
 *
 * Where rows leave with an event time in their key they lie by that time; `keys`, `left` and `right`
 * have only those without it, and there is no index:
 *
 * ```
 * rows (paged)       := at key -> [bucket, bucket, start]   start of the window, ms; null: it is no window
 * rowsLeft, rowsRight := at [key, no] -> bucket
 * at                 := ms; of a window its end − ½
 * key                := the key without its time, if that is no list or struct, and the first with it; '' where
 *                       there is only the time; null: rows that can match nothing
 *                     | [start, key]                 a list, a struct, or a second window with this end;
 *                                                    start is Infinity where it is no window
 * ```
 */
export function bucketToStored(bucket: Bucket | undefined): unknown {
  if (!bucket) return null;
  const { no, older, newer, matched, rows, times, ats } = bucket;
  const stored = [no, older, newer, matched, rows, timesToStored(times)];
  if (ats !== times) stored.push(timesToStored(ats));
  return stored;
}

/** How a side's buckets come back; `sharesTimes` where `at` is always the time. Without `at` it is the time. */
export function bucketFromStored(stored: unknown, sharesTimes: boolean): Bucket {
  const [no, older, newer, matched, ...columns] = list(stored, 4);
  const isFirstVersion = typeof matched !== 'number';
  const bucket = isFirstVersion
    ? bucketOfEntries(number(no), [matched, ...columns], sharesTimes)
    : bucketOfColumns(number(no), columns, sharesTimes);
  if (!isFirstVersion) bucket.matched = matched;
  bucket.older = number(older);
  bucket.newer = number(newer);
  bucket.first = firstOf(bucket);
  return bucket;
}

function bucketOfColumns(no: number, columns: unknown, sharesTimes: boolean): Bucket {
  const [storedRows, storedTimes, storedAts] = list(columns, 2);
  const rows = list(storedRows, 0);
  const times = timesFromStored(storedTimes, rows.length);
  if (sharesTimes) return bucketOf(no, rows, times, times);
  return bucketOf(no, rows, times, timesFromStored(storedAts ?? storedTimes, rows.length));
}

/** Rows that had times may have left: null also where there is none in the list. */
function timesToStored(times: Times): readonly number[] | null {
  if (times !== undefined) for (const time of times) if (!Number.isNaN(time)) return times;
  return null;
}

function timesFromStored(stored: unknown, length: number): Times {
  return stored === null ? undefined : list(stored, length).map(number);
}

function bucketOfEntries(no: number, entries: readonly unknown[], sharesTimes: boolean): Bucket {
  const bucket = bucketOf(no, [], undefined, undefined);
  for (const entry of entries) {
    const [row, time, matched, at] = list(entry, 3);
    const ms = msFromStored(time);
    const times = { time: ms, at: at === undefined ? ms : msFromStored(at) };
    addRow(bucket, row, times, matched === true, sharesTimes);
  }
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
    start: undefined,
  };
}

export function timedRowsToStored({ left, right, start }: KeyRows): unknown {
  return [bucketToStored(left), bucketToStored(right), start ?? null];
}

export function timedRowsFromStored(stored: unknown): KeyRows {
  const [, , start] = list(stored, 3);
  return {
    ...keyRowsFromStored(stored, true, true),
    start: start === null ? undefined : number(start),
  };
}

function msFromStored(stored: unknown): number {
  return stored === null ? Number.NaN : number(stored);
}

function list(stored: unknown, least: number): unknown[] {
  if (Array.isArray(stored) && stored.length >= least) return stored;
  throw new TypeError(`join state: expected an array of at least ${least}, found ${typeof stored}`);
}

function number(stored: unknown): number {
  if (typeof stored === 'number') return stored;
  throw new TypeError(`join state: expected a number, found ${typeof stored}`);
}
