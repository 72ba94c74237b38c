import { Extreme } from '../internal/extreme.js';
import type { Ordered } from '../internal/sqlOrder.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/**
 * The smallest value that is not null, in SQL's order; null without any. NaN is above all numbers, lists are
 * compared by the first element that differs.
 */
export function min<T, const V extends Ordered>(
  value: (row: T) => V | null | undefined,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, V | null> {
  checkReader('min', value);
  return filtered(new Extreme<T, V>('min', -1, value), options);
}
