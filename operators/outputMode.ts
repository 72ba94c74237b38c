import type { MonoTypeOperatorFunction } from 'rxjs';
import { oneOf } from '../lib/options/optionValues.js';
import { beforeGroupings } from '../lib/plan/grouping.js';
import { type OutputMode, outputModes } from '../lib/plan/outputMode.js';
import type { OutputModeNode } from '../lib/plan/outputModeNode.js';
import type { PlanNode } from '../lib/plan/planNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';

/**
 * Chooses how the whole plan emits: anywhere in a pipe, once. A query's own `outputMode` overrides it.
 *
 * In/Out: rows pass unchanged.
 * Errors: TypeError for an unknown mode; `OUTPUT_MODE_TWICE` when said twice.
 * Source: semantics/spark.md 1.4.
 * @example
 * clicks$.pipe(groupByKey((c) => c.user), count(), outputMode('update')).subscribe(render);
 * @since 0.1.0
 */
export function outputMode<T>(mode: OutputMode): MonoTypeOperatorFunction<T> {
  oneOf('outputMode', 'mode', mode, outputModes);
  const node = (input: PlanNode): OutputModeNode => ({
    kind: 'outputMode',
    inputs: [input],
    label: mode,
    traits: { grouping: 'keeps', columns: 'kept', namesErrors: true },
    mode,
    stage: (_ctx, out) => out,
  });
  return (source) => new DataStream<T>(beforeGroupings(planOf(source), node));
}
