import type { MaybePromise } from '../../../lib/maybe.js';
import type { Entry, KeyedTable, StateStore, TimedTable } from '../../../lib/state/stateStore.js';
import type { JoinSide } from './joinType.js';
import {
  type Bucket,
  bucketRows,
  emptyBucket,
  emptyList,
  firstOf,
  isEmptyList,
  type KeyRows,
  type RowList,
  type StoredRow,
} from './keyRows.js';
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
  private readonly sealed: KeyedTable<Bucket>;
  private readonly due: TimedTable<true> | undefined;

  constructor(
    private readonly side: JoinSide,
    state: StateStore,
    private readonly keys: KeyedTable<KeyRows>,
    private readonly count: RowCount,
    isEvicted: boolean,
  ) {
    this.sealed = state.keyed<Bucket>(side, {
      toStored: bucketToStored,
      fromStored: bucketFromStored,
      counted: false,
    });
    this.due = isEvicted
      ? state.timed<true>(side === 'left' ? 'dueLeft' : 'dueRight', { counted: false })
      : undefined;
  }

  listOf(rows: KeyRows): RowList | undefined {
    return this.side === 'left' ? rows.left : rows.right;
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
  add(found: Entry<KeyRows> | undefined, key: unknown, stored: StoredRow): void {
    const entry = found ?? this.keys.insert(key, { left: undefined, right: undefined });
    const list = this.listOf(entry.value) ?? this.newList(entry.value);
    if (list.open.rows.length === bucketRows) this.seal(key, list);
    list.open.rows.push(stored);
    if (stored.at < list.open.first) this.index(key, list.open, stored.at);
    this.keys.touch(entry);
    this.count.added += 1;
  }

  /** Removes rows of a bucket: `sealed` is its entry, undefined for the open one. */
  keep(
    key: unknown,
    list: RowList,
    bucket: Bucket,
    sealed: Entry<Bucket> | undefined,
    kept: StoredRow[],
  ): void {
    this.count.removed += bucket.rows.length - kept.length;
    bucket.rows = kept;
    this.index(key, bucket, firstOf(kept));
    if (!sealed) return;
    if (kept.length > 0) this.sealed.touch(sealed);
    else this.unlink(key, list, sealed);
  }

  /** After rows of `key` have left: writes the entry, or removes it with its last row. */
  settle(entry: Entry<KeyRows>): void {
    const rows = entry.value;
    const list = this.listOf(rows);
    if (list && isEmptyList(list)) this.setList(rows, undefined);
    if (rows.left === undefined && rows.right === undefined) this.keys.remove(entry);
    else this.keys.touch(entry);
  }

  load(upTo: number): MaybePromise<void> {
    return this.due?.load(upTo);
  }

  loadAll(): MaybePromise<void> {
    return this.sealed.loadAll();
  }

  /** Removes the rows with at <= upTo, earliest bucket first, and hands them to `leave`. */
  evict(upTo: number, leave: (row: StoredRow) => void): void {
    if (!this.due) return;
    for (const due of this.due.due(upTo)) {
      const [key, no] = due.key as readonly [unknown, number];
      this.due.remove(due);
      this.evictBucket(key, no, upTo, leave);
    }
  }

  /** Removes every row of a key, oldest first. Needs the tables loaded. */
  clear(entry: Entry<KeyRows>, leave: (row: StoredRow) => void): void {
    const list = this.listOf(entry.value);
    if (!list) return;
    for (let no = list.oldest; no !== 0; ) {
      const sealed = this.sealedBucket(entry.key, no);
      no = sealed.value.newer;
      for (const stored of sealed.value.rows) leave(stored);
      this.keep(entry.key, list, sealed.value, sealed, []);
    }
    for (const stored of list.open.rows) leave(stored);
    this.keep(entry.key, list, list.open, undefined, []);
    this.settle(entry);
  }

  private evictBucket(
    key: unknown,
    no: number,
    upTo: number,
    leave: (row: StoredRow) => void,
  ): void {
    const entry = this.keys.find(key);
    const list = entry && this.listOf(entry.value);
    if (!entry || !list) throw new TypeError(`join state: a key of the ${this.side} is missing`);
    const sealed = no === list.open.no ? undefined : this.sealedBucket(key, no);
    const bucket = sealed ? sealed.value : list.open;
    bucket.first = Number.POSITIVE_INFINITY; // its place in the index is gone
    const kept: StoredRow[] = [];
    for (const stored of bucket.rows) {
      if (stored.at <= upTo) leave(stored);
      else kept.push(stored);
    }
    this.keep(key, list, bucket, sealed, kept);
    this.settle(entry);
  }

  private newList(rows: KeyRows): RowList {
    const list = emptyList();
    this.setList(rows, list);
    return list;
  }

  private setList(rows: KeyRows, list: RowList | undefined): void {
    if (this.side === 'left') rows.left = list;
    else rows.right = list;
  }

  private seal(key: unknown, list: RowList): void {
    const full = list.open;
    full.older = list.newest;
    if (list.newest === 0) list.oldest = full.no;
    else this.change(key, list.newest, (newest) => (newest.newer = full.no));
    list.newest = full.no;
    this.sealed.insert([key, full.no], full);
    list.open = emptyBucket(full.no + 1);
  }

  private unlink(key: unknown, list: RowList, sealed: Entry<Bucket>): void {
    const { older, newer } = sealed.value;
    if (older === 0) list.oldest = newer;
    else this.change(key, older, (bucket) => (bucket.newer = newer));
    if (newer === 0) list.newest = older;
    else this.change(key, newer, (bucket) => (bucket.older = older));
    this.sealed.remove(sealed);
  }

  private change(key: unknown, no: number, edit: (bucket: Bucket) => void): void {
    const entry = this.sealedBucket(key, no);
    edit(entry.value);
    this.sealed.touch(entry);
  }

  /** Moves a bucket in the index to `first`; +Infinity takes it out. */
  private index(key: unknown, bucket: Bucket, first: number): void {
    if (!this.due || bucket.first === first) return;
    if (bucket.first !== Number.POSITIVE_INFINITY) {
      const old = this.due.find(bucket.first, [key, bucket.no]);
      if (old) this.due.remove(old);
    }
    bucket.first = first;
    if (first !== Number.POSITIVE_INFINITY) this.due.insert(first, [key, bucket.no], true);
  }
}
