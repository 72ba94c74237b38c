import { compareSql } from './sqlOrder.js';
import { ValueAggregate } from './valueAggregate.js';

/** `min` (sign −1) and `max` (sign 1): the accumulator is the best value so far, null without one. */
export class Extreme<T, V> extends ValueAggregate<T, V | null | undefined, V | null, V | null> {
  readonly anyOrder = true;
  readonly exactMerge = true;

  constructor(
    readonly name: 'min' | 'max',
    private readonly sign: -1 | 1,
    value: (row: T) => V | null | undefined,
  ) {
    super(value);
  }

  zero(): V | null {
    return null;
  }

  put(acc: V | null, value: V | null | undefined): V | null {
    return this.better(acc, value);
  }

  merge(acc: V | null, later: V | null): V | null {
    return this.better(acc, later);
  }

  result(acc: V | null): V | null {
    return acc;
  }

  private better(acc: V | null, value: V | null | undefined): V | null {
    if (value === null || value === undefined) return acc;
    if (typeof acc === 'number' && typeof value === 'number') {
      // The common case without a call; NaN fails both tests and goes the long way.
      if (this.sign === 1 ? value > acc : value < acc) return value;
      if (this.sign === 1 ? value <= acc : value >= acc) return acc;
    }
    if (acc === null) {
      compareSql(value, value, this.name);
      return value;
    }
    return compareSql(value, acc, this.name) * this.sign > 0 ? value : acc;
  }
}
