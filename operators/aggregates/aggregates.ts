import type { Numeric, NumericResult } from '../internal/numeric.js';
import type { Ordered } from '../internal/sqlOrder.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { type ApproxOptions, approxCountDistinct } from './approxCountDistinct.js';
import { avg, type MeanResult } from './avg.js';
import { collectList } from './collectList.js';
import { collectSet } from './collectSet.js';
import { count } from './count.js';
import { countDistinct } from './countDistinct.js';
import { first } from './first.js';
import { last } from './last.js';
import { max } from './max.js';
import { maxBy } from './maxBy.js';
import { min } from './min.js';
import { minBy } from './minBy.js';
import { stddevPop } from './stddevPop.js';
import { stddevSamp } from './stddevSamp.js';
import { sum } from './sum.js';
import { varPop } from './varPop.js';
import { varSamp } from './varSamp.js';

type Read<T, V> = (row: T) => V;
type ReadNumber<T> = Read<T, Numeric | null | undefined>;
type Options<T> = AggregateOptions<T>;
type Of<T, R> = Aggregate<T, unknown, R>;

/**
 * The aggregate functions, as `aggregate((rows) => …)` hands them out.
 *
 * Nulls are skipped by all but `count()` without a column, `first` and `last`. Nothing left gives
 * null (counts 0, lists []). Each takes `{ where }`.
 *
 * Errors: `AGGREGATE_VALUE_INVALID` for values that a function cannot take, or of two types.
 * Source: semantics/spark.md 2.17.
 *
 * @since 0.1.0
 */
export interface Aggregates<T> {
  /** Rows. */
  count(options?: Options<T>): Of<T, number>;
  /** Rows for which `value` is not null. */
  count(value: Read<T, unknown>, options?: Options<T>): Of<T, number>;
  /**
   * Sum of the values that are not null; null without any.
   *
   * Numbers are added as doubles in order of arrival, so beyond ±2^53 the sum of a BIGINT column is
   * rounded, too; bigints (a source's `bigints: 'bigint'`) and Decimals are added exactly.
   */
  sum<V extends Numeric>(
    value: Read<T, V | null | undefined>,
    options?: Options<T>,
  ): Of<T, NumericResult<V> | null>;
  /** Their mean: a number, also of bigints; of Decimals a Decimal with four digits more. */
  avg<V extends Numeric>(
    value: Read<T, V | null | undefined>,
    options?: Options<T>,
  ): Of<T, MeanResult<V> | null>;
  /** The smallest value, in SQL's order: NaN above all numbers; lists `[a, b]` by `a`, then by `b`. */
  min<const V extends Ordered>(
    value: Read<T, V | null | undefined>,
    options?: Options<T>,
  ): Of<T, V | null>;
  /** The largest value, in SQL's order: NaN above all numbers; lists `[a, b]` by `a`, then by `b`. */
  max<const V extends Ordered>(
    value: Read<T, V | null | undefined>,
    options?: Options<T>,
  ): Of<T, V | null>;
  /** `value` of the row with the smallest `by`; the first among equals. */
  minBy<V>(
    value: Read<T, V>,
    by: Read<T, Ordered | null | undefined>,
    options?: Options<T>,
  ): Of<T, V | null>;
  /** `value` of the row with the largest `by`; the first among equals. */
  maxBy<V>(
    value: Read<T, V>,
    by: Read<T, Ordered | null | undefined>,
    options?: Options<T>,
  ): Of<T, V | null>;
  /** `value` of the first row to arrive, null included. */
  first<V>(value: Read<T, V>, options?: Options<T>): Of<T, V | null>;
  /** `value` of the last row to arrive, null included. */
  last<V>(value: Read<T, V>, options?: Options<T>): Of<T, V | null>;
  /** The values in order of arrival; duplicates stay. */
  collectList<V>(value: Read<T, V>, options?: Options<T>): Of<T, readonly NonNullable<V>[]>;
  /** The values, each once: ascending, or, where they have no order, by first arrival. */
  collectSet<V>(value: Read<T, V>, options?: Options<T>): Of<T, readonly NonNullable<V>[]>;
  /** How many different values there are. Exact: the state keeps each of them. */
  countDistinct(value: Read<T, unknown>, options?: Options<T>): Of<T, number>;
  /** About how many: a sketch of fixed size (HyperLogLog), off by 5 % unless `relativeError` says less. */
  approxCountDistinct(value: Read<T, unknown>, options?: ApproxOptions<T>): Of<T, number>;
  /** Sample standard deviation; null for fewer than two values. */
  stddevSamp(value: ReadNumber<T>, options?: Options<T>): Of<T, number | null>;
  /** Population standard deviation. */
  stddevPop(value: ReadNumber<T>, options?: Options<T>): Of<T, number | null>;
  /** Sample variance; null for fewer than two values. */
  varSamp(value: ReadNumber<T>, options?: Options<T>): Of<T, number | null>;
  /** Population variance. */
  varPop(value: ReadNumber<T>, options?: Options<T>): Of<T, number | null>;
}

const functions = {
  count,
  sum,
  avg,
  min,
  max,
  minBy,
  maxBy,
  first,
  last,
  collectList,
  collectSet,
  countDistinct,
  approxCountDistinct,
  stddevSamp,
  stddevPop,
  varSamp,
  varPop,
};

/** The functions for rows of `T`. */
export function aggregatesFor<T>(): Aggregates<T> {
  return functions;
}
