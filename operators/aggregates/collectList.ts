import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** The values that are not null, in order of arrival; duplicates stay. */
export function collectList<T, V>(
  value: (row: T) => V,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, readonly NonNullable<V>[]> {
  checkReader('collectList', value);
  return filtered(new CollectList<T, V>(value), options);
}

class CollectList<T, V> implements Aggregate<T, NonNullable<V>[], readonly NonNullable<V>[]> {
  readonly name = 'collectList';

  constructor(private readonly value: (row: T) => V) {}

  zero(): NonNullable<V>[] {
    return [];
  }

  add(acc: NonNullable<V>[], row: T): NonNullable<V>[] {
    const value = this.value(row);
    if (value !== null && value !== undefined) acc.push(value);
    return acc;
  }

  merge(acc: NonNullable<V>[], later: NonNullable<V>[]): NonNullable<V>[] {
    for (const value of later) acc.push(value);
    return acc;
  }

  result(acc: NonNullable<V>[]): readonly NonNullable<V>[] {
    return acc.slice();
  }
}
