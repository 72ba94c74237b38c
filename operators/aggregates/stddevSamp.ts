import type { Numeric } from '../internal/numeric.js';
import { rootOf, sampleVariance, Variance } from '../internal/variance.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** Sample standard deviation of the values that are not null; null for fewer than two. */
export function stddevSamp<T>(
  value: (row: T) => Numeric | null | undefined,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, number | null> {
  checkReader('stddevSamp', value);
  return filtered(new Variance<T>('stddevSamp', value, (m) => rootOf(sampleVariance(m))), options);
}
