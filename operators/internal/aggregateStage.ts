import type { Grouping, WindowGrouping } from '../../lib/plan/grouping.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import { eventTimeMs } from '../../lib/time/eventTime.js';
import { AssignedStage } from './assignedStage.js';
import { EventTimeKeyStage } from './eventTimeKeyStage.js';
import type { Fold } from './fold.js';
import { GroupRows, resultTime } from './groupRows.js';
import { KeyedGroups } from './keyedGroups.js';
import { KeyedStage } from './keyedStage.js';
import { sessionStage } from './sessionStage.js';
import { SlidingStage } from './slidingStage.js';
import { TimedGroups, type TimedRows } from './timedGroups.js';
import { TumblingStage } from './tumblingStage.js';
import { type Bounds, timeOfWindow, windowsAt } from './windowBounds.js';
import type { WindowInput } from './windowInput.js';
import { timeReader } from './windowOption.js';

type FixedWindow = WindowGrouping & { readonly kind: 'fixed' };

/** The stage for a grouping: the cheapest that it allows. */
export function aggregateStage<V>(
  ctx: StageContext,
  out: Stage,
  grouping: Grouping,
  fold: Fold<V>,
): Stage {
  const { window } = grouping;
  if (window === undefined) return withoutWindow(ctx, out, grouping, fold);
  if (window.kind === 'session') return sessionStage(ctx, out, grouping, window, fold);
  if (window.kind === 'given') return givenStage(ctx, out, grouping, window.of, fold);
  const { sizeMs, slideMs, startMs, assign } = window;
  const rows = windowRows(grouping, window, fold);
  const input = windowInput(ctx, out, grouping, timeReader(window.time), fold, rows);
  if (assign) {
    const { time } = input;
    const windowsOf = (row: unknown, rowTime: number): readonly Bounds[] =>
      windowsAt(window, time === undefined ? rowTime : time(row));
    return new AssignedStage(input, windowsOf, (_start, key) => key);
  }
  if (slideMs === sizeMs) return new TumblingStage(input, sizeMs, startMs);
  return new SlidingStage(input, fold, sizeMs, slideMs, startMs);
}

function withoutWindow<V>(ctx: StageContext, out: Stage, grouping: Grouping, fold: Fold<V>): Stage {
  const { key, keyTime, valueOf: unwrap } = grouping;
  const rows = new GroupRows({ hasKey: key !== undefined, window: undefined }, fold);
  if (key === undefined || keyTime === undefined) {
    const table = ctx.state.keyed<V>('groups', storage(fold));
    return new KeyedStage(out, new KeyedGroups(ctx, out, table, fold, rows), key, unwrap);
  }
  const timed = new TimedGroups(ctx, out, ctx.state.timed<V>('groups', storage(fold)), fold, {
    rowOf: (entry) => rows.ofKey(entry.key, entry.value),
    timeOf: (entry) => resultTime(keyTime(entry.key)),
  });
  const untimedTable = ctx.state.keyed<V>('untimed', storage(fold));
  const untimed = new KeyedGroups(ctx, out, untimedTable, fold, rows);
  return new EventTimeKeyStage(ctx, out, timed, untimed, key, keyTime, unwrap);
}

/** Behind an rx node a row brings its window; start and end then both tell groups apart. */
function givenStage<V>(
  ctx: StageContext,
  out: Stage,
  grouping: Grouping,
  windowOf: (row: unknown) => { readonly start: unknown; readonly end: unknown },
  fold: Fold<V>,
): Stage {
  const rows = new GroupRows({ hasKey: grouping.key !== undefined, window: 'date' }, fold);
  const rowsInMs = new GroupRows({ hasKey: grouping.key !== undefined, window: 'ms' }, fold);
  const input = windowInput(ctx, out, grouping, undefined, fold, {
    rowOf: (entry) => {
      const [start, isMs, key] = entry.key as readonly [number, boolean, unknown];
      return (isMs ? rowsInMs : rows).ofWindow(key, start, entry.time, entry.value);
    },
    timeOf: (entry) => timeOfWindow(entry.time),
  });
  let isMs = false;
  const assign = (row: unknown): readonly Bounds[] => {
    const { start, end } = windowOf(row);
    isMs = typeof end === 'number';
    return [[eventTimeMs(start), eventTimeMs(end)]];
  };
  return new AssignedStage(input, assign, (start, key) => [start, isMs, key]);
}

function windowRows<V>(grouping: Grouping, window: FixedWindow, fold: Fold<V>): TimedRows<V> {
  const shape = { hasKey: grouping.key !== undefined, window: window.timestamps };
  const rows = new GroupRows(shape, fold);
  const { assign, sizeMs } = window;
  const startOf = assign
    ? (end: number) => startBefore(end, assign)
    : (end: number) => end - sizeMs;
  return {
    rowOf: (entry) => rows.ofWindow(entry.key, startOf(entry.time), entry.time, entry.value),
    timeOf: (entry) => timeOfWindow(entry.time),
  };
}

/** The start of the window that ends at `end`: it contains the last ms before. */
function startBefore(end: number, assign: (timeMs: number) => readonly Bounds[]): number {
  return assign(end - 1).find((bounds) => bounds[1] === end)?.[0] ?? Number.NaN;
}

function windowInput<V>(
  ctx: StageContext,
  out: Stage,
  grouping: Grouping,
  time: ((row: unknown) => number) | undefined,
  fold: Fold<V>,
  rows: TimedRows<V>,
): WindowInput<V> {
  const table = ctx.state.timed<V>('groups', storage(fold));
  const groups = new TimedGroups(ctx, out, table, fold, rows);
  return { ctx, out, groups, key: grouping.key, time, valueOf: grouping.valueOf };
}

function storage<V>(fold: Fold<V>) {
  return {
    toStored: (value: V) => fold.toStored(value),
    fromStored: (stored: unknown) => fold.fromStored(stored),
  };
}
