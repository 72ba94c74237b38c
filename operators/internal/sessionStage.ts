import type { MaybePromise } from '../../lib/maybe.js';
import { ownClass } from '../../lib/ownClass.js';
import type { Grouping, WindowGrouping } from '../../lib/plan/grouping.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import { type Entry, entryKey, entryTime } from '../../lib/state/entry.js';
import type { ChangedEntries, KeyedTable, TimedTable } from '../../lib/state/stateStore.js';
import { farthestMs } from '../../lib/time/civil.js';
import { compareEntries, inKeyOrder } from './dueOrder.js';
import type { Fold } from './fold.js';
import { GroupRows } from './groupRows.js';
import {
  headOf,
  newHead,
  noteLast,
  type SessionHead,
  type StoredSession,
  spansOf,
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
  const heads = ctx.state.keyed<SessionHead<V>>('heads', {
    counted: false,
    toStored: spansOf,
    fromStored: (stored) => headOf(stored as readonly number[]),
  });
  const sessions = ctx.state.timed<StoredSession<V>>('sessions', {
    toStored: ({ start, value }) => [start, fold.toStored(value)],
    fromStored: (stored) => {
      const [start, value] = stored as readonly [number, unknown];
      return { start, value: fold.fromStored(value) };
    },
  });
  const shape = { hasKey: grouping.key !== undefined, window: window.timestamps };
  const rows = new GroupRows(shape, fold);
  const parts = { ctx, out, grouping, window, heads, sessions, fold, rows };
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
    const head = this.changed?.changed(key) ?? this.headOf(key);
    const value = ${grouping.valueOf === undefined ? 'row' : 'this.valueOf(row)'};
    this.merge.place(head, value, start, start + this.gapMs);
  } else this.take(row, rowTime, start);
}`;
}

interface SessionParts<V> {
  readonly ctx: StageContext;
  readonly out: Stage;
  readonly grouping: Grouping;
  readonly window: SessionWindow;
  readonly heads: KeyedTable<SessionHead<V>>;
  readonly sessions: TimedTable<StoredSession<V>>;
  readonly fold: Fold<V>;
  readonly rows: GroupRows<V>;
}

/** Custom metric: rows without event time, or whose gap is null, zero or negative. */
const withoutSession = 'numRowsWithoutSession';

class SessionStage<V> implements Stage {
  private readonly merge: SessionMerge<V>;
  private readonly time: ((row: unknown) => number) | undefined;
  private readonly key: Grouping['key'];
  private readonly valueOf: Grouping['valueOf'];
  /** NaN: each row has its own. */
  private readonly gapMs: number;
  /** A row with this gap and a time between them is neither late nor out of range. */
  protected lateUpTo = Number.NaN;
  protected fitsBelow = Number.NaN;
  /** Heads that this turn has changed, once a row has found its own the long way. */
  private changed: ChangedEntries<SessionHead<V>> | undefined;

  constructor(private readonly parts: SessionParts<V>) {
    const { sessions, fold, window, grouping } = parts;
    this.merge = new SessionMerge(sessions, fold);
    this.time = timeReader(window.time);
    this.key = grouping.key;
    this.valueOf = grouping.valueOf;
    this.gapMs = typeof window.gapMs === 'number' ? window.gapMs : Number.NaN;
  }

  prepare(): MaybePromise<void> {
    const { ctx, sessions } = this.parts;
    this.merge.clear();
    this.changed = undefined;
    this.lateUpTo = Math.max(ctx.lateWatermark - this.gapMs, -farthestMs);
    this.fitsBelow = farthestMs - this.gapMs;
    return ctx.outputMode === 'complete'
      ? sessions.loadAll()
      : sessions.load(ctx.evictionWatermark);
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
    const head = this.headOf(this.key === undefined ? null : this.key(row));
    const value = this.valueOf === undefined ? row : this.valueOf(row);
    if (fold.anyOrder) this.merge.place(head, value, start, end);
    else if (head.value.rows === undefined) head.value.rows = [{ start, end, row: value }];
    else head.value.rows.push({ start, end, row: value });
  }

  protected headOf(key: unknown): Entry<SessionHead<V>> {
    const { heads } = this.parts;
    const head = heads.find(key) ?? heads.insert(key, newHead<V>());
    heads.touch(head);
    this.changed ??= heads.changedEntries();
    return head;
  }

  endBatch(): void {
    const { ctx, out, heads, fold } = this.parts;
    if (!fold.anyOrder) {
      for (const entry of heads.touched()) {
        const head = entry.value;
        if (head.rows) this.merge.sweep(entryKey(entry), head, head.rows);
        head.rows = undefined;
      }
    }
    this.merge.write();
    if (ctx.outputMode === 'complete') this.emitAll();
    else this.evict();
    out.endBatch();
  }

  /** Sessions merge, so no order of appearance: where order matters, by end and then by key. */
  private emitAll(): void {
    const { ctx, sessions } = this.parts;
    const all = sessions.entries();
    for (const entry of ctx.orderMatters ? [...all].sort(compareEntries) : all) this.emit(entry);
  }

  private evict(): void {
    const { ctx, sessions } = this.parts;
    for (const taken of sessions.takeDue(ctx.evictionWatermark)) {
      for (const entry of ctx.orderMatters ? inKeyOrder(taken) : taken) {
        this.emit(entry);
        this.leaves(entry);
      }
    }
  }

  /** The head of a key forgets a session that has left its table, and goes with the last. */
  private leaves(entry: Entry<StoredSession<V>>): void {
    const { heads } = this.parts;
    const time = entryTime(entry);
    const head = heads.find(entryKey(entry));
    if (head === undefined) return;
    const { live } = head.value;
    if (live.length === 1) return heads.remove(head);
    live.splice(
      live.findIndex((session) => session.end === time),
      1,
    );
    noteLast(head.value);
    heads.touch(head);
  }

  private emit(entry: Entry<StoredSession<V>>): void {
    const { out, rows } = this.parts;
    const session = entry.value;
    const time = entryTime(entry);
    out.next(
      rows.ofWindow(entryKey(entry), session.start, time, session.value),
      timeOfWindow(time),
    );
  }
}
