import { type Entry, entryKey } from '../../lib/state/entry.js';
import type { TimedTable } from '../../lib/state/stateStore.js';
import type { Fold } from './fold.js';
import type { SessionEnds } from './sessionEnds.js';
import {
  type EarlierSession,
  type KeySessions,
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
  /** Earlier sessions that this batch has read or made, each under its key; merged ones have no value. */
  private opened: EarlierSession<V>[] = [];
  private openedKeys: unknown[] = [];

  constructor(
    private readonly sessions: TimedTable<StoredSession<V>>,
    private readonly ends: SessionEnds<V>,
    private readonly fold: Fold<V>,
  ) {}

  /** Adds one row at once: for aggregates that do not mind the order. */
  place(entry: Entry<KeySessions<V>>, row: unknown, start: number, end: number): void {
    const latest = entry.value;
    if (start >= latest.start && start <= latest.end) {
      latest.value = this.fold.add(latest.value as V, row);
      if (end > latest.end) latest.end = end;
    } else this.placeElsewhere(entryKey(entry), latest, row, start, end);
  }

  private placeElsewhere(
    key: unknown,
    latest: KeySessions<V>,
    row: unknown,
    start: number,
    end: number,
  ): void {
    if (latest.value === unread || start > latest.end) {
      if (latest.value === unread) this.ends.add(key, end);
      else this.setAside(key, latest);
      latest.start = start;
      latest.end = end;
      latest.value = this.fold.add(this.fold.zero(), row);
    } else if (end < latest.start) {
      latest.earlier ??= [];
      this.placeEarlier(key, latest.earlier, row, start, end);
    } else {
      latest.start = start;
      if (end > latest.end) latest.end = end;
      latest.value = this.fold.add(latest.value, row);
      if (latest.earlier !== undefined) this.reachBack(key, latest, latest.earlier);
    }
  }

  /** The latest session has come to begin earlier: it takes in what it touches now. */
  private reachBack(key: unknown, latest: KeySessions<V>, earlier: EarlierSession<V>[]): void {
    for (let at = earlier.length - 1; at >= 0; at--) {
      const before = earlier[at] as EarlierSession<V>;
      if (before.end < latest.start) return;
      latest.value = this.fold.merge(this.valueOf(key, before), latest.value as V);
      if (before.start < latest.start) latest.start = before.start;
      this.leave(before);
      earlier.pop();
    }
  }

  private placeEarlier(
    key: unknown,
    earlier: EarlierSession<V>[],
    row: unknown,
    start: number,
    end: number,
  ): void {
    let at = earlier.length - 1;
    while (at >= 0 && (earlier[at] as EarlierSession<V>).start > end) at--;
    let session = at < 0 ? undefined : earlier[at]; // [-1] would make every access here a slow one
    if (session === undefined || session.end < start) {
      earlier.splice(at + 1, 0, this.create(key, start, end, row));
      return;
    }
    session.value = this.fold.add(this.valueOf(key, session), row);
    if (end > session.end) session.end = end;
    if (start < session.start) session.start = start;
    for (; at > 0 && (earlier[at - 1] as EarlierSession<V>).end >= start; at--) {
      const before = earlier[at - 1] as EarlierSession<V>;
      this.join(key, before, session);
      earlier.splice(at, 1);
      session = before;
    }
  }

  /**
   * Adds the rows of a batch in order of time, as Spark does: stored sessions and rows sorted by start,
   * a stored session before a row with the same start.
   */
  sweep(key: unknown, latest: KeySessions<V>, rows: SessionRow[]): void {
    const isNew = latest.value === unread;
    if (!isNew) this.setAside(key, latest);
    const { earlier = [] } = latest;
    const swept: EarlierSession<V>[] = [];
    let at = 0;
    for (const row of sortedRows(rows)) {
      for (; at < earlier.length && (earlier[at] as EarlierSession<V>).start <= row.start; at++) {
        this.append(key, swept, earlier[at] as EarlierSession<V>);
      }
      this.appendRow(key, swept, row);
    }
    for (; at < earlier.length; at++) this.append(key, swept, earlier[at] as EarlierSession<V>);
    this.takeLatest(key, latest, swept);
    if (isNew) this.ends.add(key, latest.end);
  }

  /** Writes what the batch has made of the earlier sessions. */
  write(): void {
    const { opened, sessions } = this;
    for (let i = 0; i < opened.length; i++) {
      const session = opened[i] as EarlierSession<V>;
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

  /** The latest session becomes an earlier one: another begins behind it. */
  private setAside(key: unknown, latest: KeySessions<V>): void {
    const { start, end, value } = latest;
    const session = this.open(key, { start, end, stored: undefined, value });
    if (latest.earlier === undefined) latest.earlier = [session];
    else latest.earlier.push(session);
  }

  /** The last of `swept`, the sessions of a key, is its latest; the others are earlier ones. */
  private takeLatest(key: unknown, latest: KeySessions<V>, swept: EarlierSession<V>[]): void {
    const last = swept.pop();
    if (last === undefined) return;
    latest.start = last.start;
    latest.end = last.end;
    latest.value = this.valueOf(key, last);
    latest.earlier = swept.length === 0 ? undefined : swept;
    this.leave(last);
  }

  private create(key: unknown, start: number, end: number, row: unknown): EarlierSession<V> {
    const value = this.fold.add(this.fold.zero(), row);
    return this.open(key, { start, end, stored: undefined, value });
  }

  private appendRow(
    key: unknown,
    swept: EarlierSession<V>[],
    { start, end, row }: SessionRow,
  ): void {
    const last = swept.at(-1);
    if (last === undefined || start > last.end) {
      swept.push(this.create(key, start, end, row));
      return;
    }
    last.value = this.fold.add(this.valueOf(key, last), row);
    if (end > last.end) last.end = end;
  }

  private append(key: unknown, swept: EarlierSession<V>[], session: EarlierSession<V>): void {
    const last = swept.at(-1);
    if (last === undefined || session.start > last.end) swept.push(session);
    else this.join(key, last, session);
  }

  /** `later` becomes part of `session` and leaves the table. */
  private join(key: unknown, session: EarlierSession<V>, later: EarlierSession<V>): void {
    const value = this.valueOf(key, session);
    session.value = this.fold.merge(value, this.valueOf(key, later));
    if (later.start < session.start) session.start = later.start;
    if (later.end > session.end) session.end = later.end;
    this.leave(later);
  }

  /** Another has taken this session's value. */
  private leave(session: EarlierSession<V>): void {
    if (session.stored) this.sessions.remove(session.stored);
    session.value = unread;
    session.stored = undefined;
  }

  private valueOf(key: unknown, session: EarlierSession<V>): V {
    return session.value === unread ? this.read(key, session) : session.value;
  }

  private read(key: unknown, session: EarlierSession<V>): V {
    const entry = this.sessions.find(session.end, key);
    if (entry === undefined) {
      throw new TypeError(
        `session [${session.start}, ${session.end}) is known to its key, not to its table`,
      );
    }
    this.sessions.touch(entry); // before the value is changed in place
    session.stored = entry;
    const { value } = entry.value;
    session.value = value;
    this.open(key, session);
    return value;
  }

  private open(key: unknown, session: EarlierSession<V>): EarlierSession<V> {
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
