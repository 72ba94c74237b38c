import type { Entry, KeyedTable, TimedTable } from '../../lib/state/stateStore.js';

/** A row of this batch as the session that it would be alone: [start, end), in ms. */
export interface SessionRow {
  readonly start: number;
  readonly end: number;
  readonly row: unknown;
}

/** A session in its table, under its end and key: sessions of a key never end at the same time. */
export interface StoredSession<V> {
  start: number;
  value: V;
}

/** A session while a batch works on its key. */
export interface LiveSession<V> {
  start: number;
  end: number;
  /** What the last batch left of it. */
  stored: Entry<StoredSession<V>> | undefined;
  /** Read from the table when a row first touches the session. */
  value: V | undefined;
}

/**
 * The sessions of one key: where they lie, and, while a batch works on it, what is known of them.
 *
 * Only `spans` is kept: start and end of each session, in order, none touching the next.
 */
export interface SessionHead<V> {
  spans: readonly number[];
  live: LiveSession<V>[] | undefined;
  /** Rows of this batch, where their order matters. */
  rows: SessionRow[];
}

export function newHead<V>(spans: readonly number[]): SessionHead<V> {
  return { spans, live: undefined, rows: [] };
}

/** The tables of a session aggregation: heads by key, sessions by end. */
export interface SessionTables<V> {
  readonly heads: KeyedTable<SessionHead<V>>;
  readonly sessions: TimedTable<StoredSession<V>>;
}

/** The sessions of a head, none of them read yet. */
export function liveSessions<V>(spans: readonly number[]): LiveSession<V>[] {
  const live: LiveSession<V>[] = [];
  for (let i = 0; i < spans.length; i += 2) {
    const start = spans[i] as number;
    live.push({ start, end: spans[i + 1] as number, stored: undefined, value: undefined });
  }
  return live;
}

/** Spans without the session that starts at `start`. */
export function withoutSpan(spans: readonly number[], start: number): readonly number[] {
  const kept: number[] = [];
  for (let i = 0; i < spans.length; i += 2) {
    if (spans[i] !== start) kept.push(spans[i] as number, spans[i + 1] as number);
  }
  return kept;
}
