import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { StreamingError } from '../lib/errors.js';
import type { PlanNode, Stage, StageContext } from '../lib/plan/planNode.js';
import type { KeyedTable } from '../lib/state/stateStore.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { hasAggregationAbove } from './internal/aggregationAbove.js';

/**
 * Passes the first `n` rows of the whole life of the query; behind an aggregation in complete mode,
 * the first `n` rows of each table.
 *
 * In:     rows of `T`. What stands before it is read to the end, unlike with RxJS's `take`.
 * Out:    at most `n` rows, unchanged, with their event times; order kept. It is SQL's LIMIT: in a live
 *         subscription too it neither completes nor unsubscribes after them; RxJS's `take` does.
 * State:  one counter; none behind an aggregation in complete mode.
 * Errors: RangeError if `n` is no whole number >= 0; `LIMIT_MODE` in update mode.
 * Source: semantics/spark.md 2.14, 3.10.
 *
 * @example
 * scores.pipe(groupByKey((s) => s.player), count(), orderBy(desc((r) => r.count)), limit(10));
 * @since 0.1.0
 */
export function limit<T>(n: number): MonoTypeOperatorFunction<T> {
  if (!Number.isSafeInteger(n) || n < 0) {
    throw new RangeError(`limit needs a whole number of rows, 0 or more, got ${String(n)}`);
  }
  return (source: Observable<T>) => new DataStream<T>(node(planOf(source), n));
}

function node(input: PlanNode, n: number): PlanNode {
  const self: PlanNode = {
    kind: 'limit',
    inputs: [input],
    label: String(n),
    traits: { stateful: true, readsOrder: true, columns: 'kept' },
    operatorName: 'globalLimit',
    signature: { n },
    validate: (query) => {
      if (query.outputMode === 'update') throw new StreamingError('LIMIT_MODE', { n });
    },
    stage: (ctx, out) =>
      ctx.outputMode === 'complete' && hasAggregationAbove(self)
        ? new TableLimitStage(out, n)
        : new StreamLimitStage(ctx, out, n),
  };
  return self;
}

/** Counts over the life of the query: `count := null -> rows passed so far`. */
class StreamLimitStage implements Stage {
  private readonly counter: KeyedTable<number>;
  /** Rows passed so far; -1 until it is read in this batch. */
  private passed = -1;

  constructor(
    ctx: StageContext,
    private readonly out: Stage,
    private readonly n: number,
  ) {
    this.counter = ctx.state.keyed<number>('count');
  }

  next(row: unknown, time: number): void {
    if (this.passed < 0) this.passed = this.counter.find(null)?.value ?? 0;
    if (this.passed >= this.n) return;
    this.passed += 1;
    this.out.next(row, time);
  }

  endBatch(): void {
    if (this.passed > 0) this.store(this.passed);
    this.passed = -1;
    this.out.endBatch();
  }

  private store(passed: number): void {
    const entry = this.counter.find(null);
    if (entry === undefined) {
      this.counter.insert(null, passed);
    } else if (entry.value !== passed) {
      entry.value = passed;
      this.counter.touch(entry);
    }
  }
}

/** Every batch brings the whole table anew. */
class TableLimitStage implements Stage {
  private passed = 0;

  constructor(
    private readonly out: Stage,
    private readonly n: number,
  ) {}

  next(row: unknown, time: number): void {
    if (this.passed >= this.n) return;
    this.passed += 1;
    this.out.next(row, time);
  }

  endBatch(): void {
    this.passed = 0;
    this.out.endBatch();
  }
}
