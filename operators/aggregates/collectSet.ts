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
import { ValueAggregate } from '../internal/valueAggregate.js';
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

class CollectSet<T, V> extends ValueAggregate<T, V, Values<V>, readonly NonNullable<V>[]> {
  readonly name = 'collectSet';

  zero(): Values<V> {
    return noValues();
  }

  put(acc: Values<V>, value: V): Values<V> {
    addDistinct(acc, value, 'collectSet');
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
    settleDistinct(acc, parts, 'collectSet', true);
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
