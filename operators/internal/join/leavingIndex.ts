import type { MaybePromise } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import type { Entry, KeyedTable, TimedTable } from '../../../lib/state/stateStore.js';
import { compareDue, inDueOrder } from '../dueOrder.js';
import { DueReferences } from '../dueReferences.js';
import type { Bucket, KeyRows } from './bucket.js';
import type { JoinSide } from './joinType.js';

/**
 * Buckets of a side by the time at which their first row leaves.
 *
 * Invariant: a bucket is here under `bucket.first`, once; one whose rows never leave is not.
 */
export interface LeavingIndex {
  load(upTo: number): MaybePromise<void>;
  /** Takes out the buckets from which a row leaves, earliest first; `first` of such a bucket is stale. */
  take(upTo: number, leave: (entry: Entry<KeyRows>, no: number) => void): void;
  /** Puts a bucket of `entry` under `first`; +Infinity takes it out. */
  move(entry: Entry<KeyRows>, bucket: Bucket, first: number): void;
}

/** An index is not state: where nothing is written, references do instead of a table. */
export function leavingIndex(
  side: JoinSide,
  ctx: StageContext,
  keys: KeyedTable<KeyRows>,
): LeavingIndex {
  return ctx.state.writesChanges
    ? new StoredIndex(side, ctx, keys)
    : new ReferenceIndex(ctx.orderMatters);
}

class StoredIndex implements LeavingIndex {
  private readonly due: TimedTable<true>;

  constructor(
    private readonly side: JoinSide,
    private readonly ctx: StageContext,
    private readonly keys: KeyedTable<KeyRows>,
  ) {
    const name = side === 'left' ? 'dueLeft' : 'dueRight';
    this.due = ctx.state.timed<true>(name, { counted: false });
  }

  load(upTo: number): MaybePromise<void> {
    return this.due.load(upTo);
  }

  take(upTo: number, leave: (entry: Entry<KeyRows>, no: number) => void): void {
    const due = this.due.due(upTo);
    for (const found of this.ctx.orderMatters ? inDueOrder(due) : due) {
      const [key, no] = found.key as readonly [unknown, number];
      this.due.remove(found);
      const entry = this.keys.find(key);
      if (!entry) throw new TypeError(`join state: a key of the ${this.side} is missing`);
      leave(entry, no);
    }
  }

  move({ key }: Entry<KeyRows>, bucket: Bucket, first: number): void {
    if (bucket.first === first) return;
    if (bucket.first !== Number.POSITIVE_INFINITY) {
      const old = this.due.find(bucket.first, [key, bucket.no]);
      if (old) this.due.remove(old);
    }
    bucket.first = first;
    if (first !== Number.POSITIVE_INFINITY) this.due.insert(first, [key, bucket.no], true);
  }
}

class ReferenceIndex implements LeavingIndex {
  private readonly due = new DueReferences<Bucket>();

  constructor(private readonly orderMatters: boolean) {}

  load(): void {}

  take(upTo: number, leave: (entry: Entry<KeyRows>, no: number) => void): void {
    for (const { time, references } of this.due.take(upTo)) {
      if (this.orderMatters) references.sort(compareBuckets);
      for (const bucket of references) {
        if (bucket.first === time && bucket.owner) leave(bucket.owner, bucket.no);
      }
    }
  }

  move(entry: Entry<KeyRows>, bucket: Bucket, first: number): void {
    if (bucket.first === first) return;
    const left = bucket.first !== Number.POSITIVE_INFINITY;
    bucket.first = first;
    bucket.owner = entry;
    if (left) this.due.outdated(holds);
    if (first !== Number.POSITIVE_INFINITY) this.due.add(first, bucket);
  }
}

function holds(bucket: Bucket, time: number): boolean {
  return bucket.first === time;
}

function compareBuckets(a: Bucket, b: Bucket): number {
  return compareDue(named(a), named(b));
}

function named({ owner, no }: Bucket) {
  return { time: 0, key: [owner?.key, no] };
}
