import type { Numeric } from '../internal/numeric.js';
import { populationVariance, Variance } from '../internal/variance.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** Population variance of the values that are not null; null without any. */
export function varPop<T>(
  value: (row: T) => Numeric | null | undefined,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, number | null> {
  checkReader('varPop', value);
  return filtered(new Variance<T>('varPop', value, populationVariance), options);
}
