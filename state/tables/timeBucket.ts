import { isSameKey } from '../../lib/state/canonicalKey.js';
import type { ChangedEntries } from '../../lib/state/stateStore.js';
import { ChangedIn } from './changedIn.js';
import { KeyMap } from './keyMap.js';
import { isRemoved, type TableEntry } from './tableEntry.js';

/**
 * The entries of one time. Most expiries and timers have a time of their own, so the first entry needs
 * no `Map`.
 *
 * Invariant: `first` takes only the very first entry; what comes back after it was removed goes to
 * `more`, so that a running iteration meets it.
 */
export class TimeBucket<V> {
  /** Entries that are there, tombstones not counted. */
  live = 0;
  private first: TableEntry<V> | undefined;
  private more: KeyMap<V> | undefined;
  private firstIsSpent = false;

  constructor(
    readonly time: number,
    /** No entry of this time is on disk and not here. */
    public complete: boolean,
  ) {}

  get(mapKey: unknown): TableEntry<V> | undefined {
    const first = this.first;
    if (first !== undefined && isSameKey(first.mapKey, mapKey)) return first;
    return this.more === undefined ? undefined : this.more.get(mapKey);
  }

  /** undefined: there are too few to be worth it. */
  changedEntries(): ChangedEntries<V> | undefined {
    return this.more && new ChangedIn(this.more.others);
  }

  /** False if the key was there already. */
  add(entry: TableEntry<V>): boolean {
    if (this.more === undefined) {
      if (!this.firstIsSpent) {
        this.firstIsSpent = true;
        this.first = entry;
        return true;
      }
      this.more = new KeyMap();
    }
    if (this.first !== undefined && isSameKey(this.first.mapKey, entry.mapKey)) return false;
    const before = this.more.size;
    this.more.set(entry.mapKey, entry);
    return this.more.size > before;
  }

  delete(entry: TableEntry<V>): void {
    if (this.first === entry) this.first = undefined;
    else if (this.more?.get(entry.mapKey) === entry) this.more.delete(entry.mapKey);
  }

  /** Entries and tombstones. */
  get size(): number {
    return (this.first === undefined ? 0 : 1) + (this.more === undefined ? 0 : this.more.size);
  }

  /** The entries that are there. */
  present(): TableEntry<V>[] {
    const { first } = this;
    // A literal of one, where a first push would make room for seventeen.
    const present = first === undefined || isRemoved(first) ? [] : [first];
    if (this.more === undefined) return present;
    for (const entry of this.more.valuesAtRest()) if (!isRemoved(entry)) present.push(entry);
    return present;
  }

  /** Entries and tombstones; ones added meanwhile are visited. */
  *all(): Iterable<TableEntry<V>> {
    if (this.first !== undefined) yield this.first;
    if (this.more !== undefined) yield* this.more.values();
  }
}
