import type { JsonBytes } from './jsonBytes.js';
import { firstIn, skipString, skipValue, specialIn } from './jsonSkip.js';

const quote = 34;
const backslash = 92;

/**
 * How the string at `at` is written: none or not usual, ASCII only, beyond it, with escapes; or another
 * value stands there, whose text a STRING takes as it is.
 */
const noText = 0;
export const asciiText = 1;
export const wideText = 2;
export const hasEscapes = 3;
export const otherValue = 4;

/** Passes a string, with `at` then behind its closing quote; one with escapes is left for others. */
export function passText(from: JsonBytes): number {
  const { at, bytes, view } = from;
  if (bytes[at] !== quote) return passOther(from);
  let end = at + 1;
  let beyond = 0; // has the high bit of a byte set that is beyond ASCII
  let word = 0;
  let special = 0;
  // `specialIn` and `firstIn`, by hand: the functions that call this one use up what V8 inlines by itself
  for (; ; end += 4) {
    word = view.getInt32(end, true);
    const quoted = word ^ 0x22222222;
    const slashed = word ^ 0x5c5c5c5c;
    special =
      (((quoted - 0x01010101) & ~quoted) |
        ((slashed - 0x01010101) & ~slashed) |
        ((word - 0x20202020) & ~word)) &
      0x80808080;
    if (special !== 0) break;
    beyond |= word;
  }
  const lowest = special & -special;
  beyond |= word & (lowest - 1);
  end += (31 - Math.clz32(lowest)) >> 3;
  if (bytes[end] !== quote) {
    if (bytes[end] === backslash) return hasEscapes;
    from.at = -1;
    return noText;
  }
  from.at = end + 1;
  return (beyond & 0x80808080) === 0 ? asciiText : wideText;
}

/** Passes null, or another value that is no string. */
function passOther(from: JsonBytes): number {
  const { at, bytes, view } = from;
  if (bytes[at] === 110) {
    from.none();
    return noText;
  }
  from.at = skipValue(bytes, at, 1, view);
  return from.at < 0 ? noText : otherValue;
}

/** The string at `at`, or the text of another value; null if null stands there. */
export function readText(from: JsonBytes): string | null {
  const start = from.at + 1;
  switch (passText(from)) {
    case asciiText:
      return textAt(from, start, from.at - 1);
    case wideText:
      return textAt(from, start, 1 - from.at);
    case hasEscapes:
      return escapedText(from);
    case otherValue:
      return textAt(from, start - 1, -from.at);
    default:
      return null;
  }
}

/** Where strings lose their escapes; its content means nothing between two calls. */
let unescaped = Buffer.alloc(1024) as JsonBytes['bytes'];
let unescapedView = new DataView(unescaped.buffer, unescaped.byteOffset, unescaped.length);

/** The string between two positions of a block; the end is negative where it is beyond ASCII. */
export function textAt(block: JsonBytes, start: number, end: number): string {
  return end < 0 ? block.bytes.utf8Slice(start, -end) : block.ascii(start, end);
}

/** `withoutEscapes`: there is another escape, or something that is no ASCII. */
export const notPlain = -1;
/** `withoutEscapes`: the string is longer than the place for it. */
export const noRoom = -2;

/**
 * Passes a string of ASCII whose escapes are backslashes, quotes and slashes: the byte behind each stays.
 * It is copied to `start`, four bytes at a time where there is nothing special; answers where the copy
 * ends. Others are left as they are.
 */
export function withoutEscapes(
  from: JsonBytes,
  into: Uint8Array,
  intoView: DataView,
  start: number,
): number {
  const { bytes, view } = from;
  const last = into.length - 4;
  let end = start;
  for (let i = from.at + 1; ; i++) {
    if (end > last) return noRoom;
    const word = view.getInt32(i, true);
    if ((word & 0x80808080) !== 0) return notPlain;
    const special = specialIn(word);
    intoView.setInt32(end, word, true);
    if (special === 0) {
      i += 3;
      end += 4;
      continue;
    }
    const plain = firstIn(special);
    i += plain;
    end += plain;
    let byte = bytes[i] as number;
    if (byte === quote) {
      from.at = i + 1;
      return end;
    }
    if (byte === backslash) {
      byte = bytes[++i] as number;
      if (byte !== backslash && byte !== quote && byte !== 47) return notPlain;
    } else if (byte < 32) return notPlain;
    into[end++] = byte;
  }
}

function escapedText(from: JsonBytes): string | null {
  let end = withoutEscapes(from, unescaped, unescapedView, 0);
  while (end === noRoom) {
    enlarge();
    end = withoutEscapes(from, unescaped, unescapedView, 0);
  }
  return end === notPlain ? parsedText(from) : unescaped.latin1Slice(0, end);
}

function enlarge(): void {
  const larger = Buffer.alloc(unescaped.length * 4);
  unescaped = larger as JsonBytes['bytes'];
  unescapedView = new DataView(larger.buffer, larger.byteOffset, larger.length);
}

/** As `JSON.parse` reads it. */
export function parsedText(from: JsonBytes): string | null {
  const { at, bytes } = from;
  const after = skipString(bytes, at);
  if (after < 0) return from.fail();
  from.at = after;
  return JSON.parse(bytes.utf8Slice(at, after)) as string;
}
