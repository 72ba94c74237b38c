import type { Observable, OperatorFunction } from 'rxjs';
import { type OptionNames, requireKnownMembers } from '../lib/options/knownOptions.js';
import { oneOf } from '../lib/options/optionValues.js';
import type { PlanNode } from '../lib/plan/planNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { keyColumnsOf } from './internal/groupingText.js';
import { checkInitialState } from './internal/initialEntries.js';
import { type KeyedRow, keyOnlyGrouping } from './internal/keyOnlyGrouping.js';
import { refuseAsyncFunction } from './internal/rowFunction.js';
import type { ModeRules, StateProcessor, TimeMode } from './internal/transform/processor.js';
import { type AnyProcessor, TransformStage } from './internal/transform/transformStage.js';

export type {
  CallTimes,
  StateHandle,
  StateProcessor,
  TimeMode,
  Timers,
  TransformContext,
  VariableOptions,
} from './internal/transform/processor.js';
export type { ListState, MapState, ValueState } from './internal/transform/stateVariables.js';

const operator = 'transformWithState';

/**
 * Runs functions of your own on each key, with value, list and map state, timers and TTL.
 *
 * In:     rows grouped by `groupByKey`. `handleInputRows` is called once per batch for each key with
 *         rows, in order of first appearance; `handleExpiredTimer` for each due timer, in order of time
 *         over all keys, after the rows.
 * Out:    what the handlers give, in order; with event time only if the processor says which.
 * Time:   timers: `timeMode: 'processingTime'` wakes the query when the first is due; `'eventTime'`
 *         follows the watermark. A timer equal to the time fires; one in the past fires in this batch.
 * State:  what the variables hold, until it is cleared or, with a TTL, expires; each list element and
 *         map entry for itself.
 * Late:   only with `timeMode: 'eventTime'`: event time <= late watermark, to the late output, counted.
 * Errors: `GROUPING_REQUIRED`, `WATERMARK_REQUIRED` (event time) before the query starts;
 *         `TRANSFORM_VARIABLE_CHANGED` if the checkpoint has a variable of another kind;
 *         `TRANSFORM_ROW_TOO_OLD`, `STATE_NULL`, `STATE_FUNCTION_ASYNC` and what handle, state and
 *         timers say. What a handler throws fails the batch.
 * Source: semantics/spark.md 1.12, 2.13. `init` runs once per run, not per batch.
 *
 * @example
 * clicks.pipe(
 *   withWatermark((c) => c.at, '1 minute'),
 *   groupByKey((c) => c.user),
 *   transformWithState({
 *     timeMode: 'eventTime',
 *     init: (handle) => ({ clicks: handle.value<number>('clicks') }),
 *     handleInputRows(_user, rows, state, ctx) {
 *       state.clicks.update(O.getOrElse(() => 0)(state.clicks.get()) + rows.length);
 *       ctx.registerTimer(ctx.getCurrentWatermarkMs() + 60_000);
 *       return [];
 *     },
 *     handleExpiredTimer: (user, _timerMs, state) => [{ user, clicks: O.toNullable(state.clicks.get()) }],
 *   }),
 * );
 * @since 0.1.0
 */
export function transformWithState<const M extends TimeMode, K, V, H, Out, I = never>(
  processor: StateProcessor<M, K, V, H, Out, I> & ModeRules<M>,
): OperatorFunction<KeyedRow<K, V>, Out> {
  check(processor);
  // The stage hands keys, rows and state through without looking at them.
  const untyped = processor as unknown as AnyProcessor;
  return (source: Observable<KeyedRow<K, V>>) => new DataStream<Out>(node(planOf(source), untyped));
}

function node(source: PlanNode, processor: AnyProcessor): PlanNode {
  const { timeMode } = processor;
  const grouping = keyOnlyGrouping(source, operator);
  const hasTime = processor.eventTime !== undefined;
  const self: PlanNode = {
    kind: operator,
    inputs: [grouping.input],
    label: hasTime ? `${timeMode}, rows with event time` : timeMode,
    traits: {
      stateful: true,
      chained: true,
      readsOrder: true,
      grouping: 'reads',
      ...(hasTime ? { givesEventTime: true } : {}),
    },
    operatorName: 'transformWithStateExec',
    signature: { timeMode },
    ...keyColumnsOf(grouping),
    validate: (query) => {
      grouping.check();
      if (timeMode === 'eventTime') query.requireWatermark(self);
    },
    // Rows without event time carry no watermark; with it, none is older than the one that enters.
    ...(hasTime ? {} : { watermarkOut: () => undefined }),
    // Processing time wakes the query by itself.
    runsWithoutData: (mode) => timeMode !== 'processingTime' && mode !== 'complete',
    stage: (ctx, out) =>
      new TransformStage(ctx, out, {
        processor,
        keyOf: grouping.keyOf,
        valueOf: grouping.valueOf,
      }),
  };
  return self;
}

const modes: readonly TimeMode[] = ['none', 'processingTime', 'eventTime'];
const handlers = ['init', 'handleInputRows'] as const;
const optionalHandlers = [
  'handleInitialState',
  'handleExpiredTimer',
  'eventTime',
  'close',
] as const;

const memberNames: OptionNames<AnyProcessor> = {
  timeMode: true,
  init: true,
  initialState: true,
  handleInitialState: true,
  handleInputRows: true,
  handleExpiredTimer: true,
  eventTime: true,
  close: true,
};

function check(processor: object): void {
  if (typeof processor !== 'object' || processor === null) {
    throw new TypeError(
      `${operator} needs an object with timeMode, init and handleInputRows, got ${String(processor)}`,
    );
  }
  const part = (name: string): unknown => Reflect.get(processor, name);
  const timeMode = oneOf(operator, 'timeMode', part('timeMode') as TimeMode, modes);
  requireKnownMembers<AnyProcessor>(operator, processor as AnyProcessor, memberNames);
  for (const name of handlers) requireFunction(name, part(name));
  for (const name of optionalHandlers) {
    if (part(name) !== undefined) requireFunction(name, part(name));
  }
  checkInitialState(part('initialState'), operator);
  if (part('initialState') !== undefined) {
    requireFunction('handleInitialState (initialState needs it)', part('handleInitialState'));
  }
  refuseInMode(
    'eventTime',
    part('eventTime') !== undefined && timeMode !== 'eventTime',
    'eventTime',
  );
  const silent = part('handleExpiredTimer') !== undefined && timeMode === 'none';
  refuseInMode('handleExpiredTimer', silent, "processingTime' or 'eventTime");
}

function requireFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') {
    throw new TypeError(`${operator} ${name} must be a function, got ${String(value)}`);
  }
  // What `close` begins, nobody waits for.
  if (name !== 'close') refuseAsyncFunction(`${operator} ${name}`, value);
}

function refuseInMode(name: string, refused: boolean, needed: string): void {
  if (refused) throw new TypeError(`${operator} ${name} needs timeMode: '${needed}'`);
}
