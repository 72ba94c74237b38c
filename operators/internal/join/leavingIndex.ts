import type { MaybePromise } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import { type Entry, entryKey } from '../../../lib/state/entry.js';
import { DueIndex } from '../dueIndex.js';
import { compareDue } from '../dueOrder.js';
import { DueReferences } from '../dueReferences.js';
import type { Bucket, KeyRows } from './bucket.js';
import type { JoinTable } from './joinTable.js';
import type { JoinSide } from './joinType.js';

/** Takes the bucket `no` of `entry`, which was put under `first`; it may be elsewhere now, or gone. */
export type LeaveBucket = (entry: Entry<KeyRows>, no: number, first: number) => void;

/**
 * Buckets of a side by the time at which their first row leaves.
 *
 * Invariant: a bucket is here under `bucket.first`; one whose rows never leave is not. Where it was
 * before, it is still named until that time comes.
 */
export interface LeavingIndex {
  load(upTo: number): MaybePromise<void>;
  /** Takes out the buckets from which a row leaves, earliest first; `first` of such a bucket is stale. */
  take(upTo: number, leave: LeaveBucket): void;
  /** Puts a bucket of `entry` under `first`; undefined: nowhere. */
  move(entry: Entry<KeyRows>, bucket: Bucket, first: number | undefined): void;
}

/** An index is not state: where nothing is written, references do instead of a table. */
export function leavingIndex(
  side: JoinSide,
  ctx: StageContext,
  keys: JoinTable<KeyRows>,
): LeavingIndex {
  return ctx.state.writesChanges
    ? new StoredIndex(side, ctx, keys)
    : new ReferenceIndex(ctx.orderMatters);
}

export const dueTables = { left: 'dueLeft', right: 'dueRight' } as const;

/** A bucket as the stored index names it. */
type BucketName = readonly [key: unknown, no: number];

class StoredIndex implements LeavingIndex {
  private readonly due: DueIndex;
  private readonly orderMatters: boolean;

  constructor(
    side: JoinSide,
    ctx: StageContext,
    private readonly keys: JoinTable<KeyRows>,
  ) {
    this.due = new DueIndex(ctx, dueTables[side]);
    this.orderMatters = ctx.orderMatters;
  }

  load(upTo: number): MaybePromise<void> {
    return this.due.load(upTo);
  }

  take(upTo: number, leave: LeaveBucket): void {
    for (const { time, references } of this.due.take(upTo)) {
      if (this.orderMatters) references.sort(compareNames);
      for (const name of references) {
        const [key, no] = name as BucketName;
        const entry = this.keys.find(Number.NaN, key);
        if (entry) leave(entry, no, time);
      }
    }
  }

  move(owner: Entry<KeyRows>, bucket: Bucket, first: number | undefined): void {
    if (bucket.first === first) return;
    bucket.first = first;
    if (first !== undefined) this.due.add(first, [entryKey(owner), bucket.no]);
  }
}

class ReferenceIndex implements LeavingIndex {
  private readonly due = new DueReferences<Bucket>();

  constructor(private readonly orderMatters: boolean) {}

  load(): void {}

  take(upTo: number, leave: LeaveBucket): void {
    for (const { time, references } of this.due.take(upTo)) {
      if (this.orderMatters) references.sort(compareBuckets);
      for (const bucket of references) {
        if (bucket.first === time && bucket.owner) leave(bucket.owner, bucket.no, time);
      }
    }
  }

  move(entry: Entry<KeyRows>, bucket: Bucket, first: number | undefined): void {
    if (bucket.first === first) return;
    const left = bucket.first !== undefined;
    bucket.first = first;
    bucket.owner = entry;
    if (left) this.due.outdated(holds);
    if (first !== undefined) this.due.add(first, bucket);
  }
}

function holds(bucket: Bucket, time: number): boolean {
  return bucket.first === time;
}

function compareBuckets(a: Bucket, b: Bucket): number {
  return compareNames(nameOf(a), nameOf(b));
}

function nameOf({ owner, no }: Bucket): unknown {
  return [owner && entryKey(owner), no];
}

function compareNames(a: unknown, b: unknown): number {
  return compareDue({ time: 0, key: a }, { time: 0, key: b });
}
