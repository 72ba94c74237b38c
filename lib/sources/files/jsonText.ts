import type { JsonBytes } from './jsonBytes.js';
import { skipString, specialIn } from './jsonSkip.js';

/**
 * V8 copies parts of a string that are no longer; of a longer one it keeps the whole block alive, and a
 * row may live in state for days.
 */
const copiedChars = 12;

const quote = 34;
const backslash = 92;

/** The string at `at`; null if null stands there. */
export function readText(from: JsonBytes): string | null {
  const { at, bytes, view } = from;
  if (bytes[at] !== quote) return from.none();
  const start = at + 1;
  let end = start;
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
  if (bytes[end] !== quote) return bytes[end] === backslash ? escapedText(from) : from.fail();
  from.at = end + 1;
  if ((beyond & 0x80808080) !== 0) return bytes.utf8Slice(start, end);
  return end - start <= copiedChars
    ? from.latin1.substring(start, end)
    : bytes.latin1Slice(start, end);
}

/** Where strings lose their escapes; its content means nothing between two calls. */
let unescaped = Buffer.alloc(1024) as JsonBytes['bytes'];
let unescapedView = new DataView(unescaped.buffer, unescaped.byteOffset, unescaped.length);

/**
 * A string of ASCII whose escapes are backslashes, quotes and slashes: the byte behind each stays. It is
 * copied four bytes at a time where there is nothing special. Others go to `JSON.parse`.
 */
function escapedText(from: JsonBytes): string | null {
  const { bytes, view } = from;
  let length = 0;
  for (let i = from.at + 1; ; i++) {
    if (length + 4 > unescaped.length) enlarge();
    const word = view.getInt32(i, true);
    if ((word & 0x80808080) !== 0) return parsedText(from);
    if (specialIn(word) === 0) {
      unescapedView.setInt32(length, word, true);
      i += 3;
      length += 4;
      continue;
    }
    let byte = bytes[i] as number;
    if (byte === quote) {
      from.at = i + 1;
      return unescaped.latin1Slice(0, length);
    }
    if (byte === backslash) {
      byte = bytes[++i] as number;
      if (byte !== backslash && byte !== quote && byte !== 47) return parsedText(from);
    } else if (byte < 32) return from.fail();
    unescaped[length++] = byte;
  }
}

function enlarge(): void {
  const larger = Buffer.alloc(unescaped.length * 2);
  unescaped.copy(larger);
  unescaped = larger as JsonBytes['bytes'];
  unescapedView = new DataView(larger.buffer, larger.byteOffset, larger.length);
}

function parsedText(from: JsonBytes): string | null {
  const { at, bytes } = from;
  const after = skipString(bytes, at);
  if (after < 0) return from.fail();
  from.at = after;
  return JSON.parse(bytes.utf8Slice(at, after)) as string;
}
