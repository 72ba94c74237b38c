import { isPromise, type MaybePromise, then } from '../../lib/maybe.js';
import { type Entry, entryTime, isDirty } from '../../lib/state/entry.js';
import { keptKey } from '../../lib/state/keptKey.js';
import type { ChangedEntries, Merging, Pairs, TimedTable } from '../../lib/state/stateStore.js';
import { ChangeLog } from './changeLog.js';
import { closedMap } from './closedMap.js';
import { DueTimes } from './dueTimes.js';
import { KeyProbe } from './keyProbe.js';
import { type Kind, kindOf, type MergedGroups } from './mergedGroups.js';
import { MergedTimes } from './mergedTimes.js';
import { NumberMap } from './numberMap.js';
import { pairsByTime, pairsOf } from './pairs.js';
import { duplicateKey, notATime, notLoaded } from './stageMistake.js';
import type { StateTable } from './stateTable.js';
import { StoredTimes } from './storedTimes.js';
import type { TableBelow } from './tableBelow.js';
import {
  isRemoved,
  markUsedIn,
  needsTombstone,
  removedEntry,
  type TableEntry,
  tableEntry,
  takeOver,
  unusedSweeps,
} from './tableEntry.js';
import { TimeBucket } from './timeBucket.js';

/**
 * A {@link TimedTable}: time -> key -> entry, and what is not there in the disk below, if there is one.
 *
 * Invariants: a bucket that is not `complete` may have more entries on disk; a time without a bucket
 * may be on disk unless `onDisk` knows better; a removed entry stays as a tombstone until the disk has
 * forgotten it; of a time there is a bucket, or merged groups, or nothing.
 */
export class TimedMapTable<V> implements TimedTable<V>, StateTable {
  readonly log: ChangeLog<V>;
  size: number;
  cachedCount = 0;
  private buckets = new NumberMap<TimeBucket<V>>();
  /** Without a disk below: groups that nobody has asked for one by one. */
  private readonly merged = new MergedTimes<V>();
  private times = new DueTimes();
  private onDisk: StoredTimes;
  /** Up to here `due` may be asked in this batch; nothing of it is swept. */
  private loadedUpTo = Number.NEGATIVE_INFINITY;
  private lastTime = Number.NaN;
  private lastBucket: TimeBucket<V> | undefined;
  private readonly probe: KeyProbe;

  constructor(
    private readonly operatorId: string,
    readonly name: string,
    readonly counted: boolean,
    private readonly below: TableBelow<V> | undefined,
  ) {
    this.size = below === undefined ? 0 : below.storedCount;
    this.onDisk = new StoredTimes(this.size === 0);
    this.log = new ChangeLog(below !== undefined);
    this.probe = new KeyProbe(operatorId);
  }

  find(time: number, key: unknown): TableEntry<V> | undefined {
    const bucket = time === this.lastTime ? this.lastBucket : this.bucketAt(time);
    const mapKey = this.probe.ask(key);
    const entry = bucket === undefined ? undefined : bucket.get(mapKey);
    if (this.below === undefined) return entry;
    if (entry === undefined) return this.read(bucket, time, mapKey, key);
    markUsedIn(entry, this.below.sweeps);
    return isRemoved(entry) ? undefined : entry;
  }

  changedAt(time: number): ChangedEntries<V> | undefined {
    return this.log.isFirstTurn ? this.bucketAt(time)?.changedEntries() : undefined;
  }

  mergeAll(time: number, pairs: Pairs<V>, fold: Merging<V>): boolean {
    if (this.below !== undefined || this.buckets.get(time) !== undefined) return false;
    const kind = kindOf(pairs.keys);
    if (kind === undefined) return false;
    const groups = this.merged.get(time) ?? this.newGroups(time, kind);
    if (groups.kind !== kind) return false;
    const before = groups.keys.length;
    this.log.updated += this.merged.merge(groups, pairs, fold);
    const added = groups.keys.length - before;
    this.size += added;
    this.cachedCount += added;
    return true;
  }

  insert(time: number, key: unknown, value: V): TableEntry<V> {
    const mapKey = this.probe.again(key);
    const kept = keptKey(key);
    const bucket =
      (time === this.lastTime ? this.lastBucket : this.bucketAt(time)) ?? this.newBucket(time);
    // The bucket's own number: all its entries share it, a number on the heap.
    const entry = tableEntry<V>(mapKey, kept, value, bucket.time);
    if (this.below !== undefined) this.inherit(entry, bucket, this.below);
    if (!bucket.add(entry)) throw duplicateKey(this.operatorId, this.name);
    if (bucket.live++ === 0) this.noteTime(time);
    this.cachedCount++;
    this.size++;
    this.log.add(entry);
    return entry;
  }

  touch(entry: Entry<V>): void {
    if (isDirty(entry)) return this.log.again(entry as TableEntry<V>);
    if (this.below !== undefined) this.attach(entry as TableEntry<V>);
    this.log.add(entry as TableEntry<V>);
  }

  remove(entry: Entry<V>): void {
    const own = entry as TableEntry<V>;
    if (isRemoved(own)) return;
    const bucket = this.below === undefined ? this.bucketAt(entryTime(own)) : this.attach(own);
    if (bucket === undefined) return;
    bucket.live--;
    this.log.remove(own);
    this.size--;
    if (!needsTombstone(own, this.below)) this.drop(bucket, own);
    else this.onDisk.noteRemoved(entryTime(own));
  }

  touched(): readonly Entry<V>[] {
    return this.log.touched();
  }

  load(upTo: number): MaybePromise<void> {
    if (!(upTo > this.loadedUpTo)) return;
    this.loadedUpTo = upTo;
    const below = this.below;
    if (below === undefined || this.onDisk.isKnown(upTo)) return;
    if (this.onDisk.learnNothingUpTo(upTo)) return;
    const scan = below.scan(this.onDisk.knownUpTo, upTo, (entry) => this.keep(entry));
    return then(scan, () => {
      this.onDisk.knownUpTo = upTo;
      return then(this.findFirst(below), () => this.findLast(below));
    });
  }

  loadAll(): MaybePromise<void> {
    return this.load(Number.POSITIVE_INFINITY);
  }

  *due(upTo: number): Iterable<Entry<V>> {
    if (upTo > this.loadedUpTo) {
      throw notLoaded(this.operatorId, this.name, `due(${upTo})`, `load(${upTo})`);
    }
    let visited: TimeBucket<V> | undefined;
    for (const time of this.times.upTo(upTo)) {
      const bucket = this.bucketAt(time);
      if (bucket === undefined || bucket === visited) continue;
      visited = bucket;
      for (const entry of bucket.all()) if (!isRemoved(entry)) yield entry;
    }
  }

  *takeDue(upTo: number): Iterable<readonly Entry<V>[]> {
    if (upTo > this.loadedUpTo) {
      throw notLoaded(this.operatorId, this.name, `takeDue(${upTo})`, `load(${upTo})`);
    }
    for (let time = this.times.take(upTo); time !== undefined; time = this.times.take(upTo)) {
      const entries = this.takeAt(time);
      if (entries.length > 0) yield entries;
    }
  }

  /** Takes out what is there at one time, in memory. */
  takeAt(time: number): readonly TableEntry<V>[] {
    const groups = this.merged.take(time);
    if (groups !== undefined) return this.takeGroups(groups);
    const bucket = this.buckets.get(time);
    if (bucket === undefined || bucket.live === 0) return [];
    const entries = bucket.present();
    if (this.below === undefined) this.dropWhole(bucket, entries);
    else for (const entry of entries) this.remove(entry);
    return entries;
  }

  /** Entries in memory at one time. */
  countAt(time: number): number {
    return this.merged.get(time)?.keys.length ?? this.buckets.get(time)?.live ?? 0;
  }

  presentAt(time: number): Pairs<V> {
    const groups = this.merged.get(time);
    return groups ?? pairsOf(this.buckets.get(time)?.present() ?? []);
  }

  /** What is there and has changed since the last commit, by time. */
  changes(): Map<number, Pairs<V>> {
    const changes = pairsByTime(this.log.all());
    for (const [time, pairs] of this.merged.changes()) changes.set(time, pairs);
    return changes;
  }

  *entries(): Iterable<Entry<V>> {
    if (this.loadedUpTo !== Number.POSITIVE_INFINITY) {
      throw notLoaded(this.operatorId, this.name, 'entries()', 'loadAll()');
    }
    for (const time of this.merged.times()) this.bucketAt(time);
    for (const bucket of this.buckets.values()) {
      for (const entry of bucket.all()) if (!isRemoved(entry)) yield entry;
    }
  }

  firstTime(): MaybePromise<number | undefined> {
    const first = this.times.first((time) => this.countAt(time) > 0);
    if (this.below === undefined || this.onDisk.isKnown(first ?? Number.POSITIVE_INFINITY)) {
      return first;
    }
    return then(this.findFirst(this.below), (stored) => {
      if (first === undefined || stored === undefined) return first ?? stored;
      return Math.min(first, stored);
    });
  }

  /** Takes in an entry that is stored elsewhere: it is no change, and has been counted. */
  take(time: number, key: unknown, value: V): void {
    const mapKey = this.probe.ask(key);
    const bucket = this.bucketAt(time) ?? this.newBucket(time);
    const found = bucket.get(mapKey);
    if (found !== undefined) found.value = value;
    else this.put(bucket, tableEntry<V>(mapKey, keptKey(key), value, bucket.time));
  }

  /** Drops what is in memory at one time, and unchanged; what is due there has to be loaded again. */
  forgetAt(time: number): void {
    if (time <= this.loadedUpTo) this.loadedUpTo = Number.NEGATIVE_INFINITY;
    this.cachedCount -= this.merged.take(time)?.keys.length ?? 0;
    const bucket = this.buckets.get(time);
    if (bucket !== undefined) this.sweepBucket(bucket, 0, 0, 0);
  }

  beginTurn(): void {
    this.log.beginTurn();
  }

  beginBatch(): void {
    this.loadedUpTo = Number.NEGATIVE_INFINITY;
    this.log.beginBatch();
    this.times.beginBatch();
  }

  forgetChanges(): readonly TableEntry<V>[] {
    this.merged.committed();
    return this.log.forget();
  }

  bury(entry: TableEntry<V>): void {
    const bucket = this.buckets.get(entryTime(entry));
    if (bucket?.get(entry.mapKey) === entry) this.drop(bucket, entry);
  }

  noteStored(time: number): void {
    this.onDisk.noteStored(time);
  }

  sweep(sweep: number, unusedFor: number, atMost: number): number {
    if (this.below === undefined) return 0; // it is nowhere else
    const target = this.cachedCount - atMost;
    const cached = this.cachedCount;
    for (const bucket of this.buckets.values()) {
      if (this.cachedCount <= target) break;
      if (bucket.time > this.loadedUpTo) this.sweepBucket(bucket, sweep, unusedFor, target);
    }
    return cached - this.cachedCount;
  }

  reset(): void {
    this.buckets = new NumberMap();
    this.merged.clear();
    this.times = new DueTimes();
    this.log.clear();
    this.forgetLast();
    this.cachedCount = 0;
    this.loadedUpTo = Number.NEGATIVE_INFINITY;
    this.size = this.below?.storedCount ?? 0;
    this.onDisk = new StoredTimes(this.size === 0);
  }

  close(): void {
    this.reset();
    this.buckets = closedMap(new NumberMap());
  }

  private bucketAt(time: number): TimeBucket<V> | undefined {
    const bucket =
      this.buckets.get(time) ?? (this.merged.size === 0 ? undefined : this.opened(time));
    this.lastTime = time;
    this.lastBucket = bucket;
    return bucket;
  }

  private newBucket(time: number): TimeBucket<V> {
    if (!Number.isFinite(time)) throw notATime(this.operatorId, this.name, time);
    const complete = this.below === undefined || this.onDisk.isFree(time);
    const bucket = new TimeBucket<V>(time + 0, complete);
    this.buckets.set(bucket.time, bucket);
    this.lastTime = time;
    this.lastBucket = bucket;
    return bucket;
  }

  private newGroups(time: number, kind: Kind): MergedGroups<V> {
    if (!Number.isFinite(time)) throw notATime(this.operatorId, this.name, time);
    const groups = this.merged.add(time, kind);
    if (time === this.lastTime) this.forgetLast();
    this.noteTime(time);
    return groups;
  }

  /** Somebody asks for merged groups one by one. */
  private opened(time: number): TimeBucket<V> | undefined {
    const groups = this.merged.take(time);
    if (groups === undefined) return undefined;
    const bucket = this.newBucket(time);
    const { keys, values } = groups;
    const entries = keys.map((key, i) => tableEntry(key, key, values[i] as V, bucket.time));
    for (const entry of entries) bucket.add(entry);
    bucket.live = entries.length;
    for (const i of this.merged.changedOf(groups)) this.log.addCounted(entries[i] as TableEntry<V>);
    return bucket;
  }

  private takeGroups({ time, keys, values }: MergedGroups<V>): readonly TableEntry<V>[] {
    this.log.removals += keys.length;
    this.size -= keys.length;
    this.cachedCount -= keys.length;
    return keys.map((key, i) => removedEntry(key, values[i] as V, time));
  }

  private noteTime(time: number): void {
    const { merged } = this;
    this.times.add(time, this.buckets.size + merged.size, () => [
      ...Array.from(this.buckets.values(), (bucket) => bucket.time),
      ...merged.times(),
    ]);
  }

  private forgetLast(): void {
    this.lastTime = Number.NaN;
    this.lastBucket = undefined;
  }

  private drop(bucket: TimeBucket<V>, entry: TableEntry<V>): void {
    bucket.delete(entry);
    this.cachedCount--;
    if (bucket.size > 0) return;
    this.buckets.delete(bucket.time);
    if (bucket === this.lastBucket) this.forgetLast();
  }

  /** In memory: `entries`, all that are there, leave with their bucket. */
  private dropWhole(bucket: TimeBucket<V>, entries: readonly TableEntry<V>[]): void {
    for (let i = 0; i < entries.length; i++) this.log.remove(entries[i] as TableEntry<V>);
    this.size -= entries.length;
    this.cachedCount -= entries.length;
    this.buckets.delete(bucket.time);
    if (bucket === this.lastBucket) this.forgetLast();
  }

  private sweepBucket(
    bucket: TimeBucket<V>,
    sweep: number,
    unusedFor: number,
    target: number,
  ): void {
    for (const entry of bucket.all()) {
      if (this.cachedCount <= target) return;
      if (isDirty(entry) || isRemoved(entry) || unusedSweeps(entry, sweep) < unusedFor) continue;
      bucket.live--;
      bucket.complete = false;
      this.onDisk.forgetFrom(bucket.time);
      this.drop(bucket, entry);
    }
  }

  private read(
    bucket: TimeBucket<V> | undefined,
    time: number,
    mapKey: unknown,
    key: unknown,
  ): TableEntry<V> | undefined {
    if (bucket === undefined ? this.onDisk.isFree(time) : bucket.complete) return undefined;
    const entry = this.below?.read(mapKey, keptKey(key), time + 0);
    if (entry !== undefined) this.keep(entry);
    return entry;
  }

  /** Takes an entry read from the disk, unless the cache has it or its tombstone already. */
  private keep(entry: TableEntry<V>): void {
    const bucket = this.buckets.get(entryTime(entry)) ?? this.newBucket(entryTime(entry));
    if (bucket.get(entry.mapKey) !== undefined) return;
    this.put(bucket, entry);
    this.below?.cached();
  }

  private put(bucket: TimeBucket<V>, entry: TableEntry<V>): void {
    markUsedIn(entry, this.below?.sweeps ?? 0);
    bucket.add(entry);
    this.cachedCount++;
    if (bucket.live++ === 0) this.noteTime(entryTime(entry));
  }

  /** The bucket of an entry that a stage has held; the sweep may have dropped both meanwhile. */
  private attach(entry: TableEntry<V>): TimeBucket<V> {
    const bucket = this.bucketAt(entryTime(entry)) ?? this.newBucket(entryTime(entry));
    if (bucket.get(entry.mapKey) === undefined) this.put(bucket, entry);
    return bucket;
  }

  /** A key that was removed in this batch and comes back: the disk still has its old value. */
  private inherit(entry: TableEntry<V>, bucket: TimeBucket<V>, below: TableBelow<V>): void {
    markUsedIn(entry, below.sweeps);
    const tombstone = bucket.get(entry.mapKey);
    if (tombstone === undefined || !isRemoved(tombstone)) return;
    bucket.delete(tombstone);
    this.cachedCount--;
    takeOver(entry, tombstone);
  }

  private findFirst(below: TableBelow<V>): MaybePromise<number | undefined> {
    const known = this.onDisk.first;
    if (known !== 'unknown') return known;
    const isHere = (mapKey: unknown, time: number) => {
      const entry = this.buckets.get(time)?.get(mapKey);
      return entry !== undefined && isRemoved(entry);
    };
    const asked = this.onDisk.changes;
    return then(below.firstTime(this.onDisk.knownUpTo, isHere), (time) => {
      // A commit has answered since, and what it wrote may have left memory: the answer is old.
      if (asked !== this.onDisk.changes) return this.findFirst(below);
      this.onDisk.first = time;
      return time;
    });
  }

  private findLast(below: TableBelow<V>): MaybePromise<void> {
    if (this.onDisk.last !== Number.POSITIVE_INFINITY) return;
    const last = below.lastTime();
    if (isPromise(last)) return last.then((time) => this.onDisk.learnLast(time));
    this.onDisk.learnLast(last);
  }
}
