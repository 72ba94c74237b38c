import { type MaybePromise, then } from '../../lib/maybe.js';
import { ownClass } from '../../lib/ownClass.js';
import type { Grouping, WindowGrouping } from '../../lib/plan/grouping.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import { type Entry, entryKey, entryTime } from '../../lib/state/entry.js';
import type { ChangedEntries, KeyedTable, TimedTable } from '../../lib/state/stateStore.js';
import { farthestMs } from '../../lib/time/civil.js';
import { compareKeys } from './dueOrder.js';
import type { Fold } from './fold.js';
import { GroupRows } from './groupRows.js';
import { KeySpans } from './keySpans.js';
import { SessionEnds } from './sessionEnds.js';
import {
  earlierOptions,
  type KeySessions,
  latestOptions,
  noSessions,
  type StoredSession,
} from './sessionKey.js';
import { SessionMerge } from './sessionMerge.js';
import { fitsDates, sessionEnd, timeOfWindow, windowOutOfRange } from './windowBounds.js';
import { timeReader } from './windowOption.js';

type SessionWindow = WindowGrouping & { readonly kind: 'session' };

export function sessionStage<V>(
  ctx: StageContext,
  out: Stage,
  grouping: Grouping,
  window: SessionWindow,
  fold: Fold<V>,
): Stage {
  const latest = ctx.state.keyed<KeySessions<V>>('latest', latestOptions(fold));
  const sessions = ctx.state.timed<StoredSession<V>>('sessions', earlierOptions(fold));
  const shape = { hasKey: grouping.key !== undefined, window: window.timestamps };
  const rows = new GroupRows(shape, fold);
  const parts = { ctx, out, grouping, window, latest, sessions, fold, rows };
  const own = ownNext(window, grouping, fold);
  if (own === undefined) return new SessionStage(parts);
  const functions = [window.time, grouping.key, grouping.valueOf];
  return new (ownClass(SessionStage<V>, functions, own))(parts);
}

/** `SessionStage.next` without its questions, where every row has the same gap and may be added at once. */
function ownNext<V>(window: SessionWindow, grouping: Grouping, fold: Fold<V>): string | undefined {
  if (typeof window.gapMs !== 'number' || !fold.anyOrder || !grouping.key) return undefined;
  return `next(row, rowTime) {
  const start = ${window.time === undefined ? 'rowTime' : 'this.time(row)'};
  if (start > this.lateUpTo && start < this.fitsBelow) {
    const key = this.key(row);
    const value = ${grouping.valueOf === undefined ? 'row' : 'this.valueOf(row)'};
    const sessions = this.changed?.changed(key) ?? this.sessionsOf(key);
    this.merge.place(sessions, value, start, start + this.gapMs);
  } else this.take(row, rowTime, start);
}`;
}

interface SessionParts<V> {
  readonly ctx: StageContext;
  readonly out: Stage;
  readonly grouping: Grouping;
  readonly window: SessionWindow;
  readonly latest: KeyedTable<KeySessions<V>>;
  readonly sessions: TimedTable<StoredSession<V>>;
  readonly fold: Fold<V>;
  readonly rows: GroupRows<V>;
}

/** Custom metric: rows without event time, or whose gap is null, zero or negative. */
const withoutSession = 'numRowsWithoutSession';

class SessionStage<V> implements Stage {
  private readonly merge: SessionMerge<V>;
  private readonly ends: SessionEnds<V>;
  private readonly spans: KeySpans<V>;
  private readonly time: ((row: unknown) => number) | undefined;
  private readonly key: Grouping['key'];
  private readonly valueOf: Grouping['valueOf'];
  /** NaN: each row has its own. */
  private readonly gapMs: number;
  /** A row with this gap and a time between them is neither late nor out of range. */
  protected lateUpTo = Number.NaN;
  protected fitsBelow = Number.NaN;
  /** Keys whose sessions this turn has changed, once a row has found its own the long way. */
  private changed: ChangedEntries<KeySessions<V>> | undefined;

  constructor(private readonly parts: SessionParts<V>) {
    const { ctx, latest, sessions, fold, window, grouping } = parts;
    this.time = timeReader(window.time);
    this.key = grouping.key;
    this.valueOf = grouping.valueOf;
    this.gapMs = typeof window.gapMs === 'number' ? window.gapMs : Number.NaN;
    this.ends = new SessionEnds(ctx, latest, this.gapMs);
    this.spans = new KeySpans(ctx.state, sessions, this.ends);
    this.merge = new SessionMerge(sessions, this.ends, fold);
  }

  prepare(): MaybePromise<void> {
    const { ctx, latest, sessions } = this.parts;
    this.merge.clear();
    this.changed = undefined;
    this.lateUpTo = Math.max(ctx.lateWatermark - this.gapMs, -farthestMs);
    this.fitsBelow = farthestMs - this.gapMs;
    return ctx.outputMode === 'complete'
      ? then(latest.loadAll(), () => sessions.loadAll())
      : then(this.ends.load(), () => sessions.load(ctx.evictionWatermark));
  }

  next(row: unknown, rowTime: number): void {
    this.take(row, rowTime, this.time === undefined ? rowTime : this.time(row));
  }

  protected take(row: unknown, rowTime: number, start: number): void {
    const { ctx, window, fold } = this.parts;
    const end = sessionEnd(window.gapMs, row, start);
    if (!(end > start)) {
      ctx.count(withoutSession); // NaN too
      return;
    }
    if (!fitsDates(start, end)) {
      ctx.failed(row, rowTime, windowOutOfRange(ctx.operatorId, start));
      return;
    }
    // Judged by the row alone, in every mode, also if an open session would take it in.
    if (end <= ctx.lateWatermark) {
      ctx.late(row, rowTime);
      return;
    }
    const key = this.key === undefined ? null : this.key(row);
    const value = this.valueOf === undefined ? row : this.valueOf(row);
    const entry = this.sessionsOf(key);
    if (fold.anyOrder) this.merge.place(entry, value, start, end);
    else if (entry.value.rows === undefined) entry.value.rows = [{ start, end, row: value }];
    else entry.value.rows.push({ start, end, row: value });
  }

  protected sessionsOf(key: unknown): Entry<KeySessions<V>> {
    const { latest } = this.parts;
    const entry = latest.find(key) ?? latest.insert(key, this.spans.take(key) ?? noSessions());
    latest.touch(entry);
    this.changed ??= latest.changedEntries();
    return entry;
  }

  endBatch(): void {
    const { ctx, out, latest, fold } = this.parts;
    if (!fold.anyOrder) {
      for (const entry of latest.touched()) {
        const { rows } = entry.value;
        if (rows) this.merge.sweep(entryKey(entry), entry.value, rows);
        entry.value.rows = undefined;
      }
    }
    this.merge.write();
    if (ctx.outputMode === 'complete') this.emitAll();
    else this.evict();
    out.endBatch();
  }

  private emitAll(): void {
    const { latest, sessions } = this.parts;
    const all: Entry<Session<V>>[] = [...(latest.entries() as Iterable<Entry<Session<V>>>)];
    for (const entry of sessions.entries()) all.push(withEnd(entry));
    this.emit(all);
  }

  private evict(): void {
    const { ctx, latest, sessions } = this.parts;
    const ended = this.ends.take();
    for (const entry of ended) latest.remove(entry); // the earlier ones have ended before it
    const over = ended as Entry<Session<V>>[];
    for (const taken of sessions.takeDue(ctx.evictionWatermark)) {
      for (const entry of taken) {
        over.push(withEnd(entry));
        this.forget(entry);
      }
    }
    this.emit(over);
  }

  /** What lies at its key of an earlier session that has left its table; the key may have left itself. */
  private forget(entry: Entry<StoredSession<V>>): void {
    const { latest } = this.parts;
    const end = entryTime(entry);
    const key = latest.find(entryKey(entry));
    if (key === undefined) return this.spans.forget(entry, end);
    const { earlier = [] } = key.value;
    earlier.splice(
      earlier.findIndex((session) => session.end === end),
      1,
    );
    latest.touch(key);
  }

  /** By end and, where order matters, by key: a restart forgets in which order they came. */
  private emit(all: Entry<Session<V>>[]): void {
    const { ctx, out, rows } = this.parts;
    for (const entry of all.sort(ctx.orderMatters ? byEndAndKey : byEnd)) {
      const { start, end, value } = entry.value;
      out.next(rows.ofWindow(entryKey(entry), start, end, value), timeOfWindow(end));
    }
  }
}

/** A session that comes out. */
interface Session<V> {
  readonly start: number;
  readonly end: number;
  readonly value: V;
}

function withEnd<V>(entry: Entry<StoredSession<V>>): Entry<Session<V>> {
  const { start, value } = entry.value;
  return { ...entry, value: { start, end: entryTime(entry), value } };
}

function byEnd(a: Entry<Session<unknown>>, b: Entry<Session<unknown>>): number {
  return a.value.end - b.value.end;
}

function byEndAndKey(a: Entry<Session<unknown>>, b: Entry<Session<unknown>>): number {
  return byEnd(a, b) || compareKeys(a, b);
}
