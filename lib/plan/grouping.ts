import { StreamingError } from '../errors.js';
import type { TimeWindow } from '../time/timeWindow.js';
import type { PlanNode } from './planNode.js';

/** How rows are put into windows. Described here, read by the operator that follows. */
export type WindowGrouping =
  /** Fixed windows; rule in operators/window.ts. */
  | {
      readonly kind: 'fixed';
      readonly sizeMs: number;
      readonly slideMs: number;
      readonly startMs: number;
      /** Another time than the row's event time: option `time`. */
      readonly time: ((row: unknown) => unknown) | undefined;
      /** Calendar windows and the like: gives the windows of a time itself. */
      readonly assign?: (timeMs: number) => readonly (readonly [startMs: number, endMs: number])[];
      /** With `assign`, whose windows have no fixed size: '1 month in Europe/Paris'. */
      readonly calendar?: string;
      readonly timestamps: 'date' | 'ms';
    }
  /** Session windows: a gap in ms, per row; NaN, zero and negative gaps drop the row. */
  | {
      readonly kind: 'session';
      readonly gapMs: number | ((row: unknown) => number);
      readonly time: ((row: unknown) => unknown) | undefined;
      readonly timestamps: 'date' | 'ms';
    }
  /** The row brings its window: behind an rx node after a grouping. */
  | { readonly kind: 'given'; readonly of: (row: unknown) => TimeWindow<Date | number> };

/** What `groupByKey`, `window` and `sessionWindow` say about the rows; they change nothing. */
export interface Grouping {
  /** The node whose rows the operator reads. */
  readonly input: PlanNode;
  /** Of a row of `input`. undefined: one group for all rows (per window). */
  readonly key: ((row: unknown) => unknown) | undefined;
  /** The part of the key that is event time (Date, ms or window): its groups are evicted by it. */
  readonly keyTime: ((key: unknown) => unknown) | undefined;
  /** The key as names of columns; undefined: there is none, or a function gives it. */
  readonly keyColumns: readonly string[] | undefined;
  /** Its functions take a row of `input`. */
  readonly window: WindowGrouping | undefined;
  /** What the operator's functions see of a row; undefined: the row itself. */
  readonly valueOf: ((row: unknown) => unknown) | undefined;
}

/** A node that only describes a grouping. */
export interface GroupingNode extends PlanNode {
  /** Its functions take what the user's functions take: the row, or the value in a grouped row. */
  readonly grouping: {
    readonly key?: (row: unknown) => unknown;
    readonly keyTime?: (key: unknown) => unknown;
    readonly keyColumns?: readonly string[];
    readonly window?: WindowGrouping;
  };
}

export function isGroupingNode(node: PlanNode): node is GroupingNode {
  return 'grouping' in node;
}

/** The grouping that ends at `node`; without one, all rows of `node` in one group. */
export function groupingOf(node: PlanNode): Grouping {
  if (isGroupingNode(node)) {
    const below = groupingOf(node.inputs[0] as PlanNode);
    const own = node.grouping;
    return {
      input: below.input,
      key: own.key ? onValue(own.key, below.valueOf) : below.key,
      keyTime: own.key ? own.keyTime : below.keyTime,
      keyColumns: own.key ? own.keyColumns : below.keyColumns,
      window: own.window ? windowOnValue(own.window, below.valueOf) : below.window,
      valueOf: below.valueOf,
    };
  }
  const above = openGrouping(node);
  if (above) return groupingBehind(node, above);
  return {
    input: node,
    key: undefined,
    keyTime: undefined,
    keyColumns: undefined,
    window: undefined,
    valueOf: undefined,
  };
}

/**
 * The grouping that holds for the rows of `node`: itself, or one followed only by nodes that keep it.
 * Nothing has read it yet, and the rows are `{ key?, window?, value }`.
 */
export function openGrouping(node: PlanNode): GroupingNode | undefined {
  let at = node;
  while (at.traits?.grouping === 'keeps') at = at.inputs[0] as PlanNode;
  return isGroupingNode(at) ? at : undefined;
}

/**
 * `plan` with a node put in before the groupings at its end: for what touches no row, so that it may
 * stand on either side of them.
 */
export function beforeGroupings(plan: PlanNode, add: (input: PlanNode) => PlanNode): PlanNode {
  if (!isGroupingNode(plan)) return add(plan);
  return { ...plan, inputs: [beforeGroupings(plan.inputs[0] as PlanNode, add)] };
}

/** Rows made by a grouping, or what was kept of them: they carry key and window. */
interface RowWithWindow {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly window: TimeWindow<Date | number>;
}

function groupingBehind(node: PlanNode, above: GroupingNode): Grouping {
  const { key, keyTime, keyColumns, window } = groupingOf(above);
  const rx = rxNodeBehind(node);
  const grouped = (dimension: 'key' | 'window') =>
    rx === undefined
      ? (row: unknown) => row as RowWithWindow
      : (row: unknown) => withDimension(row, dimension, rx, above);
  const withKey = grouped('key');
  return {
    input: node,
    key: key && ((row) => withKey(row).key),
    keyTime,
    keyColumns,
    window: window && windowBehind(window, grouped('window')),
    valueOf: (row) => (row as RowWithWindow).value,
  };
}

/** The RxJS operator between a grouping and `node`, the only one there that may make other rows. */
function rxNodeBehind(node: PlanNode): PlanNode | undefined {
  let at = node;
  while (at.traits?.grouping === 'keeps') {
    if (at.kind === 'rx') return at;
    at = at.inputs[0] as PlanNode;
  }
  return undefined;
}

/** @throws `GROUPING_LOST` for a row of another make: its group would be the one of all that have no key. */
function withDimension(
  row: unknown,
  dimension: 'key' | 'window',
  rx: PlanNode,
  above: PlanNode,
): RowWithWindow {
  if (typeof row === 'object' && row !== null && dimension in row && 'value' in row) {
    return row as RowWithWindow;
  }
  const operator = rx.label ?? 'an RxJS operator';
  throw new StreamingError('GROUPING_LOST', { operator, grouping: above.kind });
}

function windowBehind(
  window: WindowGrouping,
  grouped: (row: unknown) => RowWithWindow,
): WindowGrouping {
  if (window.kind !== 'session') return { kind: 'given', of: (row) => grouped(row).window };
  // A row brings the session that it would be alone; it still merges with others.
  return {
    ...window,
    time: (row) => grouped(row).window.start,
    gapMs: (row) => {
      const { start, end } = grouped(row).window;
      return end.valueOf() - start.valueOf();
    },
  };
}

function onValue<R>(
  read: (row: unknown) => R,
  unwrap: ((row: unknown) => unknown) | undefined,
): (row: unknown) => R {
  return unwrap === undefined ? read : (row) => read(unwrap(row));
}

function windowOnValue(
  window: WindowGrouping,
  unwrap: ((row: unknown) => unknown) | undefined,
): WindowGrouping {
  if (unwrap === undefined || window.kind === 'given') return window;
  const time = window.time && onValue(window.time, unwrap);
  if (window.kind === 'fixed') return { ...window, time };
  const gapMs = typeof window.gapMs === 'number' ? window.gapMs : onValue(window.gapMs, unwrap);
  return { ...window, time, gapMs };
}
