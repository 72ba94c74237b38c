import type { Numeric, NumericResult } from '../internal/numeric.js';
import { sumType } from '../internal/numeric.js';
import {
  type NumericSum,
  noSum,
  plusSum,
  plusValue,
  sumFromStored,
  sumToStored,
} from '../internal/numericSum.js';
import { ValueAggregate } from '../internal/valueAggregate.js';
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

class Sum<T, V> extends ValueAggregate<
  T,
  V | null | undefined,
  NumericSum,
  NumericResult<V> | null
> {
  readonly name = 'sum';
  readonly anyOrder = true;

  zero(): NumericSum {
    return noSum();
  }

  put(acc: NumericSum, value: V | null | undefined): NumericSum {
    return plusValue(acc, value, 'sum');
  }

  merge(acc: NumericSum, later: NumericSum): NumericSum {
    return plusSum(acc, later, 'sum');
  }

  result(acc: NumericSum): NumericResult<V> | null {
    if (acc.n === 0) return null;
    return (acc.exact === undefined ? acc.sum : sumType(acc.exact)) as NumericResult<V>;
  }

  toStored(acc: NumericSum): unknown {
    return sumToStored(acc);
  }

  fromStored(stored: unknown): NumericSum {
    return sumFromStored(stored);
  }
}
