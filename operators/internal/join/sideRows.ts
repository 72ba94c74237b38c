import type { MaybePromise } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import type { Entry, KeyedTable } from '../../../lib/state/stateStore.js';
import {
  addRow,
  type Bucket,
  bucketOf,
  bucketRows,
  firstBucket,
  firstOf,
  handOver,
  type KeyRows,
  type Leave,
  removeRows,
  rowsUpTo,
} from './bucket.js';
import type { JoinSide } from './joinType.js';
import { type LeavingIndex, leavingIndex } from './leavingIndex.js';
import type { RowCount } from './rowCount.js';
import { bucketFromStored, bucketToStored } from './rowFormat.js';

/**
 * The stored rows of one side of a join.
 *
 * A key's entry has both sides' newest rows; older ones are in sealed buckets, chained from the oldest,
 * so that a probe reads no more buckets than hold rows. The index has each bucket once, under its
 * earliest row, so that eviction visits only buckets from which a row leaves.
 */
export class SideRows {
  private readonly isLeft: boolean;
  private readonly sealed: KeyedTable<Bucket>;
  /** undefined: nothing makes the rows of this side leave. */
  private readonly index: LeavingIndex | undefined;

  constructor(
    private readonly side: JoinSide,
    ctx: StageContext,
    private readonly keys: KeyedTable<KeyRows>,
    private readonly count: RowCount,
    isEvicted: boolean,
    private readonly sharesTimes: boolean,
  ) {
    this.isLeft = side === 'left';
    this.sealed = ctx.state.keyed<Bucket>(side, {
      toStored: bucketToStored,
      fromStored: (stored) => bucketFromStored(stored, sharesTimes),
      counted: false,
    });
    this.index = isEvicted ? leavingIndex(side, ctx, keys) : undefined;
  }

  sealedBucket(key: unknown, no: number): Entry<Bucket> {
    const entry = this.sealed.find([key, no]);
    if (!entry) throw new TypeError(`join state: bucket ${no} of the ${this.side} is missing`);
    return entry;
  }

  touchSealed(entry: Entry<Bucket>): void {
    this.sealed.touch(entry);
  }

  /** Stores a row under `key`, whose entry is `found` if there is one. */
  add(
    found: Entry<KeyRows> | undefined,
    key: unknown,
    row: unknown,
    time: number,
    at: number,
    matched: boolean,
  ): void {
    this.count.added += 1;
    let entry = found;
    let open = entry && (this.isLeft ? entry.value.left : entry.value.right);
    if (entry && open) {
      if (open.rows.length === bucketRows) open = this.seal(key, entry.value, open);
      addRow(open, row, time, at, matched);
    } else {
      open = firstBucket(row, time, at, matched, this.sharesTimes);
      if (!entry) entry = this.keys.insert(key, this.isLeft ? leftRows(open) : rightRows(open));
      else if (this.isLeft) entry.value.left = open;
      else entry.value.right = open;
    }
    if (this.index !== undefined && at < open.first) this.index.move(entry, open, at);
    if (found) this.keys.touch(found);
  }

  /** Removes rows of a bucket, given as bits; `sealed` is its entry, undefined for the open bucket. */
  remove(
    entry: Entry<KeyRows>,
    open: Bucket,
    bucket: Bucket,
    sealed: Entry<Bucket> | undefined,
    gone: number,
  ): void {
    const before = bucket.rows.length;
    removeRows(bucket, gone);
    this.count.removed += before - bucket.rows.length;
    this.index?.move(entry, bucket, firstOf(bucket));
    if (!sealed) return;
    if (bucket.rows.length > 0) this.sealed.touch(sealed);
    else this.unlink(entry.key, open, sealed);
  }

  /** After rows of `key` have left: writes the entry, or removes it with its last row. */
  settle(entry: Entry<KeyRows>): void {
    const rows = entry.value;
    const open = this.isLeft ? rows.left : rows.right;
    if (open && open.rows.length === 0 && open.newer === 0) {
      if (this.isLeft) rows.left = undefined;
      else rows.right = undefined;
    }
    if (rows.left === undefined && rows.right === undefined) this.keys.remove(entry);
    else this.keys.touch(entry);
  }

  load(upTo: number): MaybePromise<void> {
    return this.index?.load(upTo);
  }

  loadAll(): MaybePromise<void> {
    return this.sealed.loadAll();
  }

  /** Removes the rows with at <= upTo, earliest bucket first, and hands them to `leave`. */
  evict(upTo: number, leave: Leave): void {
    if (!this.index) return;
    this.index.take(upTo, (entry, no, first) => this.evictBucket(entry, no, first, upTo, leave));
  }

  /** Removes every row of a key, oldest first. Needs the tables loaded. */
  clear(entry: Entry<KeyRows>, leave: Leave): void {
    const open = this.isLeft ? entry.value.left : entry.value.right;
    if (!open) return;
    for (let no = open.newer; no !== 0; ) {
      const sealed = this.sealedBucket(entry.key, no);
      no = sealed.value.newer;
      this.leaveAll(entry, open, sealed.value, sealed, leave);
    }
    this.leaveAll(entry, open, open, undefined, leave);
    this.settle(entry);
  }

  private leaveAll(
    entry: Entry<KeyRows>,
    open: Bucket,
    bucket: Bucket,
    sealed: Entry<Bucket> | undefined,
    leave: Leave,
  ): void {
    const all = (1 << bucket.rows.length) - 1;
    handOver(bucket, all, leave);
    this.remove(entry, open, bucket, sealed, all);
  }

  private evictBucket(
    entry: Entry<KeyRows>,
    no: number,
    first: number,
    upTo: number,
    leave: Leave,
  ): void {
    const open = this.isLeft ? entry.value.left : entry.value.right;
    if (!open) return;
    const sealed = no === open.no ? undefined : this.sealed.find([entry.key, no]);
    const bucket = no === open.no ? open : sealed?.value;
    if (bucket?.first !== first) return;
    bucket.first = Number.POSITIVE_INFINITY; // its place in the index is gone
    const gone = rowsUpTo(bucket, upTo);
    handOver(bucket, gone, leave);
    this.remove(entry, open, bucket, sealed, gone);
    this.settle(entry);
  }

  /** The full open bucket becomes the newest sealed one; a new one takes its place. */
  private seal(key: unknown, rows: KeyRows, full: Bucket): Bucket {
    const times: number[] = [];
    const open = bucketOf(full.no + 1, [], times, this.sharesTimes ? times : []);
    open.newer = full.newer === 0 ? full.no : full.newer;
    open.older = full.no;
    if (full.older !== 0) {
      const newest = this.sealedBucket(key, full.older);
      newest.value.newer = full.no;
      this.sealed.touch(newest);
    }
    full.newer = 0;
    this.sealed.insert([key, full.no], full);
    if (this.isLeft) rows.left = open;
    else rows.right = open;
    return open;
  }

  private unlink(key: unknown, open: Bucket, sealed: Entry<Bucket>): void {
    const { older, newer } = sealed.value;
    this.link(key, open, older, newer);
    this.sealed.remove(sealed);
  }

  /** Makes `older` and `newer` neighbours; 0 is the open bucket. */
  private link(key: unknown, open: Bucket, older: number, newer: number): void {
    const before = older === 0 ? undefined : this.sealedBucket(key, older);
    const after = newer === 0 ? undefined : this.sealedBucket(key, newer);
    (before ? before.value : open).newer = newer;
    (after ? after.value : open).older = older;
    if (before) this.sealed.touch(before);
    if (after) this.sealed.touch(after);
  }
}

function leftRows(left: Bucket): KeyRows {
  return { left, right: undefined };
}

function rightRows(right: Bucket): KeyRows {
  return { left: undefined, right };
}
