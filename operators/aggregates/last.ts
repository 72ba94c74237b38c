import { refusePromise } from '../internal/rowFunction.js';
import { ValueAggregate } from '../internal/valueAggregate.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** `value` of the last row, null included; null without rows. */
export function last<T, V>(
  value: (row: T) => V,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, V | null> {
  checkReader('last', value);
  return filtered(new Last<T, V>(value), options);
}

interface LastAcc<V> {
  seen: boolean;
  value: V | null;
}

class Last<T, V> extends ValueAggregate<T, V, LastAcc<V>, V | null> {
  readonly name = 'last';

  zero(): LastAcc<V> {
    return { seen: false, value: null };
  }

  put(acc: LastAcc<V>, value: V): LastAcc<V> {
    refusePromise(value, 'last');
    acc.seen = true;
    acc.value = value ?? null;
    return acc;
  }

  merge(acc: LastAcc<V>, later: LastAcc<V>): LastAcc<V> {
    if (!later.seen) return acc;
    acc.seen = true;
    acc.value = later.value;
    return acc;
  }

  result(acc: LastAcc<V>): V | null {
    return acc.value;
  }
}
