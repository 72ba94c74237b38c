import type { Numeric } from '../internal/numeric.js';
import { populationVariance, rootOf, Variance } from '../internal/variance.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** Population standard deviation of the values that are not null; null without any. */
export function stddevPop<T>(
  value: (row: T) => Numeric | null | undefined,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, number | null> {
  checkReader('stddevPop', value);
  return filtered(
    new Variance<T>('stddevPop', value, (m) => rootOf(populationVariance(m))),
    options,
  );
}
