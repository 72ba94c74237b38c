/** A row of one side in the state. */
export interface StoredRow {
  readonly row: unknown;
  /** The row's event time (ms, NaN: null), for bounds between times. */
  readonly time: number;
  /** When it may leave: an event time or, with `ttl`, processing time (ms). NaN: never. */
  readonly at: number;
  /** Whether it has met a row of the other side; kept only where unmatched rows come out. */
  matched: boolean;
}

/** At most {@link bucketRows} rows of one key and side. */
export interface Bucket {
  /** Unique for key and side while the key is in the state. */
  readonly no: number;
  rows: StoredRow[];
  /** Smallest `at` of the rows, under which the index has the bucket; +Infinity: it has it not. */
  first: number;
  /** Numbers of the sealed buckets beside this one; 0: none. */
  older: number;
  newer: number;
}

/** The rows of one key and side: sealed buckets, oldest first, and one that takes new rows. */
export interface RowList {
  open: Bucket;
  oldest: number;
  newest: number;
}

/** What the state has under a join key, reached with one point read. A side without rows is undefined. */
export interface KeyRows {
  left: RowList | undefined;
  right: RowList | undefined;
}

/**
 * Rows per bucket. A key's open buckets are written with its entry, so it bounds what one more row
 * costs on disk; sealed buckets are entries of their own.
 */
export const bucketRows = 16;

export function emptyBucket(no: number): Bucket {
  return { no, rows: [], first: Number.POSITIVE_INFINITY, older: 0, newer: 0 };
}

export function emptyList(): RowList {
  return { open: emptyBucket(1), oldest: 0, newest: 0 };
}

export function isEmptyList(list: RowList): boolean {
  return list.open.rows.length === 0 && list.newest === 0;
}

/** Smallest time at which a row may leave; +Infinity if none may. NaN compares false. */
export function firstOf(rows: readonly StoredRow[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    const at = (rows[i] as StoredRow).at;
    if (at < first) first = at;
  }
  return first;
}
