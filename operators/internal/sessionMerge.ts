import type { TimedTable } from '../../lib/state/stateStore.js';
import type { Fold } from './fold.js';
import type { LiveSession, SessionRow, StoredSession } from './sessionKey.js';

/**
 * Merges rows into the sessions of a key. A row joins a session that it touches, ends included, and may
 * bridge several; only sessions that a row touches are read.
 *
 * Source: semantics/spark.md 2.8.
 */
export class SessionMerge<V> {
  constructor(
    private readonly sessions: TimedTable<StoredSession<V>>,
    private readonly fold: Fold<V>,
  ) {}

  /** Adds one row at once: for aggregates that do not mind the order. `live` is changed. */
  place(key: unknown, live: LiveSession<V>[], row: unknown, start: number, end: number): void {
    let at = live.length - 1;
    while (at >= 0 && (live[at] as LiveSession<V>).start > end) at--;
    let session = live[at];
    if (session === undefined || session.end < start) {
      const value = this.fold.add(this.fold.zero(), row);
      live.splice(at + 1, 0, { start, end, stored: undefined, value });
      return;
    }
    session.value = this.fold.add(this.read(key, session), row);
    if (end > session.end) session.end = end;
    if (start >= session.start) return;
    session.start = start;
    for (; at > 0 && (live[at - 1] as LiveSession<V>).end >= start; at--) {
      const before = live[at - 1] as LiveSession<V>;
      this.join(key, before, session);
      live.splice(at, 1);
      session = before;
    }
  }

  /**
   * Adds the rows of a batch in order of time, as Spark does: stored sessions and rows sorted by start,
   * a stored session before a row with the same start. Gives the new sessions.
   */
  sweep(key: unknown, live: readonly LiveSession<V>[], rows: SessionRow[]): LiveSession<V>[] {
    const sorted = sortedRows(rows);
    const swept: LiveSession<V>[] = [];
    let at = 0;
    for (const row of sorted) {
      for (; at < live.length && (live[at] as LiveSession<V>).start <= row.start; at++) {
        this.append(key, swept, live[at] as LiveSession<V>);
      }
      this.appendRow(key, swept, row);
    }
    for (; at < live.length; at++) this.append(key, swept, live[at] as LiveSession<V>);
    return swept;
  }

  private appendRow(key: unknown, swept: LiveSession<V>[], { start, end, row }: SessionRow): void {
    const last = swept.at(-1);
    if (last === undefined || start > last.end) {
      const value = this.fold.add(this.fold.zero(), row);
      swept.push({ start, end, stored: undefined, value });
      return;
    }
    last.value = this.fold.add(this.read(key, last), row);
    if (end > last.end) last.end = end;
  }

  private append(key: unknown, swept: LiveSession<V>[], session: LiveSession<V>): void {
    const last = swept.at(-1);
    if (last === undefined || session.start > last.end) swept.push(session);
    else this.join(key, last, session);
  }

  /** `later` becomes part of `session` and leaves the table. */
  private join(key: unknown, session: LiveSession<V>, later: LiveSession<V>): void {
    session.value = this.fold.merge(this.read(key, session), this.read(key, later));
    if (later.end > session.end) session.end = later.end;
    if (later.stored) this.sessions.remove(later.stored);
  }

  private read(key: unknown, session: LiveSession<V>): V {
    if (session.value !== undefined) return session.value;
    const entry = this.sessions.find(session.end, key);
    if (entry === undefined) {
      throw new TypeError(
        `session [${session.start}, ${session.end}) is in its head, not in its table`,
      );
    }
    this.sessions.touch(entry); // before the value is changed in place
    session.stored = entry;
    session.value = entry.value.value;
    return session.value;
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
