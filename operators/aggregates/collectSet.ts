import {
  addDistinct,
  type DistinctValues,
  distinctFromStored,
  mergeDistinct,
  sortedValues,
} from '../internal/distinctValues.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** The values that are not null, each once: ascending, or, without an order, by first arrival. */
export function collectSet<T, V>(
  value: (row: T) => V,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, readonly NonNullable<V>[]> {
  checkReader('collectSet', value);
  return filtered(new CollectSet<T, V>(value), options);
}

type Values<V> = DistinctValues<NonNullable<V>>;

class CollectSet<T, V> implements Aggregate<T, Values<V>, readonly NonNullable<V>[]> {
  readonly name = 'collectSet';

  constructor(private readonly value: (row: T) => V) {}

  zero(): Values<V> {
    return new Map();
  }

  add(acc: Values<V>, row: T): Values<V> {
    addDistinct(acc, this.value(row), 'collectSet');
    return acc;
  }

  merge(acc: Values<V>, later: Values<V>): Values<V> {
    mergeDistinct(acc, later);
    return acc;
  }

  result(acc: Values<V>): readonly NonNullable<V>[] {
    return sortedValues(acc);
  }

  toStored(acc: Values<V>): unknown {
    return [...acc.values()];
  }

  fromStored(stored: unknown): Values<V> {
    return distinctFromStored(stored, 'collectSet');
  }
}
