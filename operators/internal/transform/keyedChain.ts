import { each, type MaybePromise } from '../../../lib/maybe.js';
import type { KeyedTable, StateStore } from '../../../lib/state/stateStore.js';

/** How the values of a chain are kept. */
export interface ChainFormat<V> {
  /** Names of the two tables. */
  readonly ends: string;
  readonly entries: string;
  readonly counted: boolean;
  readonly toStored: (value: V) => unknown;
  readonly fromStored: (stored: unknown) => V;
}

interface Ends {
  readonly first: unknown;
  readonly last: unknown;
}

interface Link<V> {
  readonly value: V;
  /** Items beside this one; null: none, which is why null is no item. */
  readonly previous: unknown;
  readonly next: unknown;
}

/**
 * Items per key, found by name and listed in order of insertion, by point lookups alone: a doubly
 * linked list. Listing a key costs what it lists, however much other keys have.
 *
 * `ends := key -> [first, last]`, `entries := [key, item] -> [value, previous, next]`.
 */
export class KeyedChain<V> {
  private readonly ends: KeyedTable<Ends>;
  private readonly links: KeyedTable<Link<V>>;

  constructor(state: StateStore, format: ChainFormat<V>) {
    this.ends = state.keyed<Ends>(format.ends, {
      counted: false,
      toStored: ({ first, last }) => [first, last],
      fromStored: (stored) => {
        const [first, last] = stored as readonly [unknown, unknown];
        return { first, last };
      },
    });
    this.links = state.keyed<Link<V>>(format.entries, {
      counted: format.counted,
      toStored: ({ value, previous, next }) => [format.toStored(value), previous, next],
      fromStored: (stored) => {
        const [value, previous, next] = stored as readonly [unknown, unknown, unknown];
        return { value: format.fromStored(value), previous, next };
      },
    });
  }

  has(key: unknown): boolean {
    return this.ends.find(key) !== undefined;
  }

  get(key: unknown, item: unknown): V | undefined {
    return this.links.find([key, item])?.value.value;
  }

  /** A new item goes to the end, one that is there stays where it is. */
  set(key: unknown, item: unknown, value: V): void {
    if (this.patch(key, item, { value })) return;
    const ends = this.ends.find(key)?.value;
    this.links.insert([key, item], { value, previous: ends?.last ?? null, next: null });
    if (ends !== undefined) this.patch(key, ends.last, { next: item });
    this.setEnds(key, { first: ends === undefined ? item : ends.first, last: item });
  }

  remove(key: unknown, item: unknown): void {
    const entry = this.links.find([key, item]);
    const ends = this.ends.find(key)?.value;
    if (entry === undefined || ends === undefined) return;
    const { previous, next } = entry.value;
    this.links.remove(entry);
    if (previous !== null) this.patch(key, previous, { next });
    if (next !== null) this.patch(key, next, { previous });
    if (previous !== null && next !== null) return;
    this.setEnds(key, {
      first: previous === null ? next : ends.first,
      last: next === null ? previous : ends.last,
    });
  }

  /** What is there now, in order of insertion. */
  entries(key: unknown): (readonly [item: unknown, value: V])[] {
    const found: (readonly [unknown, V])[] = [];
    let item: unknown = this.ends.find(key)?.value.first ?? null;
    while (item !== null) {
      const link = this.links.find([key, item])?.value;
      if (link === undefined) break;
      found.push([item, link.value]);
      item = link.next;
    }
    return found;
  }

  loadAll(): MaybePromise<void> {
    return each([this.ends, this.links], (table) => table.loadAll());
  }

  drop(): void {
    for (const entry of [...this.ends.entries()]) this.ends.remove(entry);
    for (const entry of [...this.links.entries()]) this.links.remove(entry);
  }

  private patch(key: unknown, item: unknown, change: Partial<Link<V>>): boolean {
    const entry = this.links.find([key, item]);
    if (entry === undefined) return false;
    entry.value = { ...entry.value, ...change };
    this.links.touch(entry);
    return true;
  }

  private setEnds(key: unknown, ends: Ends): void {
    const entry = this.ends.find(key);
    if (entry === undefined) {
      this.ends.insert(key, ends);
    } else if (ends.first === null) {
      this.ends.remove(entry);
    } else {
      entry.value = ends;
      this.ends.touch(entry);
    }
  }
}
