import {
  addDistinct,
  countOf,
  type DistinctValues,
  distinctFromStored,
  forgetDistinct,
  mergeDistinct,
  noValues,
  settleDistinct,
  storedDistinct,
} from '../internal/distinctValues.js';
import { ValueAggregate } from '../internal/valueAggregate.js';
import type { Aggregate, AggregateOptions, Parts } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** Number of different values that are not null; exact, so the state keeps each of them. */
export function countDistinct<T>(
  value: (row: T) => unknown,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, number> {
  checkReader('countDistinct', value);
  return filtered(new CountDistinct<T>(value), options);
}

type Values = DistinctValues<NonNullable<unknown>>;

class CountDistinct<T> extends ValueAggregate<T, unknown, Values, number> {
  readonly name = 'countDistinct';
  readonly anyOrder = true;
  readonly exactMerge = true;

  zero(): Values {
    return noValues();
  }

  put(acc: Values, value: unknown): Values {
    addDistinct(acc, value, 'countDistinct');
    return acc;
  }

  merge(acc: Values, later: Values): Values {
    mergeDistinct(acc, later);
    return acc;
  }

  result(acc: Values): number {
    return countOf(acc);
  }

  settle(acc: Values, parts: Parts): void {
    settleDistinct(acc, parts, 'countDistinct', false);
  }

  resultOf(acc: Values): number {
    return this.result(acc);
  }

  forget(acc: Values, parts: Parts): void {
    forgetDistinct(acc, parts);
  }

  toStored(acc: Values): unknown {
    return storedDistinct(acc);
  }

  fromStored(stored: unknown): Values {
    return distinctFromStored(stored, 'countDistinct');
  }
}
