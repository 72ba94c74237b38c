import type { Observable, OperatorFunction } from 'rxjs';
import { type OptionNames, requireKnownOptions } from '../lib/options/knownOptions.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import type { GroupState, GroupTimeout } from './internal/groupState/groupState.js';
import { checkGroupStateArguments, groupStateNode } from './internal/groupState/groupStateNode.js';
import type { InitialState } from './internal/initialEntries.js';
import type { KeyedRow } from './internal/keyOnlyGrouping.js';
import { refuseAsync } from './internal/refuseAsync.js';

export type { GroupTimeout } from './internal/groupState/groupState.js';
export type { InitialState } from './internal/initialEntries.js';

/**
 * Options of {@link mapGroupsWithState}.
 *
 * @since 0.1.0
 */
export interface MapGroupsOptions<K, S> {
  /** Default `'none'`. */
  readonly timeout?: GroupTimeout;
  /** State per key before the first row; each of its keys is called in the first batch. */
  readonly initialState?: InitialState<K, S>;
}

const optionNames: OptionNames<MapGroupsOptions<unknown, unknown>> = {
  timeout: true,
  initialState: true,
};

/**
 * Calls a function with the new rows of each key and the key's state; it gives one row per call.
 *
 * In:     rows grouped by `groupByKey`. `rows` has a key's rows of this batch in order of arrival; it
 *         is empty in a call for a timeout (`state.hasTimedOut`) or for initial state alone.
 * Out:    what the function gives, once per call; without event time.
 * Time:   `timeout: 'processingTime'` wakes the query when the first timeout is due; `'eventTime'`
 *         follows the watermark. Both fire strictly after the time that was set.
 * State:  per key what `update` was given last, until `remove`; a timeout is cleared by each call.
 * Late:   only with `timeout: 'eventTime'`: event time <= late watermark, to the late output, counted.
 * Errors: `GROUP_STATE_MODE` outside update mode or with an aggregation, `GROUPING_REQUIRED`,
 *         `WATERMARK_REQUIRED`; `STATE_NULL`, `STATE_FUNCTION_ASYNC` and what GroupState says.
 * Source: semantics/spark.md 2.12. Timeouts in processing time wake the query; Spark polls.
 *
 * @example
 * clicks.pipe(
 *   groupByKey((c) => c.user),
 *   mapGroupsWithState((user, rows, state: GroupState<number>) => {
 *     const n = O.getOrElse(() => 0)(state.get()) + rows.length;
 *     state.update(n);
 *     return { user, n };
 *   }),
 * );
 * @since 0.1.0
 */
export function mapGroupsWithState<K, V, S, Out>(
  fn: (key: K, rows: readonly V[], state: GroupState<S>) => Out,
  options: MapGroupsOptions<NoInfer<K>, S> = {},
): OperatorFunction<KeyedRow<K, V>, Out> {
  const operator = 'mapGroupsWithState';
  requireKnownOptions<MapGroupsOptions<unknown, unknown>>(operator, options, optionNames);
  const { timeout = 'none', initialState } = options;
  checkGroupStateArguments(operator, fn, timeout, initialState);
  const call = fn as (
    key: unknown,
    rows: readonly unknown[],
    state: GroupState<unknown>,
  ) => unknown;
  return (source: Observable<KeyedRow<K, V>>) =>
    new DataStream<Out>(
      groupStateNode(planOf(source), {
        operator,
        mode: 'map',
        timeout,
        initialState: initialState as InitialState<unknown, unknown> | undefined,
        call: (key, rows, state, out) => {
          const row = call(key, rows, state);
          refuseAsync(row, operator, 'the function');
          out.next(row, Number.NaN);
        },
      }),
    );
}
