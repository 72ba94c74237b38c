import type { Numeric } from '../internal/numeric.js';
import { sampleVariance, Variance } from '../internal/variance.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** Sample variance of the values that are not null; null for fewer than two. */
export function varSamp<T>(
  value: (row: T) => Numeric | null | undefined,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, number | null> {
  checkReader('varSamp', value);
  return filtered(new Variance<T>('varSamp', value, sampleVariance), options);
}
