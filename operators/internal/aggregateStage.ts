import type { Grouping, WindowGrouping } from '../../lib/plan/grouping.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import { entryKey, entryTime } from '../../lib/state/entry.js';
import { eventTimeMs } from '../../lib/time/eventTime.js';
import { withAppearance } from './appearance.js';
import { AssignedStage } from './assignedStage.js';
import { EventTimeKeyStage } from './eventTimeKeyStage.js';
import type { Fold } from './fold.js';
import { GroupRows, resultTime } from './groupRows.js';
import { KeyedGroups } from './keyedGroups.js';
import { keyedStage } from './keyedStage.js';
import { PartsFold } from './partsFold.js';
import { keyedParts, type PartTable, timedParts } from './partTable.js';
import { sessionStage } from './sessionStage.js';
import { SlidingStage } from './slidingStage.js';
import { TimedGroups, type TimedRows } from './timedGroups.js';
import { tumblingStage } from './tumblingStage.js';
import { type Bounds, timeOfWindow, windowsAt } from './windowBounds.js';
import type { WindowInput } from './windowInput.js';
import { timeReader } from './windowOption.js';

type FixedWindow = WindowGrouping & { readonly kind: 'fixed' };

/** The stage for a grouping: the cheapest that it allows. */
export function aggregateStage<V>(
  ctx: StageContext,
  out: Stage,
  grouping: Grouping,
  plain: Fold<V>,
): Stage {
  const { window } = grouping;
  const ordered = ctx.orderMatters && ctx.outputMode === 'complete' && window?.kind !== 'session';
  const fold = ordered ? withAppearance(plain) : plain;
  if (window?.kind === 'session') return sessionStage(ctx, out, grouping, window, fold);
  if (window === undefined) return withoutWindow(ctx, out, grouping, fold);
  return windowStage(
    ctx,
    out,
    grouping,
    window,
    withParts(ctx, fold, () => timedParts(ctx.state)),
  );
}

function windowStage<V>(
  ctx: StageContext,
  out: Stage,
  grouping: Grouping,
  window: Exclude<WindowGrouping, { readonly kind: 'session' }>,
  fold: Fold<V>,
): Stage {
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
  if (slideMs === sizeMs) return tumblingStage(input, sizeMs, startMs);
  return new SlidingStage(input, fold, sizeMs, slideMs, startMs);
}

function withoutWindow<V>(
  ctx: StageContext,
  out: Stage,
  grouping: Grouping,
  plain: Fold<V>,
): Stage {
  const { key, keyTime, valueOf: unwrap } = grouping;
  const isTimed = key !== undefined && keyTime !== undefined;
  const shape = { hasKey: key !== undefined, window: undefined };
  const keyedFold = withParts(ctx, plain, () => keyedParts(ctx.state));
  const table = ctx.state.keyed<V>(isTimed ? 'untimed' : 'groups', storage(keyedFold));
  const keyedRows = new GroupRows(shape, keyedFold);
  const keyed = new KeyedGroups(ctx, out, table, keyedFold, keyedRows);
  if (!isTimed) return keyedStage(out, keyed, key, unwrap);
  const fold = withParts(ctx, plain, () => timedParts(ctx.state));
  const rows = new GroupRows(shape, fold);
  const timed = new TimedGroups(ctx, out, ctx.state.timed<V>('groups', storage(fold)), fold, {
    rowOf: (entry) => rows.ofKey(entryKey(entry), entry.value),
    timeOf: (entry) => resultTime(keyTime(entryKey(entry))),
  });
  return new EventTimeKeyStage(ctx, out, timed, keyed, key, keyTime, unwrap);
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
      const [start, isMs, key] = entryKey(entry) as readonly [number, boolean, unknown];
      return (isMs ? rowsInMs : rows).ofWindow(key, start, entryTime(entry), entry.value);
    },
    timeOf: (entry) => timeOfWindow(entryTime(entry)),
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
    rowOf: (entry) =>
      rows.ofWindow(entryKey(entry), startOf(entryTime(entry)), entryTime(entry), entry.value),
    timeOf: (entry) => timeOfWindow(entryTime(entry)),
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
  const table = ctx.state.timed<V>('groups', { ...storage(fold), paged: true });
  const groups = new TimedGroups(ctx, out, table, fold, rows);
  return { ctx, out, groups, key: grouping.key, time, valueOf: grouping.valueOf };
}

/** Where an aggregate keeps parts of its accumulator apart, a fold of this stage's own that does. */
function withParts<V>(ctx: StageContext, fold: Fold<V>, table: () => PartTable): Fold<V> {
  if (!ctx.state.writesChanges) return fold;
  if (!fold.aggregates.some((a) => a.settle)) return fold;
  return new PartsFold(fold.names, fold.aggregates, table()) as unknown as Fold<V>;
}

function storage<V>(fold: Fold<V>) {
  return {
    toStored: (value: V) => fold.toStored(value),
    fromStored: (stored: unknown) => fold.fromStored(stored),
  };
}
