import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import type { PlanNode } from '../lib/plan/planNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { refuseBehindCompleteTable } from './dropDuplicates.js';
import {
  type DedupKey,
  dedupColumns,
  dedupKeyOf,
  dedupLabel,
  dedupTraits,
} from './internal/dedup/dedupKey.js';
import { ExpiringDedupStage } from './internal/dedup/expiringDedupStage.js';
import { watermarkDelayMs } from './internal/watermarkDelay.js';

/**
 * Passes the first row of each key; repeats are dropped until the watermark forgets the key.
 *
 * In:     rows of `T`, any order; without a key, the row itself is the key.
 * Out:    the first row of each live key, unchanged, with its own event time; order kept.
 * Time:   event time + the delay of the watermark above is a key's expiry (ms); repeats do not extend
 *         it. No event time counts as 1970.
 * State:  one expiry per live key, removed when expiry <= eviction watermark.
 * Late:   event time <= late watermark: to the late output, counted.
 * Errors: `WATERMARK_REQUIRED` and `DEDUPE_MODE` before the query starts, `STATE_NOT_ENCODABLE` for a
 *         value that is no key; what `key` throws fails the batch.
 * Source: semantics/spark.md 2.10.
 *
 * @example
 * events.pipe(
 *   withWatermark((e) => e.time, '10 minutes'),
 *   dropDuplicatesWithinWatermark((e) => e.id),
 * );
 * @since 0.1.0
 */
export function dropDuplicatesWithinWatermark<T>(key?: DedupKey<T>): MonoTypeOperatorFunction<T> {
  const keyOf = dedupKeyOf(key, 'dropDuplicatesWithinWatermark');
  return (source: Observable<T>) => new DataStream<T>(node(planOf(source), key, keyOf));
}

function node<T>(
  input: PlanNode,
  key: DedupKey<T> | undefined,
  keyOf: (row: unknown) => unknown,
): PlanNode {
  const self: PlanNode = {
    kind: 'dropDuplicatesWithinWatermark',
    inputs: [input],
    label: dedupLabel(key, false),
    traits: { stateful: true, chained: true, readsOrder: true, ...dedupTraits(key) },
    operatorName: 'dedupeWithinWatermark',
    signature: { columns: dedupColumns(key) },
    validate: (query) => {
      query.requireWatermark(self);
      refuseBehindCompleteTable(query, self);
    },
    runsWithoutData: () => true,
    // validate has seen to the watermark: a delay is there.
    stage: (ctx, out) => new ExpiringDedupStage(ctx, out, keyOf, watermarkDelayMs(input) ?? 0),
  };
  return self;
}
