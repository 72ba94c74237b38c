import { type MaybePromise, then } from '../../lib/maybe.js';
import { type Entry, entryKey, entryTime, sharedTime } from '../../lib/state/entry.js';
import type {
  ChangedEntries,
  Merging,
  Pairs,
  TableOptions,
  TimedTable,
} from '../../lib/state/stateStore.js';
import type { KeyedMapTable } from './keyedMapTable.js';
import type { PageLimits } from './pageLimits.js';
import { roughBytes } from './roughBytes.js';
import { notLoaded } from './stageMistake.js';
import { isRemoved, type TableEntry } from './tableEntry.js';
import { TimedMapTable } from './timedMapTable.js';

/** Keys and stored values in turn; null: what is stored at this time has entries of its own. */
export type Page = readonly unknown[] | null;

/** Under which names a paged table has its pages, and the number of entries in them. */
export const pagesOf = (table: string): string => `${table}:pages`;
export const countOf = (table: string): string => `${table}:count`;

/** Stands for the content of a page whose entries are in memory. */
const inMemory: Page = [];

/** What a {@link PagedTable} stands on. */
interface Below<V> {
  /** Entries that are stored one by one. */
  readonly single: TimedMapTable<V>;
  readonly pages: TimedMapTable<Page>;
  /** Number of entries in pages, under null. */
  readonly count: KeyedMapTable<number>;
  readonly limits: PageLimits;
  readonly options: TableOptions<V>;
}

/** What is on disk of a time that is in memory. */
interface PagesAt {
  /** They are numbered from 0. */
  pages: number;
  /** Entries in them, superseded ones included, and about how many bytes they have. */
  entries: number;
  bytes: number;
  /** About so many bytes of them were not superseded when it was last counted; 0: it was not. */
  live: number;
}

const noPairs: Pairs<never> = { keys: [], values: [] };
const noPages = { pages: 0, entries: 0, bytes: 0, live: 0 };

/**
 * A {@link TimedTable} whose entries of one time come and go together: groups of a window.
 *
 * What a commit changes at one time is written as a page instead of an entry each, and all pages of a time leave
 * together. A time is read whole, when somebody asks for one of its keys. Where what changes is too much for
 * memory, or would be if a batch asked for all times, the times with the most entries are moved to a table that
 * stores them one by one, and stay there; so is a time with an entry that no page can hold.
 *
 * ```
 * <name>:pages := time no -> [key, value, key, value, …]   in order of `no` the last value of a key counts
 *                 time 0  -> null                          entries of this time are in <name>
 * <name>:count := null -> entries in pages
 * <name>       := time key -> value
 * ```
 *
 * A checkpoint that has entries in <name> alone is older than pages: it goes on so until they are gone.
 * `load` MUST be called before anything is asked for in a batch.
 */
export class PagedTable<V> implements TimedTable<V> {
  /** What is in memory of the pages, and changes of theirs. Its size is that of all pages. */
  readonly front: TimedMapTable<V>;
  /** The times of `front`. */
  private readonly loaded = new Map<number, PagesAt>();
  /** Of the times that are stored one by one those that have been asked for. */
  private readonly singleTimes = new Set<number>();
  /** Times from which an entry was removed alone. */
  private readonly shrunk = new Set<number>();
  private written: Entry<Page>[] = [];
  private isOpen = false;
  private allSingle = false;
  /** What `load` has been asked for has entries that are stored one by one. */
  private singleIsDue = false;
  private lastTime = Number.NaN;
  private lastTable: TimedMapTable<V>;

  constructor(
    private readonly operatorId: string,
    private readonly name: string,
    counted: boolean,
    private readonly below: Below<V>,
  ) {
    this.front = new TimedMapTable<V>(operatorId, name, counted, undefined);
    this.lastTable = this.front;
  }

  get size(): number {
    return this.front.size + this.below.single.size;
  }

  find(time: number, key: unknown): Entry<V> | undefined {
    return this.tableAt(time).find(time, key);
  }

  changedAt(time: number): ChangedEntries<V> | undefined {
    return this.tableAt(time).changedAt(time);
  }

  mergeAll(time: number, pairs: Pairs<V>, fold: Merging<V>): boolean {
    return this.tableAt(time).mergeAll(time, pairs, fold);
  }

  insert(time: number, key: unknown, value: V): Entry<V> {
    return this.tableAt(time).insert(time, key, value);
  }

  touch(entry: Entry<V>): void {
    this.tableAt(entryTime(entry)).touch(entry);
  }

  remove(entry: Entry<V>): void {
    const table = this.tableAt(entryTime(entry));
    table.remove(entry);
    if (table === this.front) this.shrunk.add(entryTime(entry));
  }

  touched(): readonly Entry<V>[] {
    const alone = this.below.single.touched();
    return alone.length === 0 ? this.front.touched() : [...this.front.touched(), ...alone];
  }

  load(upTo: number): MaybePromise<void> {
    const { single, pages } = this.below;
    this.open();
    this.front.load(upTo); // nothing is below it
    return then(pages.load(upTo), () => {
      this.singleIsDue = this.allSingle;
      let last = Number.NaN;
      for (const page of pages.due(upTo)) {
        const time = entryTime(page);
        if (time !== last && this.tableAt(time) === single) this.singleIsDue = true;
        last = time;
      }
      return this.singleIsDue ? single.load(upTo) : undefined;
    });
  }

  loadAll(): MaybePromise<void> {
    return this.load(Number.POSITIVE_INFINITY);
  }

  *due(upTo: number): Iterable<Entry<V>> {
    const alone = this.singleIsDue ? this.below.single.due(upTo) : [];
    for (const entry of inOrderOf(entryTime, this.front.due(upTo), alone)) {
      // It was asked for one entry ahead, and may have been removed since.
      if (!isRemoved(entry as TableEntry<V>)) yield entry;
    }
  }

  *takeDue(upTo: number): Iterable<readonly Entry<V>[]> {
    const { single, pages } = this.below;
    for (const [page] of pages.takeDue(upTo)) if (page) this.forget(entryTime(page));
    const alone = this.singleIsDue ? single.takeDue(upTo) : [];
    for (const taken of inOrderOf(sharedTime, this.front.takeDue(upTo), alone)) {
      this.forget(sharedTime(taken)); // not all had pages
      yield taken;
    }
  }

  *entries(): Iterable<Entry<V>> {
    yield* this.front.entries();
    if (this.singleIsDue) yield* this.below.single.entries();
  }

  firstTime(): MaybePromise<number | undefined> {
    return then(this.loadAll(), () => {
      for (const entry of this.due(Number.POSITIVE_INFINITY)) return entryTime(entry);
      return undefined;
    });
  }

  /** The batch is about to be committed: its changes become pages. */
  write(): void {
    if (!this.isOpen) return; // nobody has asked for anything
    const { front } = this;
    const { limits } = this.below;
    for (const page of this.written) page.value = inMemory; // their commit has answered
    this.written = [];
    const changed = front.changes();
    for (const time of this.shrunk) changed.set(time, changed.get(time) ?? noPairs);
    for (const [time, pairs] of changed) this.writeAt(time, pairs);
    this.shrunk.clear();
    if (front.cachedCount > limits.inMemory || front.size > limits.inAll) this.makeRoom(changed);
    if (this.singleTimes.size > limits.inMemory) this.singleTimes.clear(); // their marks tell it again
    this.writeCount();
  }

  /** Nothing is known but what is on disk. */
  reset(): void {
    this.loaded.clear();
    this.singleTimes.clear();
    this.shrunk.clear();
    this.written = [];
    this.isOpen = false;
    this.lastTime = Number.NaN;
  }

  private open(): void {
    const { pages, single, count } = this.below;
    if (!this.isOpen) {
      this.allSingle = pages.size === 0 && single.size > 0;
      this.front.size = count.find(null)?.value ?? 0;
      this.isOpen = true;
    } else if (this.allSingle && single.size === 0) {
      this.allSingle = false;
      this.lastTime = Number.NaN;
    }
  }

  private tableAt(time: number): TimedMapTable<V> {
    if (time === this.lastTime) return this.lastTable;
    if (!this.isOpen) throw notLoaded(this.operatorId, this.name, 'find', 'load(upTo)');
    const isSingle = this.allSingle || this.singleTimes.has(time);
    this.lastTable = isSingle || !this.isInFront(time) ? this.below.single : this.front;
    this.lastTime = time;
    return this.lastTable;
  }

  /** Reads a time that is not in memory; false if its entries are stored one by one. */
  private isInFront(time: number): boolean {
    if (this.loaded.has(time)) return true;
    const { pages } = this.below;
    const at = { ...noPages };
    for (let page = pages.find(time, 0); page !== undefined; page = pages.find(time, at.pages)) {
      if (page.value === null) {
        this.singleTimes.add(time);
        return false;
      }
      this.takePage(time, page.value);
      at.pages += 1;
      at.entries += page.value.length / 2;
      at.bytes += roughBytes(page.value, 0);
      page.value = inMemory;
    }
    this.loaded.set(time, at);
    return true;
  }

  private takePage(time: number, page: readonly unknown[]): void {
    const { fromStored } = this.below.options;
    for (let i = 0; i < page.length; i += 2) {
      const stored = page[i + 1];
      this.front.take(time, page[i], fromStored === undefined ? (stored as V) : fromStored(stored));
    }
  }

  /** Puts what has changed at a time into pages, or all that is there if most of what they have is superseded. */
  private writeAt(time: number, changed: Pairs<V>): void {
    const { front, shrunk } = this;
    const { limits } = this.below;
    const at = this.loaded.get(time) ?? { ...noPages };
    const entries = at.entries + changed.keys.length;
    const isLong = entries > limits.superseded || at.bytes > limits.pageBytes;
    const isWorn = isLong && (entries > 2 * front.countAt(time) || this.isHeavy(time, at));
    const isAnew = at.pages > 0 && (isWorn || shrunk.has(time));
    if (isAnew) this.removePages(time, at);
    const isAll = at.pages === 0;
    let page: unknown[] = [];
    let bytes = 0;
    const { keys, values } = isAnew ? front.presentAt(time) : changed;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      const stored = this.storedOf(values[i] as V);
      const more = roughBytes(key) + roughBytes(stored);
      if (more > limits.entryBytes) return this.moveOut(time);
      if (page.length > 0 && bytes + more > limits.pageBytes) {
        this.addPage(time, at, page, bytes);
        page = [];
        bytes = 0;
      }
      page.push(key, stored);
      bytes += more;
    }
    if (page.length > 0) this.addPage(time, at, page, bytes);
    if (isAll) at.live = at.bytes;
  }

  /**
   * Whether most bytes of a time's pages are of superseded entries: few large ones, among many small that stay.
   * What stays is counted when the pages may have twice as much.
   */
  private isHeavy(time: number, at: PagesAt): boolean {
    const { limits } = this.below;
    if (at.bytes <= 2 * at.live + limits.pageBytes) return false;
    at.live = 0;
    const { keys, values } = this.front.presentAt(time);
    for (let i = 0; i < keys.length; i++) {
      at.live += roughBytes(keys[i]) + roughBytes(this.storedOf(values[i] as V));
    }
    return at.bytes > 2 * at.live + limits.pageBytes;
  }

  private storedOf(value: V): unknown {
    const { toStored } = this.below.options;
    return toStored === undefined ? value : toStored(value);
  }

  private addPage(time: number, at: PagesAt, page: readonly unknown[], bytes: number): void {
    this.written.push(this.below.pages.insert(time, at.pages, page));
    at.pages += 1;
    at.entries += page.length / 2;
    at.bytes += bytes;
  }

  private removePages(time: number, at: PagesAt): void {
    const { pages } = this.below;
    for (let no = 0; no < at.pages; no++) {
      const page = pages.find(time, no);
      if (page !== undefined) pages.remove(page);
    }
    Object.assign(at, noPages);
  }

  /** Drops times that this batch has not changed; where that is not enough, moves out the largest. */
  private makeRoom(changed: ReadonlyMap<number, unknown>): void {
    const { front, loaded } = this;
    const { inMemory, inAll } = this.below.limits;
    const isLong = front.cachedCount > inMemory;
    for (const time of isLong ? loaded.keys() : []) {
      if (front.cachedCount <= inMemory / 2) break;
      if (!changed.has(time)) this.drop(time);
    }
    const most = front.cachedCount > inMemory ? inMemory / 2 : inMemory;
    const bySize = [...loaded.keys()].sort((a, b) => front.countAt(b) - front.countAt(a));
    for (const time of bySize) {
      if (front.cachedCount <= most && front.size <= inAll) return;
      if (front.countAt(time) > 0) this.moveOut(time);
    }
  }

  private drop(time: number): void {
    this.front.forgetAt(time);
    this.below.pages.forgetAt(time); // their values are empty here
    this.forget(time);
  }

  private moveOut(time: number): void {
    const { front, loaded } = this;
    const { single, pages } = this.below;
    const [{ removals }, { updated }] = [front.log, single.log];
    const at = loaded.get(time);
    if (at !== undefined) this.removePages(time, at);
    for (const entry of front.takeAt(time)) single.insert(time, entryKey(entry), entry.value);
    pages.insert(time, 0, null);
    this.forget(time);
    this.singleTimes.add(time);
    // For progress nothing has come or gone.
    front.log.removals = removals;
    single.log.updated = updated;
  }

  private forget(time: number): void {
    this.loaded.delete(time);
    this.singleTimes.delete(time);
    this.shrunk.delete(time);
    this.lastTime = Number.NaN;
  }

  private writeCount(): void {
    const { count } = this.below;
    const { size } = this.front;
    const entry = count.find(null);
    if (entry === undefined) {
      if (size > 0) count.insert(null, size);
    } else if (entry.value !== size) {
      entry.value = size;
      count.touch(entry);
    }
  }
}

/** Two iterables in order of time as one; no time is in both. */
function* inOrderOf<T>(timeOf: (item: T) => number, a: Iterable<T>, b: Iterable<T>): Iterable<T> {
  const [left, right] = [a[Symbol.iterator](), b[Symbol.iterator]()];
  let [l, r] = [left.next(), right.next()];
  while (!(l.done && r.done)) {
    if (r.done || (!l.done && timeOf(l.value) <= timeOf(r.value))) {
      yield l.value as T;
      l = left.next();
    } else {
      yield r.value;
      r = right.next();
    }
  }
}
