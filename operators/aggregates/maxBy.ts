import { ExtremeBy } from '../internal/extremeBy.js';
import type { Ordered } from '../internal/sqlOrder.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** `value` of the row with the largest `by` that is not null, the first among equals; null without any. */
export function maxBy<T, V>(
  value: (row: T) => V,
  by: (row: T) => Ordered | null | undefined,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, V | null> {
  checkReader('maxBy', value);
  checkReader('maxBy', by);
  return filtered(new ExtremeBy<T, V, Ordered>('maxBy', 1, value, by), options);
}
