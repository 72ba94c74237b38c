import { NumberMap } from './numberMap.js';
import type { TableEntry } from './tableEntry.js';

/** Entries by their canonical key. */
export class KeyMap<V> {
  /** Under numbers that are no integers of 32 bits, which V8 boxes; NaN is among the others. */
  private boxed: NumberMap<TableEntry<V>> | undefined;
  /** Under all other keys. */
  readonly others = new Map<unknown, TableEntry<V>>();

  get size(): number {
    return this.boxed === undefined ? this.others.size : this.others.size + this.boxed.size;
  }

  get(key: unknown): TableEntry<V> | undefined {
    return isBoxed(key) ? this.boxed?.get(key) : this.others.get(key);
  }

  /** As `get`, of a number that V8 boxes: not for NaN, nor an integer of 32 bits. */
  ofBoxed(key: number): TableEntry<V> | undefined {
    return this.boxed?.get(key);
  }

  set(key: unknown, entry: TableEntry<V>): void {
    if (!isBoxed(key)) this.others.set(key, entry);
    else {
      this.boxed ??= new NumberMap();
      this.boxed.set(key, entry);
    }
  }

  delete(key: unknown): void {
    if (isBoxed(key)) this.boxed?.delete(key);
    else this.others.delete(key);
  }

  /** In the order in which they came, boxed numbers before other keys; what comes meanwhile is visited, too. */
  values(): Iterable<TableEntry<V>> {
    this.boxed ??= new NumberMap();
    return this.boxed.valuesAnd(this.others.values());
  }

  /** The same, quicker, while nothing is added. */
  valuesAtRest(): Iterable<TableEntry<V>> {
    return this.boxed === undefined ? this.others.values() : this.values();
  }
}

function isBoxed(key: unknown): key is number {
  return typeof key === 'number' && (key | 0) !== key && !Number.isNaN(key);
}
