import {
  type DecimalShape,
  digitsOf,
  exceeds,
  maxPrecision,
  pow10,
  unscaledAtScale,
} from './decimalMath.js';

/** An exact decimal number: `unscaled / 10^scale`. */
export interface DecimalParts {
  readonly unscaled: bigint;
  readonly scale: number;
  readonly precision: number;
}

/** Longer text is no DECIMAL, whatever its value: a bound on what hostile text can cost. */
const maxLength = 1000;

/**
 * Reads `[sign] digits [. digits] [e exponent]`, blanks around it allowed.
 *
 * Out: with `shape`, the value at that scale, rounded half up as in Spark; without, exactly as many
 *      digits as are written. undefined if it is no number, or has too many digits.
 */
export function decimalParts(text: string, shape?: DecimalShape): DecimalParts | undefined {
  if (shape !== undefined) {
    const small = smallUnscaled(text, shape.scale);
    if (Math.abs(small) < smallBound(shape.precision)) {
      return { unscaled: BigInt(small), scale: shape.scale, precision: shape.precision };
    }
  }
  const written = writtenParts(text);
  if (written === undefined) return undefined;
  const unscaled =
    shape === undefined
      ? written.unscaled
      : unscaledAtScale(written.unscaled, written.scale, shape.scale);
  const precision = shape?.precision ?? Math.max(digitsOf(unscaled), written.scale);
  if (precision > maxPrecision || exceeds(unscaled, precision)) return undefined;
  return { unscaled, scale: shape?.scale ?? written.scale, precision };
}

/** Up to 15 digits are exact in a double, which spares the arithmetic of bigints. */
const smallBounds = Array.from({ length: 16 }, (_, digits) => 10 ** digits);
const largestSmall = 10 ** 15;

function smallBound(precision: number): number {
  return smallBounds[precision] ?? largestSmall;
}

/** The unscaled value of plain `[-] digits [. digits]` text that needs no rounding; NaN of any other. */
function smallUnscaled(text: string, scale: number): number {
  const length = text.length;
  if (length > 16 || scale > 15) return Number.NaN;
  const negative = text.charCodeAt(0) === 45;
  let value = 0;
  let digits = 0;
  let fraction = -1;
  for (let i = negative ? 1 : 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits++;
      if (fraction >= 0) fraction++;
    } else if (digit === -2 && fraction < 0) {
      fraction = 0;
    } else {
      return Number.NaN;
    }
  }
  const missing = fraction < 0 ? scale : scale - fraction;
  if (digits === 0 || missing < 0) return Number.NaN;
  const unscaled = value * (smallBounds[missing] ?? Number.NaN);
  return negative ? 0 - unscaled : unscaled;
}

/**
 * The unscaled value of a number at a scale, if its shortest digits need no rounding there; NaN
 * otherwise. A double equals `unscaled / 10^scale` of at most 15 digits exactly if that is its
 * shortest spelling.
 */
export function smallUnscaledOf(value: number, shape: DecimalShape): number {
  const power = smallBounds[shape.scale] ?? Number.NaN;
  const unscaled = Math.round(value * power);
  const exact = unscaled / power === value && Math.abs(unscaled) < smallBound(shape.precision);
  return exact ? unscaled : Number.NaN;
}

function writtenParts(text: string): { unscaled: bigint; scale: number } | undefined {
  if (text.length > maxLength) return undefined;
  let at = 0;
  let end = text.length;
  while (text.charCodeAt(at) <= 32) at++;
  while (end > at && text.charCodeAt(end - 1) <= 32) end--;
  const negative = text.charCodeAt(at) === 45;
  if (negative || text.charCodeAt(at) === 43) at++;
  const wholeEnd = digitsEnd(text, at, end);
  let scale = 0;
  let digitsAfter = wholeEnd;
  if (text.charCodeAt(wholeEnd) === 46 && wholeEnd < end) {
    digitsAfter = digitsEnd(text, wholeEnd + 1, end);
    scale = digitsAfter - wholeEnd - 1;
  }
  if (wholeEnd - at + scale === 0) return undefined;
  const unscaled = unscaledOf(text.slice(at, wholeEnd) + text.slice(wholeEnd + 1, digitsAfter));
  const signed = negative ? -unscaled : unscaled;
  if (digitsAfter === end) return { unscaled: signed, scale };
  return withExponent(signed, scale, text, digitsAfter, end);
}

/** Text of up to 15 digits is exact as a number, which is faster than BigInt's own reading. */
function unscaledOf(digits: string): bigint {
  return digits.length <= 15 ? BigInt(Number(digits)) : BigInt(digits);
}

function withExponent(
  unscaled: bigint,
  scale: number,
  text: string,
  at: number,
  end: number,
): { unscaled: bigint; scale: number } | undefined {
  const mark = text.charCodeAt(at);
  if (mark !== 101 && mark !== 69) return undefined;
  const sign = text.charCodeAt(at + 1);
  const first = sign === 45 || sign === 43 ? at + 2 : at + 1;
  if (first >= end || end - first > 6 || digitsEnd(text, first, end) !== end) return undefined;
  const exponent = Number(text.slice(at + 1, end));
  if (unscaled === 0n) return { unscaled, scale: 0 };
  const shifted = scale - exponent;
  // beyond this no digit reaches 38 places on either side of the point
  if (shifted > 2 * maxLength) return { unscaled: 0n, scale: 0 };
  if (shifted < -maxPrecision) return undefined;
  return shifted >= 0
    ? { unscaled, scale: shifted }
    : { unscaled: unscaled * pow10(-shifted), scale: 0 };
}

function digitsEnd(text: string, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) break;
    at++;
  }
  return at;
}

/** The digits with the point in its place; never an exponent. */
export function decimalToText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}
