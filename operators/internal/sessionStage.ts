import type { MaybePromise } from '../../lib/maybe.js';
import type { Grouping, WindowGrouping } from '../../lib/plan/grouping.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import type { Entry, KeyedTable, TimedTable } from '../../lib/state/stateStore.js';
import { compareDue, inKeyOrder } from './dueOrder.js';
import type { Fold } from './fold.js';
import { GroupRows } from './groupRows.js';
import { headOf, newHead, type SessionHead, type StoredSession, spansOf } from './sessionKey.js';
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
  return new SessionStage({ ctx, out, grouping, window, heads, sessions, fold, rows });
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

  constructor(private readonly parts: SessionParts<V>) {
    this.merge = new SessionMerge(parts.sessions, parts.fold);
    this.time = timeReader(parts.window.time);
  }

  prepare(): MaybePromise<void> {
    const { ctx, sessions } = this.parts;
    this.merge.clear();
    return ctx.outputMode === 'complete'
      ? sessions.loadAll()
      : sessions.load(ctx.evictionWatermark);
  }

  next(row: unknown, rowTime: number): void {
    const { ctx, window, grouping, heads } = this.parts;
    const start = this.time === undefined ? rowTime : this.time(row);
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
    const key = grouping.key === undefined ? null : grouping.key(row);
    const head = heads.find(key) ?? heads.insert(key, newHead<V>());
    heads.touch(head);
    const value = grouping.valueOf === undefined ? row : grouping.valueOf(row);
    if (this.parts.fold.anyOrder) this.merge.place(head.key, head.value.live, value, start, end);
    else if (head.value.rows === undefined) head.value.rows = [{ start, end, row: value }];
    else head.value.rows.push({ start, end, row: value });
  }

  endBatch(): void {
    const { ctx, out, heads, fold } = this.parts;
    if (!fold.anyOrder) {
      for (const { key, value: head } of heads.touched()) {
        if (head.rows) this.merge.sweep(key, head, head.rows);
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
    for (const entry of ctx.orderMatters ? [...all].sort(compareDue) : all) this.emit(entry);
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
  private leaves({ key, time }: Entry<StoredSession<V>>): void {
    const { heads } = this.parts;
    const head = heads.find(key);
    if (head === undefined) return;
    const { live } = head.value;
    if (live.length === 1) return heads.remove(head);
    live.splice(
      live.findIndex((session) => session.end === time),
      1,
    );
    heads.touch(head);
  }

  private emit({ key, time, value: session }: Entry<StoredSession<V>>): void {
    const { out, rows } = this.parts;
    out.next(rows.ofWindow(key, session.start, time, session.value), timeOfWindow(time));
  }
}
