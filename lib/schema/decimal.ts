import {
  adjusted,
  bounded,
  type DecimalShape,
  digitsOf,
  divideHalfUp,
  exceeds,
  maxPrecision,
  pow10,
  unscaledAtScale,
} from './decimalMath.js';
import { decimalParts, decimalToText, smallUnscaledOf } from './decimalText.js';

/** What the arithmetic takes beside a Decimal: whole numbers as `bigint`, others by their digits. */
export type DecimalInput = Decimal | bigint | number | string;

/**
 * An exact decimal number, `unscaled / 10^scale`, of at most 38 digits: the value of a DECIMAL column.
 *
 * Immutable. Arithmetic gives the types that Spark gives (ANSI mode): what does not fit in 38 digits
 * is a RangeError, never a rounded or null result.
 *
 * - `equals` and `compare` compare values: 1.50 equals 1.5.
 * - `a < b`, `Number(a)` go through a double: use `compare` where more than 15 digits matter.
 * - `toJSON` gives the digits as text, so that JSON.stringify loses nothing.
 *
 * @example
 * Decimal.of('9.95').mul(3).toString(); // '29.85'
 * @since 0.1.0
 */
export class Decimal {
  /** As it stands, for codecs and sums: nothing is checked. Use {@link Decimal.of} elsewhere. */
  constructor(
    readonly unscaled: bigint,
    readonly scale: number,
    readonly precision: number,
  ) {}

  /**
   * The exact value of text, a bigint, or the shortest digits of a number.
   *
   * Errors: RangeError for what is no finite number or has more than 38 digits; TypeError for others.
   */
  static of(input: DecimalInput): Decimal {
    if (input instanceof Decimal) return input;
    if (typeof input === 'bigint') return checked(input, 0, digitsOf(input), String(input));
    if (typeof input !== 'number' && typeof input !== 'string') {
      throw new TypeError(`a Decimal is made of text, a number or a bigint, got ${String(input)}`);
    }
    const parsed = Decimal.tryParse(String(input));
    if (parsed !== undefined) return parsed;
    throw new RangeError(
      `${JSON.stringify(String(input).slice(0, 60))} is no decimal number of at most ${maxPrecision} digits: write it as '12.50'`,
    );
  }

  /** As {@link Decimal.of} for text, at the scale of `shape`, rounded half up; undefined if it does not fit. */
  static tryParse(text: string, shape?: DecimalShape): Decimal | undefined {
    const parts = decimalParts(text, shape);
    return parts && new Decimal(parts.unscaled, parts.scale, parts.precision);
  }

  /** A number by its shortest digits, at the scale of `shape`; undefined if it does not fit. */
  static tryNumber(value: number, shape: DecimalShape): Decimal | undefined {
    const small = smallUnscaledOf(value, shape);
    if (!Number.isNaN(small)) return new Decimal(BigInt(small), shape.scale, shape.precision);
    return Decimal.tryParse(String(value), shape);
  }

  /** The type of a `sum` over a column: ten digits more, as in Spark. */
  static sumShape(column: DecimalShape): DecimalShape {
    return bounded(column.precision + 10, column.scale);
  }

  /** The type of an `avg` over a column: four digits more behind the point, as in Spark. */
  static avgShape(column: DecimalShape): DecimalShape {
    return bounded(column.precision + 4, column.scale + 4);
  }

  add(other: DecimalInput): Decimal {
    const b = Decimal.of(other);
    const scale = Math.max(this.scale, b.scale);
    const whole = Math.max(this.precision - this.scale, b.precision - b.scale) + 1;
    const sum =
      unscaledAtScale(this.unscaled, this.scale, scale) +
      unscaledAtScale(b.unscaled, b.scale, scale);
    return fitted(sum, scale, adjusted(whole + scale, scale), this, '+', b);
  }

  sub(other: DecimalInput): Decimal {
    return this.add(Decimal.of(other).negated());
  }

  mul(other: DecimalInput): Decimal {
    const b = Decimal.of(other);
    const shape = adjusted(this.precision + b.precision + 1, this.scale + b.scale);
    return fitted(this.unscaled * b.unscaled, this.scale + b.scale, shape, this, '*', b);
  }

  /** Errors: RangeError for a division by zero. */
  div(other: DecimalInput): Decimal {
    const b = Decimal.of(other);
    if (b.unscaled === 0n) throw new RangeError(`${this} / 0: a Decimal is not divided by zero`);
    const fraction = Math.max(6, this.scale + b.precision + 1);
    const shape = adjusted(this.precision - this.scale + b.scale + fraction, fraction);
    const shift = shape.scale + b.scale - this.scale;
    const quotient =
      shift >= 0
        ? divideHalfUp(this.unscaled * pow10(shift), b.unscaled)
        : divideHalfUp(this.unscaled, b.unscaled * pow10(-shift));
    return fitted(quotient, shape.scale, shape, this, '/', b);
  }

  negated(): Decimal {
    return new Decimal(-this.unscaled, this.scale, this.precision);
  }

  abs(): Decimal {
    return this.unscaled < 0n ? this.negated() : this;
  }

  /** −1, 0 or 1. */
  sign(): -1 | 0 | 1 {
    return this.unscaled === 0n ? 0 : this.unscaled < 0n ? -1 : 1;
  }

  /** Negative, zero or positive, as `this` is smaller than, equal to or larger than `other`. */
  compare(other: DecimalInput): -1 | 0 | 1 {
    const b = Decimal.of(other);
    const scale = Math.max(this.scale, b.scale);
    const left = unscaledAtScale(this.unscaled, this.scale, scale);
    const right = unscaledAtScale(b.unscaled, b.scale, scale);
    return left === right ? 0 : left < right ? -1 : 1;
  }

  equals(other: DecimalInput): boolean {
    return this.compare(other) === 0;
  }

  /**
   * The value at another scale, rounded half up, in a type of `precision` digits.
   *
   * Errors: RangeError when it has more digits than that.
   */
  rescale(scale: number, precision: number = maxPrecision): Decimal {
    if (
      !(Number.isInteger(scale) && scale >= 0 && scale <= precision && precision <= maxPrecision)
    ) {
      throw new RangeError(
        `DECIMAL(${precision},${scale}) is no type: 0 <= scale <= precision <= 38`,
      );
    }
    return checked(unscaledAtScale(this.unscaled, this.scale, scale), scale, precision, `${this}`);
  }

  /** The nearest double. */
  toNumber(): number {
    return Number(decimalToText(this.unscaled, this.scale));
  }

  /** All digits, without an exponent: '-0.050'. */
  toString(): string {
    return decimalToText(this.unscaled, this.scale);
  }

  toJSON(): string {
    return this.toString();
  }

  /** `Number(d)` and `a < b` see a double, templates and `String(d)` the digits. */
  [Symbol.toPrimitive](hint: string): number | string {
    return hint === 'number' ? this.toNumber() : this.toString();
  }
}

function fitted(
  unscaled: bigint,
  scale: number,
  shape: DecimalShape,
  a: Decimal,
  operation: string,
  b: Decimal,
): Decimal {
  const at = unscaledAtScale(unscaled, scale, shape.scale);
  if (!exceeds(at, shape.precision)) return new Decimal(at, shape.scale, shape.precision);
  throw new RangeError(
    `${a} ${operation} ${b} needs more than ${maxPrecision} digits: rescale the operands first`,
  );
}

function checked(unscaled: bigint, scale: number, precision: number, shown: string): Decimal {
  if (precision <= maxPrecision && !exceeds(unscaled, precision)) {
    return new Decimal(unscaled, scale, precision);
  }
  throw new RangeError(
    `${shown.slice(0, 60)} does not fit DECIMAL(${Math.min(precision, maxPrecision)},${scale}): take more digits`,
  );
}
