import { BAD, type ValueReader } from '../../schema/bad.js';
import type { JsonBytes } from './jsonBytes.js';
import { skipNumber } from './jsonSkip.js';
import { readText } from './jsonText.js';

/** More digits may not be exact in a double. */
const exactDigits = 15;
/** Powers of ten that are exact in a double. */
const powers = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

const quote = 34;

/** What is read of a number, beside the usual, and what must come out of all of it. */
export interface NumberRules {
  /** Both included. */
  readonly min: number;
  readonly max: number;
  /** Whether digits count that a double does not hold. */
  readonly exact: boolean;
  readonly convert: ValueReader<unknown>;
}

/** A whole number between `min` and `max`. The digits are added up in 32 bits, nine at a time. */
export function readWhole(from: JsonBytes, rules: NumberRules): unknown {
  const { at, bytes } = from;
  const start = bytes[at] === 45 ? at + 1 : at;
  let i = start;
  let value = 0;
  let digit = (bytes[i] as number) - 48;
  for (const stop = start + 9; i < stop && digit >= 0 && digit <= 9; ) {
    value = (Math.imul(value, 10) + digit) | 0;
    digit = (bytes[++i] as number) - 48;
  }
  if (digit >= 0 && digit <= 9) {
    const middle = i;
    let low = 0;
    for (const stop = start + exactDigits; i < stop && digit >= 0 && digit <= 9; ) {
      low = (Math.imul(low, 10) + digit) | 0;
      digit = (bytes[++i] as number) - 48;
    }
    value = value * (powers[i - middle] as number) + low;
  }
  const byte = digit + 48;
  // A zero in front of others is no JSON; fractions and exponents may still be whole numbers.
  const isUsual = i > start && (bytes[start] !== 48 || i === start + 1);
  if (!isUsual || byte === 46 || (byte | 32) === 101 || (digit >= 0 && digit <= 9)) {
    return readScalar(from, rules);
  }
  from.at = i;
  if (start > at) value = 0 - value;
  return value >= rules.min && value <= rules.max ? value : from.fail();
}

/** A DOUBLE. */
export function readNumber(from: JsonBytes, rules: NumberRules): unknown {
  const { at, bytes } = from;
  const start = bytes[at] === 45 ? at + 1 : at;
  let mantissa = 0;
  let point = -1;
  let i = start;
  for (; ; i++) {
    const byte = bytes[i] as number;
    if (byte >= 48 && byte <= 57) mantissa = mantissa * 10 + (byte - 48);
    else if (byte === 46 && point < 0) point = i;
    else break;
  }
  const end = skipNumber(bytes, at);
  if (end < 0) return readScalar(from, rules);
  from.at = end;
  const digits = i - start - (point < 0 ? 0 : 1);
  if (end !== i || digits > exactDigits) return Number(bytes.latin1Slice(at, end));
  // Both operands are exact, so the quotient is rounded once: what the text stands for.
  const value = point < 0 ? mantissa : mantissa / (powers[i - point - 1] as number);
  return start > at ? -value : value;
}

/** A string or a number that the type's converter takes on. */
export function readScalar(from: JsonBytes, { convert, exact }: NumberRules): unknown {
  const { at, bytes } = from;
  let read: unknown;
  if (bytes[at] === quote) {
    const text = readText(from);
    if (text === null) return null;
    read = convert(text);
  } else {
    const end = skipNumber(bytes, at);
    if (end < 0) return from.none();
    if (exact && end - at > exactDigits) return from.fail(); // `jsonParser` keeps the digits
    from.at = end;
    read = convert(Number(bytes.latin1Slice(at, end)));
  }
  return read === BAD ? from.fail() : read;
}
