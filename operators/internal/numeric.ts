import { StreamingError } from '../../lib/errors.js';
import { Decimal } from '../../lib/schema/decimal.js';
import {
  divideHalfUp,
  exceeds,
  maxPrecision,
  unscaledAtScale,
} from '../../lib/schema/decimalMath.js';
import { refusePromise } from './rowFunction.js';

/** What can be added up: a number, or exactly, a bigint or Decimal. */
export type Numeric = number | bigint | Decimal;

/** The type of a sum: literals widened. */
export type NumericResult<V> = V extends number ? number : V extends bigint ? bigint : Decimal;

/** Exact values: what doubles would round. */
export type Exact = bigint | Decimal;

/** `a + b`, exact; a decimal takes the larger scale. */
export function plusExact(a: Exact, b: Exact, aggregate: string): Exact {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a + b;
  if (a instanceof Decimal && b instanceof Decimal) {
    const scale = Math.max(a.scale, b.scale);
    const precision = Math.max(a.precision, b.precision);
    return new Decimal(unscaledAt(a, scale) + unscaledAt(b, scale), scale, precision);
  }
  throw mixed(aggregate);
}

/** As a sum of `DECIMAL(p, s)` is typed: `DECIMAL(min(38, p + 10), s)`. */
export function sumType(value: Exact): Exact {
  if (typeof value === 'bigint') return value;
  return fitting('sum', value.unscaled, value.scale, value.precision + 10);
}

/** Mean of `DECIMAL(p, s)`: `DECIMAL(p + 4, s + 4)`, rounded half up; of bigints: a number. */
export function meanOf(sum: Exact, count: number): number | Decimal {
  if (typeof sum === 'bigint') return Number(sum) / count;
  const scale = Math.min(maxPrecision, sum.scale + 4);
  const mean = divideHalfUp(unscaledAt(sum, scale), BigInt(count));
  return fitting('avg', mean, scale, sum.precision + 4);
}

/** No type has more than 38 digits, so no sink could write a result that does: Spark fails too. */
function fitting(aggregate: string, unscaled: bigint, scale: number, precision: number): Decimal {
  const digits = Math.min(maxPrecision, precision);
  const result = new Decimal(unscaled, scale, digits);
  if (!exceeds(unscaled, digits)) return result;
  throw new StreamingError('AGGREGATE_VALUE_INVALID', {
    aggregate,
    expected: `values whose ${aggregate} fits DECIMAL(${digits},${scale})`,
    found: `values whose ${aggregate} is ${result}`,
  });
}

/** The value as a double, for variances. */
export function toDouble(value: unknown, aggregate: string): number {
  if (typeof value === 'number') return value;
  const exact = exactOf(value, aggregate);
  return typeof exact === 'bigint' ? Number(exact) : Number(exact.unscaled) / 10 ** exact.scale;
}

/** The value as a bigint or Decimal; anything else is refused with the aggregate's name. */
export function exactOf(value: unknown, aggregate: string): Exact {
  if (typeof value === 'bigint' || value instanceof Decimal) return value;
  refusePromise(value, aggregate);
  throw new StreamingError('AGGREGATE_VALUE_INVALID', {
    aggregate,
    expected: 'numbers, bigints, Decimals and nulls',
    found: shown(value),
  });
}

/** Numbers beside bigints or Decimals: a sum of both would be neither exact nor of one type. */
export function mixed(aggregate: string): StreamingError<'AGGREGATE_VALUE_INVALID'> {
  return new StreamingError('AGGREGATE_VALUE_INVALID', {
    aggregate,
    expected: 'values of one type',
    found: 'numbers, bigints and Decimals in one group',
  });
}

function unscaledAt({ unscaled, scale }: Decimal, wanted: number): bigint {
  return unscaledAtScale(unscaled, scale, wanted);
}

/** A value as an error message shows it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'an object';
  return `${String(value)} (${typeof value})`;
}
