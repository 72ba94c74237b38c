import type { MaybePromise } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import type { TimedTable } from '../../../lib/state/stateStore.js';
import { inDueOrder } from '../dueOrder.js';
import type { Bucket } from './bucket.js';
import type { JoinSide } from './joinType.js';

/**
 * Buckets of a side by the time at which their first row leaves.
 *
 * Invariant: a bucket is here under `bucket.first`, once; one whose rows never leave is not.
 */
export class LeavingIndex {
  private readonly due: TimedTable<true>;

  constructor(
    side: JoinSide,
    private readonly ctx: StageContext,
  ) {
    const name = side === 'left' ? 'dueLeft' : 'dueRight';
    this.due = ctx.state.timed<true>(name, { counted: false });
  }

  load(upTo: number): MaybePromise<void> {
    return this.due.load(upTo);
  }

  /** Takes out the buckets from which a row leaves, earliest first; `first` of such a bucket is stale. */
  *take(upTo: number): Iterable<{ readonly key: unknown; readonly no: number }> {
    const due = this.due.due(upTo);
    for (const entry of this.ctx.orderMatters ? inDueOrder(due) : due) {
      const [key, no] = entry.key as readonly [unknown, number];
      this.due.remove(entry);
      yield { key, no };
    }
  }

  /** Puts a bucket under `first`; +Infinity takes it out. */
  move(key: unknown, bucket: Bucket, first: number): void {
    if (bucket.first === first) return;
    if (bucket.first !== Number.POSITIVE_INFINITY) {
      const old = this.due.find(bucket.first, [key, bucket.no]);
      if (old) this.due.remove(old);
    }
    bucket.first = first;
    if (first !== Number.POSITIVE_INFINITY) this.due.insert(first, [key, bucket.no], true);
  }
}
