import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { StreamingError } from '../lib/errors.js';
import { requireKnownOptions } from '../lib/options/knownOptions.js';
import type { PlanNode } from '../lib/plan/planNode.js';
import type { QueryShape } from '../lib/plan/queryShape.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { type EventTimeInput, eventTimeMs } from '../lib/time/eventTime.js';
import { hasAggregationAbove } from './internal/aggregationAbove.js';
import {
  type DedupKey,
  dedupColumns,
  dedupKeyOf,
  dedupLabel,
  dedupTraits,
} from './internal/dedup/dedupKey.js';
import { ForeverDedupStage } from './internal/dedup/foreverDedupStage.js';
import { TimedDedupStage } from './internal/dedup/timedDedupStage.js';
import { refuseAsyncFunction } from './internal/rowFunction.js';

export type { DedupKey } from './internal/dedup/dedupKey.js';

/**
 * Options of {@link dropDuplicates}.
 *
 * @since 0.1.0
 */
export interface DropDuplicatesOptions<T> {
  /**
   * The time that belongs to the key: `true` is the row's event time (for a row made from a window:
   * the end of the window), a function gives another. Rows with the same key and another time are not
   * the same, and a key is forgotten when its time is not above the watermark. Without it a key is
   * kept forever.
   */
  readonly eventTime?: boolean | ((row: T) => EventTimeInput);
}

/**
 * Passes the first row of each key and drops the others; without a key, the row itself is the key.
 *
 * In:     rows of `T`, any order. A key is a value as state takes it: null, text, numbers, Dates,
 *         bytes, arrays and plain objects of those, compared by value.
 * Out:    the first row of each key, unchanged, with its own event time; order kept.
 * Time:   with `eventTime`, the time is part of the key.
 * State:  one entry per key: forever, or with `eventTime` until its time <= eviction watermark; a key
 *         whose time is null is kept forever.
 * Late:   event time <= late watermark, wherever a watermark is above: to the late output, counted.
 * Errors: `WATERMARK_REQUIRED` for `eventTime` without a watermark, `DEDUPE_MODE` behind an
 *         aggregation in complete mode, `STATE_NOT_ENCODABLE` for a value that is no key.
 * Source: semantics/spark.md 2.10. Spark takes the time for part of the key when the watermark's
 *         column is among the columns; a function of the row does not tell, so here an option says so.
 *
 * @example
 * orders.pipe(
 *   withWatermark((o) => o.at, '1 hour'),
 *   dropDuplicates((o) => o.id, { eventTime: true }),
 * );
 * @since 0.1.0
 */
export function dropDuplicates<T>(options?: DropDuplicatesOptions<T>): MonoTypeOperatorFunction<T>;
export function dropDuplicates<T>(
  key: DedupKey<T>,
  options?: DropDuplicatesOptions<T>,
): MonoTypeOperatorFunction<T>;
export function dropDuplicates<T>(
  keyOrOptions?: DedupKey<T> | DropDuplicatesOptions<T>,
  options?: DropDuplicatesOptions<T>,
): MonoTypeOperatorFunction<T> {
  const onlyOptions = isOptions(keyOrOptions);
  const key = onlyOptions ? undefined : keyOrOptions;
  const given = onlyOptions ? keyOrOptions : options;
  const keyOf = dedupKeyOf(key, 'dropDuplicates');
  requireKnownOptions('dropDuplicates', given, { eventTime: true });
  const timeOf = timeOption(given?.eventTime);
  return (source: Observable<T>) => new DataStream<T>(node(planOf(source), key, keyOf, timeOf));
}

/** The key's time: 'row' is the row's own event time, undefined none. */
type KeyTime = 'row' | ((row: unknown) => number) | undefined;

function isOptions<T>(
  value: DedupKey<T> | DropDuplicatesOptions<T> | undefined,
): value is DropDuplicatesOptions<T> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function timeOption<T>(eventTime: DropDuplicatesOptions<T>['eventTime']): KeyTime {
  if (eventTime === undefined || eventTime === false) return undefined;
  if (eventTime === true) return 'row';
  if (typeof eventTime !== 'function') {
    throw new TypeError(
      `dropDuplicates eventTime must be true or a function of the row, got ${String(eventTime)}`,
    );
  }
  refuseAsyncFunction('dropDuplicates eventTime', eventTime);
  return (row) => eventTimeMs(eventTime(row as T));
}

function node<T>(
  input: PlanNode,
  key: DedupKey<T> | undefined,
  keyOf: (row: unknown) => unknown,
  timeOf: KeyTime,
): PlanNode {
  const timed = timeOf !== undefined;
  const self: PlanNode = {
    kind: 'dropDuplicates',
    inputs: [input],
    label: dedupLabel(key, timed),
    // Spark's chaining rule counts a dedup only if its keys include the event time.
    traits: { stateful: true, chained: timed, readsOrder: true, ...dedupTraits(key) },
    operatorName: 'dedupe',
    signature: { columns: dedupColumns(key), eventTime: timed },
    validate: (query) => {
      if (timed) query.requireWatermark(self);
      refuseBehindCompleteTable(query, self);
    },
    // The engine asks only where a watermark is above.
    runsWithoutData: () => true,
    stage: (ctx, out) =>
      timeOf === undefined
        ? new ForeverDedupStage(ctx, out, keyOf)
        : new TimedDedupStage(ctx, out, keyOf, timeOf === 'row' ? undefined : timeOf),
  };
  return self;
}

/** Complete mode repeats the table in every batch: dedup behind it would swallow it. */
export function refuseBehindCompleteTable(query: QueryShape, node: PlanNode): void {
  if (query.outputMode === 'complete' && hasAggregationAbove(node)) {
    throw new StreamingError('DEDUPE_MODE', { operator: node.kind });
  }
}
