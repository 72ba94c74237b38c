import { refusePromise } from '../internal/rowFunction.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** `value` of the first row, null included; null without rows. */
export function first<T, V>(
  value: (row: T) => V,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, V | null> {
  checkReader('first', value);
  return filtered(new First<T, V>(value), options);
}

/** What `first` and `last` keep: nothing, or one value that may be null. */
export type OneOrNone<V> = readonly [] | readonly [V | null];

class First<T, V> implements Aggregate<T, OneOrNone<V>, V | null> {
  readonly name = 'first';

  constructor(private readonly value: (row: T) => V) {}

  zero(): OneOrNone<V> {
    return [];
  }

  add(acc: OneOrNone<V>, row: T): OneOrNone<V> {
    if (acc.length > 0) return acc;
    const value = this.value(row);
    refusePromise(value, 'first');
    return [value ?? null];
  }

  merge(acc: OneOrNone<V>, later: OneOrNone<V>): OneOrNone<V> {
    return acc.length === 0 ? later : acc;
  }

  result(acc: OneOrNone<V>): V | null {
    return acc[0] ?? null;
  }
}
