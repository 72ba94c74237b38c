import { isObservable, type Observable, type ObservedValueOf, type OperatorFunction } from 'rxjs';
import type { PlanNode, Stage } from '../lib/plan/planNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';

/**
 * Puts the rows of several streams together, as SQL's UNION ALL.
 *
 * In:     rows of `A` from the pipe, and of each stream given; they may differ in type.
 * Out:    all rows, each with its own event time; in the order in which they come within a stream.
 * Time:   the watermark is that of the streams that carry one (multipleWatermarkPolicy: min or max).
 * Errors: TypeError for an argument that is no Observable.
 * Source: semantics/spark.md 2.4, 2.5, 2.14.
 * @example
 * web.pipe(union(mobile, kiosk), groupByKey((e) => e.user), count());
 * @since 0.1.0
 */
export function union<A, Others extends readonly Observable<unknown>[]>(
  ...others: Others
): OperatorFunction<A, A | ObservedValueOf<Others[number]>> {
  if (others.length === 0) throw new TypeError('union takes at least one other stream');
  for (const other of others) {
    if (!isObservable(other)) {
      throw new TypeError(`union takes streams (Observables), not ${String(other)}`);
    }
  }
  return (source: Observable<A>) => {
    const inputs = [planOf(source), ...others.map(planOf)];
    const node: PlanNode = {
      kind: 'union',
      inputs,
      traits: { columns: 'kept', namesErrors: true },
      stage: (_ctx, out) => {
        const shared = new UnionStage(out, inputs.length);
        return inputs.map(() => shared);
      },
    };
    return new DataStream<A | ObservedValueOf<Others[number]>>(node);
  };
}

/** One body for all inputs: the batch ends when all of them have ended. */
class UnionStage implements Stage {
  private open: number;

  constructor(
    private readonly out: Stage,
    private readonly inputs: number,
  ) {
    this.open = inputs;
  }

  next(row: unknown, time: number): void {
    this.out.next(row, time);
  }

  endBatch(): void {
    this.open -= 1;
    if (this.open > 0) return;
    this.open = this.inputs;
    this.out.endBatch();
  }
}
