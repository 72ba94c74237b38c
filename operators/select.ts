import type { Observable, OperatorFunction } from 'rxjs';
import type { BatchInfo } from '../lib/plan/batchInfo.js';
import type { PlanNode } from '../lib/plan/planNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { mapStage } from './internal/mapStage.js';
import { refuseAsyncFunction } from './internal/rowFunction.js';

/**
 * Turns each row into another: what `project` makes of it, or some of its columns.
 *
 * In:     rows of `T`.
 * Out:    one row each, in order, with the event time of the row it was made from.
 * Errors: what `project` throws is a failed row. TypeError for an async function; a Promise is a
 *         failed row, too (`ROW_FUNCTION_ASYNC`).
 * @example
 * events.pipe(select((e) => ({ user: e.user, seconds: e.ms / 1000 })));
 * events.pipe(select('user', 'ms'));
 * @since 0.1.0
 */
export function select<T, R>(project: (row: T, batch: BatchInfo) => R): OperatorFunction<T, R>;
export function select<T, K extends keyof T>(
  ...columns: readonly [K, ...K[]]
): OperatorFunction<T, Pick<T, K>>;
export function select<T>(...args: readonly unknown[]): OperatorFunction<T, unknown> {
  const [first] = args;
  refuseAsyncFunction('select', first);
  const columns = args as readonly PropertyKey[];
  const project =
    typeof first === 'function'
      ? (first as (row: unknown, batch: BatchInfo) => unknown)
      : pick(columns);
  const names = typeof first === 'function' ? undefined : columns.map(String);
  return (source: Observable<T>) => {
    const node: PlanNode = {
      kind: 'select',
      inputs: [planOf(source)],
      ...(names ? { label: names.join(', ') } : {}),
      traits: {
        mapsEachRow: true,
        namesErrors: true,
        ...(names ? { columns: names, readsColumns: names, picksColumns: true } : {}),
      },
      stage: (ctx, out) => mapStage(ctx, out, project),
    };
    return new DataStream<unknown>(node);
  };
}

function pick(columns: readonly PropertyKey[]): (row: unknown) => unknown {
  if (columns.length === 0 || columns.some((column) => typeof column !== 'string')) {
    throw new TypeError('select takes a function of the row, or the names of columns');
  }
  return (row) =>
    Object.fromEntries(columns.map((name) => [name, (row as Record<PropertyKey, unknown>)[name]]));
}
