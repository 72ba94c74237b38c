import type { JsonBytes } from './jsonBytes.js';
import { skipString, specialIn } from './jsonSkip.js';

const quote = 34;
const backslash = 92;

/** How the string at `at` is written: none or not usual, ASCII only, beyond it, with escapes. */
export const noText = 0;
export const asciiText = 1;
export const wideText = 2;
export const escapedText = 3;

/** Passes a string, with `at` then behind its closing quote; one with escapes is left for others. */
export function passText(from: JsonBytes): number {
  const { at, bytes, view } = from;
  if (bytes[at] !== quote) {
    from.none();
    return noText;
  }
  let end = at + 1;
  let beyond = 0; // has the high bit of a byte set that is beyond ASCII
  let word = 0;
  let special = 0;
  // `specialIn`, by hand: the functions that call this one use up what V8 inlines by itself
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
    if (bytes[end] === backslash) return escapedText;
    from.at = -1;
    return noText;
  }
  from.at = end + 1;
  return (beyond & 0x80808080) === 0 ? asciiText : wideText;
}

/** The string at `at`; null if null stands there. */
export function readText(from: JsonBytes): string | null {
  const start = from.at + 1;
  switch (passText(from)) {
    case asciiText:
      return textAt(from, start, from.at - 1);
    case wideText:
      return textAt(from, start, 1 - from.at);
    case escapedText: {
      const length = withoutEscapes(from);
      return length < 0 ? parsedText(from) : unescaped.latin1Slice(0, length);
    }
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

/** Bytes of the string that lost its escapes last. */
export function copyUnescaped(length: number, into: Uint8Array, at: number): void {
  unescaped.copy(into, at, 0, length);
}

/**
 * Passes a string of ASCII whose escapes are backslashes, quotes and slashes: the byte behind each stays.
 * It is copied four bytes at a time where there is nothing special. Others are left: -1, instead of the
 * length of what is copied.
 */
export function withoutEscapes(from: JsonBytes): number {
  const { bytes, view } = from;
  let length = 0;
  for (let i = from.at + 1; ; i++) {
    if (length + 4 > unescaped.length) enlarge();
    const word = view.getInt32(i, true);
    if ((word & 0x80808080) !== 0) return -1;
    if (specialIn(word) === 0) {
      unescapedView.setInt32(length, word, true);
      i += 3;
      length += 4;
      continue;
    }
    let byte = bytes[i] as number;
    if (byte === quote) {
      from.at = i + 1;
      return length;
    }
    if (byte === backslash) {
      byte = bytes[++i] as number;
      if (byte !== backslash && byte !== quote && byte !== 47) return -1;
    } else if (byte < 32) return -1;
    unescaped[length++] = byte;
  }
}

function enlarge(): void {
  const larger = Buffer.alloc(unescaped.length * 2);
  unescaped.copy(larger);
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
