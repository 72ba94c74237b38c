import type { OperatorFunction } from 'rxjs';
import { StreamingError } from '../lib/errors.js';
import type { DimensionsOf, Flat, RowOfStream, ValueOf } from '../lib/plan/groupedRow.js';
import { type Grouping, groupingOf } from '../lib/plan/grouping.js';
import type { PlanNode } from '../lib/plan/planNode.js';
import type { QueryShape } from '../lib/plan/queryShape.js';
import { transformWithTime } from '../lib/plan/shapeRules.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { isSourceNode } from '../lib/stream/sourceNode.js';
import type { Aggregate } from './aggregates/aggregate.js';
import { type Aggregates, aggregatesFor } from './aggregates/aggregates.js';
import { aggregateStage } from './internal/aggregateStage.js';
import { type Fold, foldOf } from './internal/fold.js';
import { groupingLabel, groupingSignature, keyColumnsOf } from './internal/groupingText.js';
import { requireWindowTime } from './internal/requireWindowTime.js';
import { refuseAsyncFunction } from './internal/rowFunction.js';

/** Results by name, as `aggregate` and `observe` take them. */
export type ResultSet<T> = Readonly<Record<string, Aggregate<T, unknown, unknown>>>;

/** The results of aggregates, by name. */
export type ResultsOf<R> = {
  -readonly [N in keyof R]: R[N] extends Aggregate<never, unknown, infer Out> ? Out : never;
};

/** `{ key?, window?, …results }` */
export type AggregateRow<S, R> = Flat<DimensionsOf<S> & ResultsOf<R>>;

/**
 * Reduces each group to one row.
 *
 * In:     rows of `T` behind `groupByKey`, `window`, `sessionWindow`, in any order and number; without
 *         them all rows are one group.
 * Out:    `{ key?, window?, …results }`. Append: each group once, when the watermark closes it, in order
 *         of time; update: the groups that the batch touched; complete: all groups, every batch.
 * Time:   a window's row carries end − ½ ms, a row of a key with `eventTime` that time, another none.
 * State:  one entry per group, removed when its window's end (its key's event time) <= the watermark;
 *         never in complete mode, nor without window and `eventTime`.
 * Late:   window's end (key's event time) <= late watermark: to the late output, counted once per row
 *         that any window refuses; not in complete mode. Rows without event time are in no window.
 * Errors: TypeError for a result that is no aggregate or is named as `key` or `window`; before the
 *         query starts `AGGREGATE_NEEDS_WATERMARK`, `WINDOW_NEEDS_TIME`, `SESSION_MODE`,
 *         `SESSION_NEEDS_KEY`; `AGGREGATE_VALUE_INVALID` and what functions throw fail the batch.
 * Source: semantics/spark.md 2.6–2.9.
 *
 * @example
 * events.pipe(
 *   withWatermark((e) => e.time, '10 minutes'),
 *   groupByKey((e) => e.action),
 *   window('1 hour'),
 *   aggregate((rows) => ({ n: rows.count(), mean: rows.avg((e) => e.ms) })),
 * ); // { key: 'open', window: { start, end }, n: 3, mean: 12.5 }
 * @since 0.1.0
 */
export function aggregate<S, R extends ResultSet<RowOfStream<S>>>(
  define: (rows: Aggregates<RowOfStream<S>>) => R,
): OperatorFunction<S, AggregateRow<S, R>>;
export function aggregate<S, R extends ResultSet<ValueOf<S>>>(
  define: (rows: Aggregates<ValueOf<S>>) => R,
): OperatorFunction<S, AggregateRow<S, R>>;
export function aggregate<S, R extends ResultSet<ValueOf<S>>>(
  define: (rows: Aggregates<ValueOf<S>>) => R,
): OperatorFunction<S, AggregateRow<S, R>> {
  const set = resultSet('aggregate', define);
  const fold = foldOf('aggregate', set);
  return (source) =>
    new DataStream(aggregateNode('aggregate', groupingOf(planOf(source)), set, fold));
}

/** Calls the user's function; it describes, so once is enough. */
export function resultSet<T, R extends ResultSet<T>>(
  operator: string,
  define: (rows: Aggregates<T>) => R,
): R {
  refuseAsyncFunction(operator, define);
  const set: unknown = typeof define === 'function' ? define(aggregatesFor<T>()) : define;
  if (typeof define === 'function' && typeof set === 'object' && set !== null) return set as R;
  throw new TypeError(
    `${operator} takes a function that gives aggregates by name: ${operator}((rows) => ({ n: rows.count() }))`,
  );
}

/** The node of an aggregation, also for `count`. */
export function aggregateNode(
  kind: string,
  grouping: Grouping,
  set: ResultSet<never>,
  fold: Fold<unknown>,
): PlanNode {
  refuseNames(kind, grouping, set);
  const results = Object.entries(set).map(([name, { name: of }]) => [name, of] as const);
  const { window } = grouping;
  const node: PlanNode = {
    kind: 'aggregate',
    inputs: [grouping.input],
    label: `${groupingLabel(grouping)}${results.map(([name, of]) => `${name} = ${of}`).join(', ')}`,
    traits: {
      stateful: true,
      aggregation: true,
      grouping: 'reads',
      chained: true,
      breaksChain: (mode) => mode !== 'append',
      ...(fold.anyOrder ? {} : { readsOrder: true }),
      ...(window || grouping.keyTime ? { givesEventTime: true } : {}),
    },
    operatorName: window?.kind === 'session' ? 'sessionWindowStateStoreSaveExec' : 'stateStoreSave',
    signature: { ...groupingSignature(grouping), aggregates: results.map(([, of]) => of) },
    ...keyColumnsOf(grouping),
    resultNames: fold.names,
    forgets: (query) =>
      query.outputMode !== 'complete' &&
      (window !== undefined || grouping.keyTime !== undefined) &&
      query.hasWatermark(node),
    validate: (query) => validate(node, kind, grouping, query),
    validateBatch: () => requireWindowTime(node, kind, window),
    runsWithoutData: (mode) => mode !== 'complete',
    stage: (ctx, out) => aggregateStage(ctx, out, grouping, fold),
  };
  return node;
}

function refuseNames(operator: string, { key, window }: Grouping, set: ResultSet<never>): void {
  for (const [column, taken] of [
    ['key', key],
    ['window', window],
  ] as const) {
    if (taken === undefined || !Object.hasOwn(set, column)) continue;
    throw new TypeError(
      `${operator}: result "${column}" would hide the column ${column} of the grouping: name it otherwise`,
    );
  }
}

/** Why no group of `node` would ever close, and what to do. */
function neverClosed(node: PlanNode, query: QueryShape): { reason: string; fix: string } {
  const above = query.above(node);
  const chained = above.some((each) => each.traits?.breaksChain?.('update'));
  const orElse = chained ? '' : ', or use update or complete mode';
  // Behind the last node that a watermark enters there is none: that node does not hand it on.
  const end = query.hasWatermark(node)
    ? undefined
    : above.findLast((each) => query.hasWatermark(each));
  if (end) {
    return {
      reason: `the rows that ${end.kind} gives have no event time, though a watermark is above it`,
      fix: `give them one by ${transformWithTime}${orElse}`,
    };
  }
  const reason = query.hasWatermark(node)
    ? 'the grouping has no event time'
    : `there is no watermark${cutPlan(above)}`;
  return {
    reason,
    fix: `put withWatermark and a window (or groupByKey with eventTime) before it${orElse}`,
  };
}

/**
 * A watermark that stands in the pipe may not be in the plan: what RxJS does not lift begins a new one, whose
 * source is an Observable. Which it is cannot be seen.
 */
function cutPlan(above: readonly PlanNode[]): string {
  if (!above.some((each) => isSourceNode(each) && each.observable !== undefined)) return '';
  return ' (one that stands before endWith, concat, merge, combineLatest, defer or another operator that RxJS does not lift is cut off from the plan, as by PLAN_LOST: put it behind that operator, or use union)';
}

function validate(node: PlanNode, operator: string, grouping: Grouping, query: QueryShape): void {
  const { key, keyTime, window } = grouping;
  const hasWatermark = query.hasWatermark(node);
  if (window?.kind === 'session') {
    if (query.outputMode === 'update') throw new StreamingError('SESSION_MODE', { operator });
    if (key === undefined) throw new StreamingError('SESSION_NEEDS_KEY', { operator });
  }
  if (query.outputMode === 'append') {
    if (!hasWatermark || (window === undefined && keyTime === undefined)) {
      throw new StreamingError('AGGREGATE_NEEDS_WATERMARK', {
        operator,
        ...neverClosed(node, query),
      });
    }
  }
  requireWindowTime(node, operator, window);
}
