import type { Observable, OperatorFunction } from 'rxjs';
import { isPromise } from '../lib/maybe.js';
import { ownClass } from '../lib/ownClass.js';
import { type BatchInfo, batchInfo } from '../lib/plan/batchInfo.js';
import type { PlanNode, Stage, StageContext } from '../lib/plan/planNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { promiseGiven, requireFunction } from './internal/rowFunction.js';

/**
 * Passes the rows for which `predicate` is true.
 *
 * In:     rows of `T`.
 * Out:    some of them, unchanged, in order, with their event time.
 * Errors: what `predicate` throws is a failed row. TypeError for an async function; a Promise is a
 *         failed row, too (`ROW_FUNCTION_ASYNC`).
 * Source: semantics/spark.md 1.1; SQL's rule: only `true` passes, null and undefined do not.
 * @example
 * events.pipe(where((e) => e.action !== 'ping'));
 * @since 0.1.0
 */
export function where<T, S extends T>(
  predicate: (row: T, batch: BatchInfo) => row is S,
): OperatorFunction<T, S>;
export function where<T>(
  predicate: (row: T, batch: BatchInfo) => boolean | null | undefined,
): OperatorFunction<T, T>;
export function where<T>(
  predicate: (row: T, batch: BatchInfo) => boolean | null | undefined,
): OperatorFunction<T, T> {
  requireFunction('where', predicate);
  return (source: Observable<T>) => {
    const input = planOf(source);
    const node: PlanNode = {
      kind: 'where',
      inputs: [input],
      traits: { countsRows: true, grouping: 'keeps', columns: 'kept', namesErrors: true },
      stage: (ctx, out) => new (ownClass(WhereStage, [predicate], ownNext))(ctx, out, predicate),
    };
    return new DataStream<T>(node);
  };
}

const ownNext = `next(row, time) {
  let passes;
  try {
    passes = this.predicate(row, this.info);
  } catch (error) {
    return this.ctx.failed(row, time, error);
  }
  if (passes === true) {
    this.rowsOut += 1;
    this.out.next(row, time);
  } else if (passes !== false) this.refuse(passes, row, time);
}`;

class WhereStage implements Stage {
  rowsOut = 0;
  private readonly info: BatchInfo;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly predicate: (row: never, batch: BatchInfo) => unknown,
  ) {
    this.info = batchInfo(ctx);
  }

  next(row: unknown, time: number): void {
    let passes: unknown;
    try {
      passes = this.predicate(row as never, this.info);
    } catch (error) {
      return this.ctx.failed(row, time, error);
    }
    if (passes === true) {
      this.rowsOut += 1;
      this.out.next(row, time);
    } else if (passes !== false) this.refuse(passes, row, time);
  }

  endBatch(): void {
    this.out.endBatch();
  }

  /** What is neither true nor false does not pass; a Promise is nobody's answer. */
  protected refuse(passes: unknown, row: unknown, time: number): void {
    if (!isPromise(passes)) return;
    this.ctx.failed(row, time, promiseGiven(passes, this.ctx.operatorId));
  }
}
