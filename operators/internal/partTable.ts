import type { Entry } from '../../lib/state/entry.js';
import type { KeyedTable, StateStore, TimedTable } from '../../lib/state/stateStore.js';
import type { Parts } from '../aggregates/aggregate.js';

/** The parts of all groups of an operator: one side table, entries beside the group's time. */
export interface PartTable {
  /** Parts of aggregate `index` of the group with this time and key; valid until the next call. */
  of(index: number, time: number, key: unknown): Parts;
}

/** For groups that event time closes: parts lie at the group's time, and leave with it. */
export function timedParts(state: StateStore): PartTable {
  const table: TimedTable<unknown> = state.timed('parts', { counted: false });
  return new BoundParts({
    find: (time, key) => table.find(time, key),
    insert: (time, key, value) => table.insert(time, key, value),
    touch: (entry) => table.touch(entry),
    remove: (entry) => table.remove(entry),
  });
}

/** For groups without event time. */
export function keyedParts(state: StateStore): PartTable {
  const table: KeyedTable<unknown> = state.keyed('keyedParts', { counted: false });
  return new BoundParts({
    find: (_time, key) => table.find(key),
    insert: (_time, key, value) => table.insert(key, value),
    touch: (entry) => table.touch(entry),
    remove: (entry) => table.remove(entry),
  });
}

interface Table {
  find(time: number, key: unknown): Entry<unknown> | undefined;
  insert(time: number, key: unknown, value: unknown): void;
  touch(entry: Entry<unknown>): void;
  remove(entry: Entry<unknown>): void;
}

class BoundParts implements PartTable, Parts {
  private index = 0;
  private time = Number.NaN;
  private key: unknown = null;
  /** The last lookup: what is not there is put next, under the same name. */
  private lastName: unknown = undefined;
  private lastKey: unknown = undefined;
  private lastEntry: Entry<unknown> | undefined;

  constructor(private readonly table: Table) {}

  of(index: number, time: number, key: unknown): Parts {
    this.index = index;
    this.time = time;
    this.key = key;
    this.lastName = undefined;
    return this;
  }

  get(name: unknown): unknown {
    return this.find(name)?.value;
  }

  put(name: unknown, value: unknown): void {
    const isKnown = typeof name === 'object' && name === this.lastName;
    const entry = isKnown ? this.lastEntry : this.find(name);
    this.lastName = undefined;
    if (entry === undefined) {
      this.table.insert(this.time, this.lastKey, value);
      return;
    }
    entry.value = value;
    this.table.touch(entry);
  }

  remove(name: unknown): void {
    const entry = this.find(name);
    this.lastName = undefined;
    if (entry) this.table.remove(entry);
  }

  private find(name: unknown): Entry<unknown> | undefined {
    this.lastName = name;
    this.lastKey = [this.index, this.key, name];
    this.lastEntry = this.table.find(this.time, this.lastKey);
    return this.lastEntry;
  }
}
