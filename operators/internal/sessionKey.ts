import type { Entry } from '../../lib/state/entry.js';
import type { TableOptions } from '../../lib/state/stateStore.js';
import type { Fold } from './fold.js';

/** A row of this batch as the session that it would be alone: [start, end), in ms. */
export interface SessionRow {
  readonly start: number;
  readonly end: number;
  readonly row: unknown;
}

/** An earlier session in its table, under its end and key: sessions of a key never end at the same time. */
export interface StoredSession<V> {
  start: number;
  value: V;
}

/** In place of a session's value that nobody has read, that another has taken, or before the first row. */
export const unread: unique symbol = Symbol('unread');

/** Where an earlier session lies; the rest is there only while a batch works on it. */
export interface EarlierSession<V> {
  start: number;
  end: number;
  /** What the last batch left of it; undefined also for a session of this batch. */
  stored: Entry<StoredSession<V>> | undefined;
  /** Read from the table when a row first touches the session; an accumulator may be null. */
  value: V | typeof unread;
}

/**
 * The sessions of one key, none touching the next. The latest, to which most rows belong and which most keys
 * have alone, is here as a whole; of the earlier ones only where they lie, so that a batch that changes one
 * of them, or the latest, does not write the values of all.
 */
export interface KeySessions<V> {
  /** Of the latest session; NaN before the first row. */
  start: number;
  end: number;
  value: V | typeof unread;
  /** By start; undefined: none yet. */
  earlier: EarlierSession<V>[] | undefined;
  /** Rows of this batch, where their order matters. */
  rows: SessionRow[] | undefined;
}

export function noSessions<V>(): KeySessions<V> {
  return {
    start: Number.NaN,
    end: Number.NaN,
    value: unread,
    earlier: undefined,
    rows: undefined,
  };
}

/** An earlier session of which nothing but its span is known. */
export function earlierSession<V>(start: number, end: number): EarlierSession<V> {
  return { start, end, stored: undefined, value: unread };
}

/** Persistent format v1 of the table `latest`: key -> [start, end, … of the earlier ones, start, end, value]. */
export function latestOptions<V>(fold: Fold<V>): TableOptions<KeySessions<V>> {
  return {
    toStored: ({ start, end, value, earlier }) => {
      const stored: unknown[] = [];
      if (earlier !== undefined) for (const each of earlier) stored.push(each.start, each.end);
      stored.push(start, end, fold.toStored(value as V));
      return stored;
    },
    fromStored: (stored) => {
      const parts = stored as readonly unknown[];
      const at = parts.length - 3;
      const [start, end, value] = parts.slice(at) as [number, number, unknown];
      const earlier = sessionsAt<V>(parts as readonly number[], at);
      return { start, end, value: fold.fromStored(value), earlier, rows: undefined };
    },
  };
}

/** Sessions from the first `length` of spans: start, end, start, end … */
export function sessionsAt<V>(
  spans: readonly number[],
  length: number,
): EarlierSession<V>[] | undefined {
  if (length === 0) return undefined;
  const earlier: EarlierSession<V>[] = [];
  for (let i = 0; i < length; i += 2) {
    earlier.push(earlierSession(spans[i] as number, spans[i + 1] as number));
  }
  return earlier;
}

/** Persistent format v1 of the table `sessions`: end key -> [start, value]. */
export function earlierOptions<V>(fold: Fold<V>): TableOptions<StoredSession<V>> {
  return {
    toStored: ({ start, value }) => [start, fold.toStored(value)],
    fromStored: (stored) => {
      const [start, value] = stored as readonly [number, unknown];
      return { start, value: fold.fromStored(value) };
    },
  };
}
