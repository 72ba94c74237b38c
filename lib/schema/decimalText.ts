import { digitsOf, exceeds, maxPrecision, pow10, unscaledAtScale } from './decimalMath.js';

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
export function decimalParts(
  text: string,
  shape?: { readonly precision: number; readonly scale: number },
): DecimalParts | undefined {
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
