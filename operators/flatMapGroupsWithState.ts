import type { Observable, OperatorFunction } from 'rxjs';
import { type OptionNames, requireKnownOptions } from '../lib/options/knownOptions.js';
import { oneOf } from '../lib/options/optionValues.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import type { GroupState } from './internal/groupState/groupState.js';
import { checkGroupStateArguments, groupStateNode } from './internal/groupState/groupStateNode.js';
import type { InitialState } from './internal/initialEntries.js';
import type { KeyedRow } from './internal/keyOnlyGrouping.js';
import { rowsOf } from './internal/refuseAsync.js';
import type { MapGroupsOptions } from './mapGroupsWithState.js';

/**
 * Options of {@link flatMapGroupsWithState}.
 *
 * @since 0.1.0
 */
export interface FlatMapGroupsOptions<K, S> extends MapGroupsOptions<K, S> {
  /**
   * What the rows are: `'append'` (default), new ones that stay; `'update'`, new versions of earlier
   * ones. The query's mode has to be the same.
   */
  readonly outputMode?: 'append' | 'update';
}

const optionNames: OptionNames<FlatMapGroupsOptions<unknown, unknown>> = {
  timeout: true,
  initialState: true,
  outputMode: true,
};

/**
 * Calls a function with the new rows of each key and the key's state; it gives any number of rows.
 *
 * In:     rows grouped by `groupByKey`, as in {@link mapGroupsWithState}.
 * Out:    what the function gives, in order; without event time. A generator is read to its end
 *         before the next key's call, and may use the state until then.
 * Time:   as in `mapGroupsWithState`.
 * State:  as in `mapGroupsWithState`.
 * Late:   only with `timeout: 'eventTime'`: event time <= late watermark, to the late output, counted.
 * Errors: `GROUP_STATE_MODE` if the query's mode is another, or for `'update'` with an aggregation;
 *         otherwise as in `mapGroupsWithState`.
 * Source: semantics/spark.md 2.12.
 *
 * @example
 * logins.pipe(
 *   groupByKey((l) => l.user),
 *   flatMapGroupsWithState(function* (user, rows, state: GroupState<number>) {
 *     const n = O.getOrElse(() => 0)(state.get()) + rows.length;
 *     state.update(n);
 *     if (n >= 3) yield { user, alarm: true };
 *   }),
 * );
 * @since 0.1.0
 */
export function flatMapGroupsWithState<K, V, S, Out>(
  fn: (key: K, rows: readonly V[], state: GroupState<S>) => Iterable<Out>,
  options: FlatMapGroupsOptions<NoInfer<K>, S> = {},
): OperatorFunction<KeyedRow<K, V>, Out> {
  const operator = 'flatMapGroupsWithState';
  requireKnownOptions<FlatMapGroupsOptions<unknown, unknown>>(operator, options, optionNames);
  const { outputMode: mode = 'append', timeout = 'none', initialState } = options;
  checkGroupStateArguments(operator, fn, timeout, initialState);
  oneOf(operator, 'outputMode', mode, ['append', 'update']);
  const call = fn as (
    key: unknown,
    rows: readonly unknown[],
    state: GroupState<unknown>,
  ) => Iterable<unknown>;
  return (source: Observable<KeyedRow<K, V>>) =>
    new DataStream<Out>(
      groupStateNode(planOf(source), {
        operator,
        mode,
        timeout,
        initialState: initialState as InitialState<unknown, unknown> | undefined,
        call: (key, rows, state, out) => {
          const made = rowsOf(call(key, rows, state), operator, 'the function');
          for (const row of made) out.next(row, Number.NaN);
        },
      }),
    );
}
