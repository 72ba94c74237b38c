import { type MaybePromise, then } from '../../lib/maybe.js';
import { type Entry, isDirty } from '../../lib/state/entry.js';
import { keptKey } from '../../lib/state/keptKey.js';
import { packedPair, unpackedPair } from '../../lib/state/packedPair.js';
import type { ChangedEntries, KeyedTable, Zero } from '../../lib/state/stateStore.js';
import { ChangedIn } from './changedIn.js';
import { ChangeLog } from './changeLog.js';
import { closedMap } from './closedMap.js';
import { KeyMap } from './keyMap.js';
import { KeyProbe } from './keyProbe.js';
import { duplicateKey, notLoaded } from './stageMistake.js';
import type { StateTable } from './stateTable.js';
import type { TableBelow } from './tableBelow.js';
import {
  isRemoved,
  markUsedIn,
  needsTombstone,
  type TableEntry,
  tableEntry,
  takeOver,
  unusedSweeps,
} from './tableEntry.js';

/**
 * A {@link KeyedTable}: one map, and what it does not have in the disk below, if there is one.
 *
 * Invariant: unless `complete`, a key that is not in `map` may still be on disk; an entry that was
 * removed stays in `map` as a tombstone until the disk has forgotten it.
 */
export class KeyedMapTable<V> implements KeyedTable<V>, StateTable {
  readonly log: ChangeLog<V>;
  size: number;
  private map = new KeyMap<V>();
  private complete: boolean;
  /** `loadAll` has been called in this batch: nothing may be swept, `entries` may be used. */
  private loaded = false;
  private readonly probe: KeyProbe;

  constructor(
    private readonly operatorId: string,
    readonly name: string,
    readonly counted: boolean,
    private readonly below: TableBelow<V> | undefined,
  ) {
    this.size = below === undefined ? 0 : below.storedCount;
    this.complete = this.size === 0;
    this.log = new ChangeLog(below !== undefined);
    this.probe = new KeyProbe(operatorId);
  }

  get cachedCount(): number {
    return this.map.size;
  }

  find(key: unknown): TableEntry<V> | undefined {
    const mapKey = this.probe.ask(key);
    const entry = this.map.get(mapKey);
    return this.below === undefined ? entry : this.above(this.below, entry, mapKey, key);
  }

  changedEntries(): ChangedEntries<V> | undefined {
    return this.log.isFirstTurn ? new ChangedIn(this.map.others) : undefined;
  }

  insert(key: unknown, value: V): TableEntry<V> {
    return this.insertAt(this.probe.again(key), keptKey(key), value);
  }

  /** A pair goes no farther than here, so that compiled code need not make the array that the program gives. */
  findOrInsert(key: unknown, fold: Zero<V>): TableEntry<V> {
    const packed = packedPair(key);
    return packed === 0 ? this.ofKey(key, fold) : this.ofPair(packed, fold);
  }

  touch(entry: Entry<V>): void {
    if (isDirty(entry)) this.log.again(entry as TableEntry<V>);
    else this.change(entry as TableEntry<V>);
  }

  remove(entry: Entry<V>): void {
    const own = entry as TableEntry<V>;
    if (isRemoved(own)) return;
    if (!needsTombstone(own, this.below)) this.map.delete(own.mapKey);
    else if (this.map.get(own.mapKey) !== own) this.map.set(own.mapKey, own);
    this.log.remove(own);
    this.size--;
  }

  touched(): readonly Entry<V>[] {
    return this.log.touched();
  }

  loadAll(): MaybePromise<void> {
    this.loaded = true;
    if (this.complete || this.below === undefined) return;
    const scan = this.below.scan(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, (entry) => {
      if (this.map.get(entry.mapKey) === undefined) this.keep(entry);
    });
    return then(scan, () => {
      this.complete = true;
    });
  }

  *entries(): Iterable<Entry<V>> {
    if (!this.loaded) throw notLoaded(this.operatorId, this.name, 'entries()', 'loadAll()');
    for (const entry of this.map.values()) if (!isRemoved(entry)) yield entry;
  }

  beginTurn(): void {
    this.log.beginTurn();
  }

  beginBatch(): void {
    this.loaded = false;
    this.log.beginBatch();
  }

  forgetChanges(): readonly TableEntry<V>[] {
    return this.log.forget();
  }

  bury(entry: TableEntry<V>): void {
    if (this.map.get(entry.mapKey) === entry) this.map.delete(entry.mapKey);
  }

  noteStored(): void {}

  sweep(sweep: number, unusedFor: number, atMost: number): number {
    if (this.loaded) return 0;
    let dropped = 0;
    for (const entry of this.map.valuesAtRest()) {
      if (dropped >= atMost) break;
      if (isDirty(entry) || isRemoved(entry) || unusedSweeps(entry, sweep) < unusedFor) continue;
      this.map.delete(entry.mapKey);
      dropped++;
    }
    if (dropped > 0) this.complete = false;
    return dropped;
  }

  reset(): void {
    this.map = new KeyMap();
    this.log.clear();
    this.loaded = false;
    this.size = this.below?.storedCount ?? 0;
    this.complete = this.size === 0;
  }

  close(): void {
    this.reset();
    this.map = closedMap(new KeyMap());
  }

  private change(entry: TableEntry<V>): void {
    if (this.below !== undefined && this.map.get(entry.mapKey) !== entry) {
      this.map.set(entry.mapKey, entry);
    }
    this.log.add(entry);
  }

  private ofKey(key: unknown, fold: Zero<V>): TableEntry<V> {
    return this.find(key) ?? this.insert(key, fold.zero());
  }

  /** Short, so that V8 inlines it where a row finds its group. */
  private ofPair(packed: number, fold: Zero<V>): TableEntry<V> {
    const entry = this.map.ofBoxed(packed);
    if (entry !== undefined && this.below === undefined) return entry;
    return this.otherPair(packed, entry, fold);
  }

  private otherPair(
    packed: number,
    inMemory: TableEntry<V> | undefined,
    fold: Zero<V>,
  ): TableEntry<V> {
    const entry = this.below && this.above(this.below, inMemory, packed, unpackedPair(packed));
    return entry ?? this.insertAt(packed, undefined, fold.zero());
  }

  /** With a disk below, which may have what is not in memory. */
  private above(
    below: TableBelow<V>,
    entry: TableEntry<V> | undefined,
    mapKey: unknown,
    key: unknown,
  ): TableEntry<V> | undefined {
    if (entry === undefined) return this.complete ? undefined : this.read(mapKey, key);
    markUsedIn(entry, below.sweeps);
    return isRemoved(entry) ? undefined : entry;
  }

  private insertAt(mapKey: unknown, kept: unknown, value: V): TableEntry<V> {
    const entry = tableEntry<V>(mapKey, kept, value, undefined);
    if (this.below !== undefined) this.inherit(entry, this.below);
    const before = this.map.size;
    this.map.set(mapKey, entry);
    if (this.map.size === before) throw duplicateKey(this.operatorId, this.name);
    this.size++;
    this.log.add(entry);
    return entry;
  }

  private read(mapKey: unknown, key: unknown): TableEntry<V> | undefined {
    const entry = this.below?.read(mapKey, keptKey(key), Number.NaN);
    if (entry !== undefined) this.keep(entry);
    return entry;
  }

  private keep(entry: TableEntry<V>): void {
    markUsedIn(entry, this.below?.sweeps ?? 0);
    this.map.set(entry.mapKey, entry);
    this.below?.cached();
  }

  /** A key that was removed in this batch and comes back: the disk still has its old value. */
  private inherit(entry: TableEntry<V>, below: TableBelow<V>): void {
    markUsedIn(entry, below.sweeps);
    const tombstone = this.map.get(entry.mapKey);
    if (tombstone === undefined || !isRemoved(tombstone)) return;
    this.map.delete(entry.mapKey);
    takeOver(entry, tombstone);
  }
}
