import type { MaybePromise } from '../../../lib/maybe.js';
import type { Entry } from '../../../lib/state/entry.js';
import type { KeyedTable } from '../../../lib/state/stateStore.js';

/** What a join needs of its tables: a `TimedTable`, or a `KeyedTable`, which passes over the time. */
export interface JoinTable<V> {
  find(time: number, key: unknown): Entry<V> | undefined;
  insert(time: number, key: unknown, value: V): Entry<V>;
  touch(entry: Entry<V>): void;
  remove(entry: Entry<V>): void;
  loadAll(): MaybePromise<void>;
}

/** A keyed table as a {@link JoinTable}. */
export class TimelessTable<V> implements JoinTable<V> {
  constructor(private readonly table: KeyedTable<V>) {}

  find(_time: number, key: unknown): Entry<V> | undefined {
    return this.table.find(key);
  }

  insert(_time: number, key: unknown, value: V): Entry<V> {
    return this.table.insert(key, value);
  }

  touch(entry: Entry<V>): void {
    this.table.touch(entry);
  }

  remove(entry: Entry<V>): void {
    this.table.remove(entry);
  }

  loadAll(): MaybePromise<void> {
    return this.table.loadAll();
  }

  entries(): Iterable<Entry<V>> {
    return this.table.entries();
  }
}
