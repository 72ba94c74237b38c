import type { MaybePromise } from '../../lib/maybe.js';
import type { Grouping, WindowGrouping } from '../../lib/plan/grouping.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import type { Entry } from '../../lib/state/stateStore.js';
import type { Fold } from './fold.js';
import { GroupRows } from './groupRows.js';
import {
  liveSessions,
  newHead,
  type SessionHead,
  type SessionTables,
  type StoredSession,
  withoutSpan,
} from './sessionKey.js';
import { SessionMerge } from './sessionMerge.js';
import { timeOfWindow } from './windowBounds.js';
import { timeReader } from './windowOption.js';

type SessionWindow = WindowGrouping & { readonly kind: 'session' };

export function sessionStage<V>(
  ctx: StageContext,
  out: Stage,
  grouping: Grouping,
  window: SessionWindow,
  fold: Fold<V>,
): Stage {
  const tables: SessionTables<V> = {
    heads: ctx.state.keyed<SessionHead<V>>('heads', {
      counted: false,
      toStored: (head) => head.spans,
      fromStored: (stored) => newHead(stored as readonly number[]),
    }),
    sessions: ctx.state.timed<StoredSession<V>>('sessions', {
      toStored: ({ start, value }) => [start, fold.toStored(value)],
      fromStored: (stored) => {
        const [start, value] = stored as readonly [number, unknown];
        return { start, value: fold.fromStored(value) };
      },
    }),
  };
  const shape = { hasKey: grouping.key !== undefined, window: window.timestamps };
  return new SessionStage(ctx, out, grouping, window, tables, fold, new GroupRows(shape, fold));
}

/** Custom metric: rows without event time, or whose gap is null, zero or negative. */
const withoutSession = 'numRowsWithoutSession';

class SessionStage<V> implements Stage {
  private readonly merge: SessionMerge<V>;
  private readonly time: ((row: unknown) => number) | undefined;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly grouping: Grouping,
    private readonly window: SessionWindow,
    private readonly tables: SessionTables<V>,
    private readonly fold: Fold<V>,
    private readonly rows: GroupRows<V>,
  ) {
    this.merge = new SessionMerge(tables.sessions, fold);
    this.time = timeReader(window.time);
  }

  prepare(): MaybePromise<void> {
    const { sessions } = this.tables;
    if (this.ctx.outputMode === 'complete') return sessions.loadAll();
    return sessions.load(this.ctx.evictionWatermark);
  }

  next(row: unknown, rowTime: number): void {
    const { gapMs } = this.window;
    const { key, valueOf: unwrap } = this.grouping;
    const start = this.time === undefined ? rowTime : this.time(row);
    const end = start + (typeof gapMs === 'number' ? gapMs : gapMs(row));
    if (!(end > start)) {
      this.ctx.count(withoutSession); // NaN too
      return;
    }
    // Judged by the row alone, in every mode, also if an open session would take it in.
    if (end <= this.ctx.lateWatermark) {
      this.ctx.late(row, rowTime);
      return;
    }
    const { heads } = this.tables;
    const groupKey = key === undefined ? null : key(row);
    const head = heads.find(groupKey) ?? heads.insert(groupKey, newHead<V>([]));
    heads.touch(head);
    const value = unwrap === undefined ? row : unwrap(row);
    if (!this.fold.anyOrder) {
      head.value.rows.push({ start, end, row: value });
      return;
    }
    head.value.live ??= liveSessions(head.value.spans);
    this.merge.place(head.key, head.value.live, value, start, end);
  }

  endBatch(): void {
    for (const head of this.tables.heads.touched()) this.keep(head);
    if (this.ctx.outputMode === 'complete') {
      for (const entry of this.tables.sessions.entries()) this.emit(entry);
    } else {
      this.evict();
    }
    this.out.endBatch();
  }

  /** Writes the sessions of a key that this batch has touched. */
  private keep({ key, value: head }: Entry<SessionHead<V>>): void {
    const { sessions } = this.tables;
    let live = head.live ?? liveSessions<V>(head.spans);
    if (head.rows.length > 0) live = this.merge.sweep(key, live, head.rows);
    const spans: number[] = [];
    for (const { start, end, stored, value } of live) {
      spans.push(start, end);
      if (value === undefined) continue; // not touched
      if (stored?.time === end) {
        stored.value.start = start;
        stored.value.value = value;
        continue;
      }
      if (stored) sessions.remove(stored);
      sessions.insert(end, key, { start, value });
    }
    head.spans = spans;
    head.live = undefined;
    head.rows = [];
  }

  private evict(): void {
    const { heads, sessions } = this.tables;
    for (const entry of sessions.due(this.ctx.evictionWatermark)) {
      this.emit(entry);
      sessions.remove(entry);
      const head = heads.find(entry.key);
      if (head === undefined) continue;
      head.value.spans = withoutSpan(head.value.spans, entry.value.start);
      if (head.value.spans.length === 0) heads.remove(head);
      else heads.touch(head);
    }
  }

  private emit({ key, time, value: session }: Entry<StoredSession<V>>): void {
    this.out.next(this.rows.ofWindow(key, session.start, time, session.value), timeOfWindow(time));
  }
}
