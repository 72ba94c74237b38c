import type { Entry } from '../../lib/state/entry.js';

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

/** In place of a session's value that nobody has read, or that another session has taken. */
export const unread: unique symbol = Symbol('unread');

/** Where a session lies; the rest is there only while a batch works on it. */
export interface LiveSession<V> {
  start: number;
  end: number;
  /** What the last batch left of it; undefined also for a session of this batch. */
  stored: Entry<StoredSession<V>> | undefined;
  /** Read from the table when a row first touches the session; an accumulator may be null. */
  value: V | typeof unread;
}

/**
 * The sessions of one key, by start, none touching the next.
 *
 * Stored are only the spans: start, end, start, end …
 *
 * Invariant: `last` is the last of `live`, where a row finds the session that it most likely belongs to
 * without the list; {@link noteLast} follows each change of the list.
 */
export interface SessionHead<V> {
  live: LiveSession<V>[];
  last: LiveSession<V> | undefined;
  /** Rows of this batch, where their order matters. */
  rows: SessionRow[] | undefined;
}

export function newHead<V>(): SessionHead<V> {
  return { live: [], last: undefined, rows: undefined };
}

export function noteLast<V>(head: SessionHead<V>): void {
  const { live } = head;
  head.last = live.length === 0 ? undefined : live[live.length - 1];
}

export function spansOf({ live }: SessionHead<unknown>): readonly number[] {
  const spans: number[] = [];
  for (const { start, end } of live) spans.push(start, end);
  return spans;
}

export function headOf<V>(spans: readonly number[]): SessionHead<V> {
  const head = newHead<V>();
  for (let i = 0; i < spans.length; i += 2) {
    head.live.push(unreadSession(spans[i] as number, spans[i + 1] as number));
  }
  noteLast(head);
  return head;
}

/** A session of which nothing but its span is known. */
function unreadSession<V>(start: number, end: number): LiveSession<V> {
  return { start, end, stored: undefined, value: unread };
}
