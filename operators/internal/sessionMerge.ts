import { type Entry, entryKey } from '../../lib/state/entry.js';
import type { TimedTable } from '../../lib/state/stateStore.js';
import type { Fold } from './fold.js';
import {
  type LiveSession,
  noteLast,
  type SessionHead,
  type SessionRow,
  type StoredSession,
  unread,
} from './sessionKey.js';

/**
 * Merges the rows of a batch into the sessions of their keys. A row joins a session that it touches,
 * ends included, and may bridge several; only sessions that a row touches are read.
 *
 * Source: semantics/spark.md 2.8.
 */
export class SessionMerge<V> {
  /** Sessions that this batch has read or made, each under its key; merged ones have no value. */
  private opened: LiveSession<V>[] = [];
  private openedKeys: unknown[] = [];

  constructor(
    private readonly sessions: TimedTable<StoredSession<V>>,
    private readonly fold: Fold<V>,
  ) {}

  /** Adds one row at once: for aggregates that do not mind the order. */
  place(head: Entry<SessionHead<V>>, row: unknown, start: number, end: number): void {
    const { last } = head.value;
    if (last === undefined || last.value === unread || start < last.start || start > last.end) {
      this.placeAnywhere(entryKey(head), head.value, row, start, end);
      return;
    }
    last.value = this.fold.add(last.value, row);
    if (end > last.end) last.end = end;
  }

  private placeAnywhere(
    key: unknown,
    head: SessionHead<V>,
    row: unknown,
    start: number,
    end: number,
  ): void {
    const { live } = head;
    let at = live.length - 1;
    while (at >= 0 && (live[at] as LiveSession<V>).start > end) at--;
    let session = at < 0 ? undefined : live[at]; // live[-1] would make every access here a slow one
    if (session === undefined || session.end < start) {
      const created = this.create(key, start, end, row);
      // A first push would make room for seventeen.
      if (live.length === 0) head.live = [created];
      else if (at + 1 === live.length) live.push(created);
      else live.splice(at + 1, 0, created);
      noteLast(head);
      return;
    }
    session.value = this.fold.add(this.valueOf(key, session), row);
    if (end > session.end) session.end = end;
    if (start >= session.start) return;
    session.start = start;
    for (; at > 0 && (live[at - 1] as LiveSession<V>).end >= start; at--) {
      const before = live[at - 1] as LiveSession<V>;
      this.join(key, before, session);
      live.splice(at, 1);
      session = before;
    }
    noteLast(head);
  }

  /**
   * Adds the rows of a batch in order of time, as Spark does: stored sessions and rows sorted by start,
   * a stored session before a row with the same start.
   */
  sweep(key: unknown, head: SessionHead<V>, rows: SessionRow[]): void {
    const { live } = head;
    const swept: LiveSession<V>[] = [];
    let at = 0;
    for (const row of sortedRows(rows)) {
      for (; at < live.length && (live[at] as LiveSession<V>).start <= row.start; at++) {
        this.append(key, swept, live[at] as LiveSession<V>);
      }
      this.appendRow(key, swept, row);
    }
    for (; at < live.length; at++) this.append(key, swept, live[at] as LiveSession<V>);
    head.live = swept;
    noteLast(head);
  }

  /** Writes what the batch has made of the sessions. */
  write(): void {
    const { opened, sessions } = this;
    for (let i = 0; i < opened.length; i++) {
      const session = opened[i] as LiveSession<V>;
      const { value, stored } = session;
      if (value === unread) continue; // merged into another
      const kept = stored === undefined ? { start: session.start, value } : stored.value;
      kept.start = session.start;
      kept.value = value;
      if (stored?.keptTime !== session.end) {
        if (stored) sessions.remove(stored);
        sessions.insert(session.end, this.openedKeys[i], kept);
      }
      session.value = unread;
      session.stored = undefined;
    }
    this.clear();
  }

  /** A batch that failed leaves nothing behind. */
  clear(): void {
    if (this.opened.length === 0) return;
    this.opened = [];
    this.openedKeys = [];
  }

  private create(key: unknown, start: number, end: number, row: unknown): LiveSession<V> {
    const value = this.fold.add(this.fold.zero(), row);
    return this.open(key, { start, end, stored: undefined, value });
  }

  private appendRow(key: unknown, swept: LiveSession<V>[], { start, end, row }: SessionRow): void {
    const last = swept.at(-1);
    if (last === undefined || start > last.end) {
      swept.push(this.create(key, start, end, row));
      return;
    }
    last.value = this.fold.add(this.valueOf(key, last), row);
    if (end > last.end) last.end = end;
  }

  private append(key: unknown, swept: LiveSession<V>[], session: LiveSession<V>): void {
    const last = swept.at(-1);
    if (last === undefined || session.start > last.end) swept.push(session);
    else this.join(key, last, session);
  }

  /** `later` becomes part of `session` and leaves the table. */
  private join(key: unknown, session: LiveSession<V>, later: LiveSession<V>): void {
    const value = this.valueOf(key, session);
    session.value = this.fold.merge(value, this.valueOf(key, later));
    if (later.end > session.end) session.end = later.end;
    if (later.stored) this.sessions.remove(later.stored);
    later.value = unread;
    later.stored = undefined;
  }

  private valueOf(key: unknown, session: LiveSession<V>): V {
    return session.value === unread ? this.read(key, session) : session.value;
  }

  private read(key: unknown, session: LiveSession<V>): V {
    const entry = this.sessions.find(session.end, key);
    if (entry === undefined) {
      throw new TypeError(
        `session [${session.start}, ${session.end}) is in its head, not in its table`,
      );
    }
    this.sessions.touch(entry); // before the value is changed in place
    session.stored = entry;
    const { value } = entry.value;
    session.value = value;
    this.open(key, session);
    return value;
  }

  private open(key: unknown, session: LiveSession<V>): LiveSession<V> {
    this.opened.push(session);
    this.openedKeys.push(key);
    return session;
  }
}

/**
 * Rows by start; those with the same start as Spark has them after its partial aggregation: in order
 * of arrival, but the ones with the same end together.
 */
function sortedRows(rows: SessionRow[]): readonly SessionRow[] {
  if (rows.length < 2) return rows;
  const rank = new Map<string, number>();
  for (const { start, end } of rows) {
    const span = `${start} ${end}`;
    if (!rank.has(span)) rank.set(span, rank.size);
  }
  const rankOf = (row: SessionRow): number => rank.get(`${row.start} ${row.end}`) ?? 0;
  return [...rows].sort((a, b) => a.start - b.start || rankOf(a) - rankOf(b));
}
