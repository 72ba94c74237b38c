import type { Numeric, NumericResult } from '../internal/numeric.js';
import { sumType } from '../internal/numeric.js';
import { type NumericSum, SumAggregate } from '../internal/sumAggregate.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** Sum of the values that are not null; null without any. */
export function sum<T, V extends Numeric>(
  value: (row: T) => V | null | undefined,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, NumericResult<V> | null> {
  checkReader('sum', value);
  return filtered(new Sum<T, V>(value), options);
}

class Sum<T, V> extends SumAggregate<T, V, NumericResult<V> | null> {
  readonly name = 'sum';

  result(acc: NumericSum): NumericResult<V> | null {
    if (acc.n === 0) return null;
    return (acc.exact === undefined ? acc.sum : sumType(acc.exact)) as NumericResult<V>;
  }
}
