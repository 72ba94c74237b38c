import { requireKnownOptions } from '../../lib/options/knownOptions.js';
import { HyperLogLog, precisionFor } from '../internal/hyperLogLog.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** @since 0.1.0 */
export interface ApproxOptions<T> extends AggregateOptions<T> {
  /** Relative standard deviation of the answer; above 0.002 and at most 0.4. Default 0.05. */
  readonly relativeError?: number;
}

/** About how many different values are not null: a HyperLogLog sketch of fixed size. */
export function approxCountDistinct<T>(
  value: (row: T) => unknown,
  options: ApproxOptions<T> = {},
): Aggregate<T, unknown, number> {
  checkReader('approxCountDistinct', value);
  const names = { where: true, relativeError: true } as const;
  requireKnownOptions('approxCountDistinct', options, names);
  const { relativeError = 0.05, ...others } = options;
  if (!(relativeError > 0.002 && relativeError <= 0.4)) {
    throw new RangeError(
      `approxCountDistinct: relativeError must be above 0.002 and at most 0.4, got ${relativeError}: use countDistinct for an exact answer`,
    );
  }
  const precision = precisionFor(relativeError);
  return filtered(new ApproxCountDistinct<T>(value, precision), others);
}

class ApproxCountDistinct<T> implements Aggregate<T, HyperLogLog, number> {
  readonly name: string;
  readonly anyOrder = true;
  readonly exactMerge = true;

  constructor(
    private readonly value: (row: T) => unknown,
    private readonly precision: number,
  ) {
    // Sketches of different sizes do not fit each other: the name keeps a checkpoint from mixing them.
    this.name = `approxCountDistinct/${precision}`;
  }

  zero(): HyperLogLog {
    return new HyperLogLog(this.precision);
  }

  add(acc: HyperLogLog, row: T): HyperLogLog {
    const value = this.value(row);
    if (value !== null && value !== undefined) acc.add(value, 'approxCountDistinct');
    return acc;
  }

  merge(acc: HyperLogLog, later: HyperLogLog): HyperLogLog {
    acc.merge(later);
    return acc;
  }

  result(acc: HyperLogLog): number {
    return acc.estimate();
  }

  toStored(acc: HyperLogLog): unknown {
    return acc.toStored();
  }

  fromStored(stored: unknown): HyperLogLog {
    return HyperLogLog.fromStored(stored, this.precision);
  }
}
