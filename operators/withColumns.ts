import type { Observable, OperatorFunction } from 'rxjs';
import type { BatchInfo } from '../lib/plan/batchInfo.js';
import type { PlanNode } from '../lib/plan/planNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { mapStage } from './internal/mapStage.js';
import { refusePromise, requireFunction } from './internal/rowFunction.js';

/** Rows of several types stay several types: what tells them apart is there behind it. */
type WithColumns<T, C> = T extends unknown ? Omit<T, keyof C> & C : never;

/**
 * Adds columns to each row, or replaces some.
 *
 * In:     rows of `T`.
 * Out:    the row's columns and those that `columns` gives; the row itself is not changed.
 * Errors: what `columns` throws is a failed row. TypeError for an async function; a Promise is a
 *         failed row, too (`ROW_FUNCTION_ASYNC`).
 * @example
 * events.pipe(withColumns((e) => ({ seconds: e.ms / 1000 })));
 * @since 0.1.0
 */
export function withColumns<T extends object, C extends object & { readonly then?: never }>(
  columns: (row: T, batch: BatchInfo) => C,
): OperatorFunction<T, WithColumns<T, C>> {
  requireFunction('withColumns', columns);
  return (source: Observable<T>) => {
    const node: PlanNode = {
      kind: 'withColumns',
      inputs: [planOf(source)],
      traits: { mapsEachRow: true, namesErrors: true },
      stage: (ctx, out) =>
        mapStage(ctx, out, (row, batch) => {
          const made = columns(row as T, batch);
          refusePromise(made, ctx.operatorId);
          return { ...(row as T), ...made };
        }),
    };
    return new DataStream<WithColumns<T, C>>(node);
  };
}
