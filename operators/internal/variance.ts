import type { Aggregate } from '../aggregates/aggregate.js';
import { toDouble } from './numeric.js';

/** Number, mean and sum of squared distances from the mean. */
export interface Moments {
  n: number;
  mean: number;
  m2: number;
}

/** A function of the spread of the values that are not null (Welford; parts merge after Chan). */
export class Variance<T> implements Aggregate<T, Moments, number | null> {
  readonly anyOrder = true;

  constructor(
    readonly name: string,
    private readonly value: (row: T) => unknown,
    private readonly finish: (moments: Moments) => number | null,
  ) {}

  zero(): Moments {
    return { n: 0, mean: 0, m2: 0 };
  }

  add(acc: Moments, row: T): Moments {
    const value = this.value(row);
    if (value === null || value === undefined) return acc;
    const x = typeof value === 'number' ? value : toDouble(value, this.name);
    const distance = x - acc.mean;
    acc.n += 1;
    const step = distance / acc.n;
    acc.mean += step;
    // Not `x - acc.mean`, which is rounded once more: of large numbers that are near each other it
    // gives another variance than Spark, and a negative one if the mean overflows.
    acc.m2 += distance * (distance - step);
    return acc;
  }

  merge(acc: Moments, later: Moments): Moments {
    if (later.n === 0) return acc;
    const n = acc.n + later.n;
    const distance = later.mean - acc.mean;
    acc.m2 += later.m2 + (distance * distance * acc.n * later.n) / n;
    acc.mean += (distance * later.n) / n;
    acc.n = n;
    return acc;
  }

  result(acc: Moments): number | null {
    return this.finish(acc);
  }
}

/** Null without a value. */
export function populationVariance({ n, m2 }: Moments): number | null {
  return n === 0 ? null : m2 / n;
}

/** Null for fewer than two values, as Spark 3.1 and later. */
export function sampleVariance({ n, m2 }: Moments): number | null {
  return n < 2 ? null : m2 / (n - 1);
}

/** Null stays null. */
export function rootOf(variance: number | null): number | null {
  return variance === null ? null : Math.sqrt(variance);
}
