import type { Aggregate } from '../aggregates/aggregate.js';
import { refusePromise } from './rowFunction.js';
import { compareSql } from './sqlOrder.js';

/** The best `by` so far and the value that came with it; `by` is null before the first. */
export interface ValueBy<V, B> {
  value: V | null;
  by: B | null;
}

/** `minBy` (sign −1) and `maxBy` (sign 1); among equals the first row wins. */
export class ExtremeBy<T, V, B> implements Aggregate<T, ValueBy<V, B>, V | null> {
  constructor(
    readonly name: 'minBy' | 'maxBy',
    private readonly sign: -1 | 1,
    private readonly value: (row: T) => V,
    private readonly by: (row: T) => B | null | undefined,
  ) {}

  zero(): ValueBy<V, B> {
    return { value: null, by: null };
  }

  add(acc: ValueBy<V, B>, row: T): ValueBy<V, B> {
    const by = this.by(row);
    if (by === null || by === undefined || !this.isBetter(by, acc.by)) return acc;
    const value = this.value(row);
    refusePromise(value, this.name);
    acc.value = value ?? null;
    acc.by = by;
    return acc;
  }

  merge(acc: ValueBy<V, B>, later: ValueBy<V, B>): ValueBy<V, B> {
    if (later.by === null || !this.isBetter(later.by, acc.by)) return acc;
    acc.value = later.value;
    acc.by = later.by;
    return acc;
  }

  result(acc: ValueBy<V, B>): V | null {
    return acc.value;
  }

  private isBetter(by: B, best: B | null): boolean {
    if (best !== null) return compareSql(by, best, this.name) * this.sign > 0;
    compareSql(by, by, this.name);
    return true;
  }
}
