import type { Decimal } from '../../lib/schema/decimal.js';
import { meanOf, type Numeric } from '../internal/numeric.js';
import { type NumericSum, SumAggregate } from '../internal/sumAggregate.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** The type of a mean: a number, also of bigints; of Decimals a Decimal with four digits more. */
export type MeanResult<V> = V extends number | bigint ? number : Decimal;

/** Mean of the values that are not null; null without any. */
export function avg<T, V extends Numeric>(
  value: (row: T) => V | null | undefined,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, MeanResult<V> | null> {
  checkReader('avg', value);
  return filtered(new Avg<T, V>(value), options);
}

class Avg<T, V> extends SumAggregate<T, V, MeanResult<V> | null> {
  readonly name = 'avg';

  result(acc: NumericSum): MeanResult<V> | null {
    if (acc.n === 0) return null;
    const mean = acc.exact === undefined ? acc.sum / acc.n : meanOf(acc.exact, acc.n);
    return mean as MeanResult<V>;
  }
}
