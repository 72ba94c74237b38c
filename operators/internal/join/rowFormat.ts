import { type Bucket, firstOf, type KeyRows, type RowList, type StoredRow } from './keyRows.js';

/**
 * How join state is kept (persistent format v1: add, never change), in values of the state codec:
 *
 * ```
 * keys                := key -> [list(left), list(right)]      a null key has rows that can match nothing
 * list                := null | [no, oldest, newest, row, …]   number and rows of the open bucket
 * left, right         := [key, no] -> [no, older, newer, row, …]   sealed buckets
 * row                 := [row, time, matched] | [row, time, matched, at]   ms; null: none; at as time
 * dueLeft, dueRight   := at, [key, no] -> true                 smallest `at` of a bucket
 * size                := null -> number of rows of both sides
 * ```
 */
export function keyRowsToStored({ left, right }: KeyRows): unknown {
  return [listToStored(left), listToStored(right)];
}

export function keyRowsFromStored(stored: unknown): KeyRows {
  const [left, right] = list(stored, 2);
  return { left: listFromStored(left), right: listFromStored(right) };
}

export function bucketToStored(bucket: Bucket): unknown {
  return [bucket.no, bucket.older, bucket.newer, ...bucket.rows.map(rowToStored)];
}

export function bucketFromStored(stored: unknown): Bucket {
  const [no, older, newer, ...rows] = list(stored, 3);
  const bucket = bucketOf(number(no), rows);
  bucket.older = number(older);
  bucket.newer = number(newer);
  return bucket;
}

function listToStored(rows: RowList | undefined): unknown {
  if (!rows) return null;
  const { open, oldest, newest } = rows;
  return [open.no, oldest, newest, ...open.rows.map(rowToStored)];
}

function listFromStored(stored: unknown): RowList | undefined {
  if (stored === null) return undefined;
  const [no, oldest, newest, ...rows] = list(stored, 3);
  return { open: bucketOf(number(no), rows), oldest: number(oldest), newest: number(newest) };
}

function bucketOf(no: number, stored: readonly unknown[]): Bucket {
  const rows = stored.map(rowFromStored);
  return { no, rows, first: firstOf(rows), older: 0, newer: 0 };
}

function rowToStored({ row, time, at, matched }: StoredRow): unknown {
  const sameTime = at === time || (Number.isNaN(at) && Number.isNaN(time));
  const stored = [row, Number.isNaN(time) ? null : time, matched];
  return sameTime ? stored : [...stored, Number.isNaN(at) ? null : at];
}

function rowFromStored(stored: unknown): StoredRow {
  const [row, time, matched, at] = list(stored, 3);
  const ms = time === null ? Number.NaN : number(time);
  return {
    row,
    time: ms,
    at: at === undefined ? ms : at === null ? Number.NaN : number(at),
    matched: matched === true,
  };
}

function list(stored: unknown, least: number): readonly unknown[] {
  if (Array.isArray(stored) && stored.length >= least) return stored;
  throw new TypeError(`join state: expected an array of at least ${least}, found ${typeof stored}`);
}

function number(stored: unknown): number {
  if (typeof stored === 'number') return stored;
  throw new TypeError(`join state: expected a number, found ${typeof stored}`);
}
