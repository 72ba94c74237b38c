/** Spark's largest precision. */
export const maxPrecision = 38;

const powers: bigint[] = [1n];

/** 10^exponent; remembered. */
export function pow10(exponent: number): bigint {
  const known = powers[exponent];
  if (known !== undefined) return known;
  const power = 10n ** BigInt(exponent);
  if (exponent <= 128) powers[exponent] = power;
  return power;
}

/** a / b, rounded to the nearest; halves go away from zero, as in Spark. */
export function divideHalfUp(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  const rest = a % b;
  if (rest === 0n) return quotient;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  if (twice < (b < 0n ? -b : b)) return quotient;
  return a < 0n === b < 0n ? quotient + 1n : quotient - 1n;
}

/** `unscaled` of a value at another scale; digits that do not fit are rounded half up. */
export function unscaledAtScale(unscaled: bigint, from: number, to: number): bigint {
  if (to === from) return unscaled;
  return to > from ? unscaled * pow10(to - from) : divideHalfUp(unscaled, pow10(from - to));
}

/** Whether `unscaled` needs more than `precision` digits. */
export function exceeds(unscaled: bigint, precision: number): boolean {
  const bound = pow10(precision);
  return unscaled >= bound || unscaled <= -bound;
}

/** Number of decimal digits; zero has one. */
export function digitsOf(unscaled: bigint): number {
  return (unscaled < 0n ? -unscaled : unscaled).toString().length;
}

/** Precision and scale of a DECIMAL. */
export interface DecimalShape {
  readonly precision: number;
  readonly scale: number;
}

/**
 * A result type that may be too wide for 38 digits loses fraction digits, but keeps six of them.
 *
 * Source: Spark's DecimalType.adjustPrecisionScale.
 */
export function adjusted(precision: number, scale: number): DecimalShape {
  if (precision <= maxPrecision) return { precision, scale };
  const whole = precision - scale;
  return { precision: maxPrecision, scale: Math.max(maxPrecision - whole, Math.min(scale, 6)) };
}

/** Cuts at 38 digits, without shifting the scale: types of sums and means. */
export function bounded(precision: number, scale: number): DecimalShape {
  return { precision: Math.min(precision, maxPrecision), scale: Math.min(scale, maxPrecision) };
}
