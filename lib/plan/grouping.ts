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
  /** undefined: one group for all rows (per window). */
  readonly key: ((row: unknown) => unknown) | undefined;
  readonly window: WindowGrouping | undefined;
  /** What the operator's functions see of a row; undefined: the row itself. */
  readonly valueOf: ((row: unknown) => unknown) | undefined;
}

/** A node that only describes a grouping. */
export interface GroupingNode extends PlanNode {
  readonly grouping: {
    readonly key?: (row: unknown) => unknown;
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
    return {
      input: below.input,
      key: node.grouping.key ?? below.key,
      window: node.grouping.window ?? below.window,
      valueOf: below.valueOf,
    };
  }
  if (endsInGrouping(node)) {
    return {
      input: node,
      key: (row) => (row as { key: unknown }).key,
      window: windowBehind(node)
        ? { kind: 'given', of: (row) => (row as { window: TimeWindow<Date | number> }).window }
        : undefined,
      valueOf: (row) => (row as { value: unknown }).value,
    };
  }
  return { input: node, key: undefined, window: undefined, valueOf: undefined };
}

/** Whether `node` is a grouping followed only by rx nodes: its rows are `{ key, value, window? }`. */
export function endsInGrouping(node: PlanNode): boolean {
  let at = node;
  while (at.kind === 'rx') at = at.inputs[0] as PlanNode;
  return at !== node && isGroupingNode(at);
}

function windowBehind(node: PlanNode): boolean {
  let at = node;
  while (at.kind === 'rx') at = at.inputs[0] as PlanNode;
  while (isGroupingNode(at)) {
    if (at.grouping.window) return true;
    at = at.inputs[0] as PlanNode;
  }
  return false;
}
