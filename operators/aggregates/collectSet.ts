import {
  addDistinct,
  allValues,
  type DistinctValues,
  distinctFromStored,
  forgetDistinct,
  mergeDistinct,
  noValues,
  settleDistinct,
  sortedValues,
  storedDistinct,
} from '../internal/distinctValues.js';
import type { Aggregate, AggregateOptions, Parts } from './aggregate.js';
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
    return noValues();
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
    return sortedValues(allValues(acc));
  }

  settle(acc: Values<V>, parts: Parts): void {
    settleDistinct(acc, parts);
  }

  resultOf(acc: Values<V>, parts: Parts): readonly NonNullable<V>[] {
    return sortedValues(allValues(acc, parts));
  }

  forget(acc: Values<V>, parts: Parts): void {
    forgetDistinct(acc, parts);
  }

  toStored(acc: Values<V>): unknown {
    return storedDistinct(acc);
  }

  fromStored(stored: unknown): Values<V> {
    return distinctFromStored(stored, 'collectSet');
  }
}
