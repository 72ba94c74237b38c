import type { MaybePromise } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import { type Entry, entryKey, entryTime } from '../../../lib/state/entry.js';
import {
  addRow,
  allOf,
  type Bucket,
  bucketOf,
  bucketRows,
  firstBucket,
  firstOf,
  handOver,
  isEarlier,
  type KeyRows,
  type Leave,
  removeRows,
  rowsUpTo,
} from './bucket.js';
import type { RowTimes } from './joinKey.js';
import type { JoinTable } from './joinTable.js';
import type { JoinSide } from './joinType.js';
import type { LeavingIndex } from './leavingIndex.js';
import type { RowCount } from './rowCount.js';

export interface SideOptions {
  /** undefined: rows leave with their entry, or never. */
  readonly index?: LeavingIndex | undefined;
  /** Rows leave so many ms after their batch, not by the time with which they come. */
  readonly ttlMs?: number | undefined;
  /** Whether a row leaves by its event time, with its entry, or never. */
  readonly sharesTimes: boolean;
  /** Whether nobody names rows of a bucket by bits, nor writes it: it takes any number. */
  readonly isWhole?: boolean;
}

/** More than a list of V8 has. */
const anyNumber = 2 ** 30;

/**
 * The stored rows of one side of a join.
 *
 * A key's entry has both sides' newest rows; older ones are in sealed buckets, chained from the oldest,
 * so that a probe reads no more buckets than hold rows. The index has each bucket once, under its
 * earliest row, so that eviction visits only buckets from which a row leaves.
 */
export class SideRows {
  private readonly isLeft: boolean;
  private readonly index: LeavingIndex | undefined;
  private readonly ttlMs: number | undefined;
  private readonly sharesTimes: boolean;
  private readonly rowsPerBucket: number;

  constructor(
    private readonly side: JoinSide,
    private readonly ctx: Pick<StageContext, 'batchTimestampMs'>,
    private readonly keys: JoinTable<KeyRows>,
    private readonly sealed: JoinTable<Bucket>,
    private readonly count: RowCount,
    { index, ttlMs, sharesTimes, isWhole = false }: SideOptions,
  ) {
    this.rowsPerBucket = isWhole ? anyNumber : bucketRows;
    this.isLeft = side === 'left';
    this.index = index;
    this.ttlMs = ttlMs;
    this.sharesTimes = sharesTimes;
  }

  sealedBucket(of: Entry<KeyRows>, no: number): Entry<Bucket> {
    const entry = this.findSealed(of, no);
    if (!entry) throw new TypeError(`join state: bucket ${no} of the ${this.side} is missing`);
    return entry;
  }

  private findSealed(of: Entry<KeyRows>, no: number): Entry<Bucket> | undefined {
    return this.sealed.find(entryTime(of), [entryKey(of), no]);
  }

  touchSealed(entry: Entry<Bucket>): void {
    this.sealed.touch(entry);
  }

  add(entry: Entry<KeyRows>, row: unknown, times: RowTimes, matched: boolean): void {
    this.count.added += 1;
    const kept = this.ttlMs === undefined ? times : this.leavingLater(times, this.ttlMs);
    let open = this.isLeft ? entry.value.left : entry.value.right;
    if (open === undefined) {
      open = firstBucket(row, kept, matched, this.sharesTimes);
      if (this.isLeft) entry.value.left = open;
      else entry.value.right = open;
    } else {
      if (open.rows.length === this.rowsPerBucket) open = this.seal(entry, open);
      addRow(open, row, kept, matched, this.sharesTimes);
    }
    const { index } = this;
    if (index !== undefined && isEarlier(kept.at, open.first)) index.move(entry, open, kept.at);
    this.keys.touch(entry);
  }

  private leavingLater({ time }: RowTimes, ttlMs: number): RowTimes {
    return { time, at: this.ctx.batchTimestampMs + ttlMs };
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
    else this.unlink(entry, open, sealed);
  }

  /** After rows of `key` have left: writes the entry, or removes it with its last row. */
  settle(entry: Entry<KeyRows>): void {
    this.dropEmpty(entry);
    const { left, right } = entry.value;
    if (left === undefined && right === undefined) this.keys.remove(entry);
    else this.keys.touch(entry);
  }

  /** After rows of `key` have left, where another row is stored with it next. */
  dropEmpty({ value }: Entry<KeyRows>): void {
    const open = this.isLeft ? value.left : value.right;
    if (!open || open.rows.length > 0 || open.newer !== 0) return;
    if (this.isLeft) value.left = undefined;
    else value.right = undefined;
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

  /** Hands over every row of a key in a timed table, oldest first. Their entries leave with the time. */
  handOverAll(entry: Entry<KeyRows>, leave: Leave): void {
    const open = this.isLeft ? entry.value.left : entry.value.right;
    if (!open) return;
    for (let no = open.newer; no !== 0; ) {
      const { value } = this.sealedBucket(entry, no);
      no = value.newer;
      this.handOverBucket(value, leave);
    }
    this.handOverBucket(open, leave);
  }

  private handOverBucket(bucket: Bucket, leave: Leave): void {
    handOver(bucket, allOf(bucket), leave);
    this.count.removed += bucket.rows.length;
  }

  /** Removes every row of a key, oldest first. Needs the tables loaded. */
  clear(entry: Entry<KeyRows>, leave: Leave): void {
    const open = this.isLeft ? entry.value.left : entry.value.right;
    if (!open) return;
    for (let no = open.newer; no !== 0; ) {
      const sealed = this.sealedBucket(entry, no);
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
    const all = allOf(bucket);
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
    const sealed = no === open.no ? undefined : this.findSealed(entry, no);
    const bucket = no === open.no ? open : sealed?.value;
    if (bucket?.first !== first) return;
    bucket.first = undefined; // its place in the index is gone
    const gone = rowsUpTo(bucket, upTo);
    handOver(bucket, gone, leave);
    this.remove(entry, open, bucket, sealed, gone);
    this.settle(entry);
  }

  /** The full open bucket becomes the newest sealed one; a new one takes its place. */
  private seal(entry: Entry<KeyRows>, full: Bucket): Bucket {
    const open = bucketOf(full.no + 1, [], undefined, undefined);
    open.newer = full.newer === 0 ? full.no : full.newer;
    open.older = full.no;
    if (full.older !== 0) {
      const newest = this.sealedBucket(entry, full.older);
      newest.value.newer = full.no;
      this.sealed.touch(newest);
    }
    full.newer = 0;
    this.sealed.insert(entryTime(entry), [entryKey(entry), full.no], full);
    if (this.isLeft) entry.value.left = open;
    else entry.value.right = open;
    return open;
  }

  private unlink(entry: Entry<KeyRows>, open: Bucket, sealed: Entry<Bucket>): void {
    const { older, newer } = sealed.value;
    this.link(entry, open, older, newer);
    this.sealed.remove(sealed);
  }

  /** Makes `older` and `newer` neighbours; 0 is the open bucket. */
  private link(entry: Entry<KeyRows>, open: Bucket, older: number, newer: number): void {
    const before = older === 0 ? undefined : this.sealedBucket(entry, older);
    const after = newer === 0 ? undefined : this.sealedBucket(entry, newer);
    (before ? before.value : open).newer = newer;
    (after ? after.value : open).older = older;
    if (before) this.sealed.touch(before);
    if (after) this.sealed.touch(after);
  }
}
