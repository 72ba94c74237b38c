/** Deeper values are bad records: nothing that walks them may overflow the stack. */
export const maxJsonDepth = 500;

const bad = -1;

/** The position after spaces, tabs and carriage returns; a line feed ends the line, so it stays. */
export function skipBlanks(bytes: Uint8Array, at: number): number {
  let i = at;
  for (let byte = bytes[i]; byte === 32 || byte === 9 || byte === 13; byte = bytes[i]) i++;
  return i;
}

/**
 * The position after the JSON value at `at`, or -1 if there is none: exactly what `JSON.parse` takes,
 * less line feeds and what is nested too deep. `bytes` must hold a line feed behind the value.
 *
 * `view`: the same bytes and some behind them, with which strings are passed four bytes at a time.
 */
export function skipValue(bytes: Uint8Array, at: number, depth = 0, view?: DataView): number {
  switch (bytes[at]) {
    case 34:
      return skipString(bytes, at, view);
    case 123:
      return depth < maxJsonDepth ? skipObject(bytes, at, depth + 1, view) : bad;
    case 91:
      return depth < maxJsonDepth ? skipArray(bytes, at, depth + 1, view) : bad;
    case 116:
      return skipWord(bytes, at, 'true');
    case 102:
      return skipWord(bytes, at, 'false');
    case 110:
      return skipWord(bytes, at, 'null');
    default:
      return skipNumber(bytes, at);
  }
}

/** After the closing quote. Bytes beyond ASCII are not looked at: any of them decode to something. */
export function skipString(bytes: Uint8Array, at: number, view?: DataView): number {
  for (let i = at + 1; ; i++) {
    if (view !== undefined) i = specialAt(view, i);
    const byte = bytes[i] ?? 0;
    if (byte === 34) return i + 1;
    if (byte < 32) return bad;
    if (byte !== 92) continue;
    const escaped = bytes[++i] ?? 0;
    if (escaped === 92 || escaped === 34) continue;
    if (escaped === 117) {
      for (let digit = 1; digit <= 4; digit++) if (!isHex(bytes[i + digit] ?? 0)) return bad;
      i += 4;
    } else if (!escapes.includes(escaped)) return bad;
  }
}

/** The next quote, backslash or control character. */
function specialAt(view: DataView, at: number): number {
  let i = at;
  let special = specialIn(view.getInt32(i, true));
  while (special === 0) {
    i += 4;
    special = specialIn(view.getInt32(i, true));
  }
  return i + firstIn(special);
}

/**
 * Four bytes at once: the high bit of each that is a quote, a backslash or a control character. Of the
 * lowest such byte it is exact; a borrow may set the bit of a byte above one.
 */
export function specialIn(word: number): number {
  const quoted = word ^ 0x22222222;
  const slashed = word ^ 0x5c5c5c5c;
  const found =
    ((quoted - 0x01010101) & ~quoted) |
    ((slashed - 0x01010101) & ~slashed) |
    ((word - 0x20202020) & ~word);
  return found & 0x80808080;
}

/** Which byte of a word, from 0, is the lowest of those that `specialIn` has found. */
export function firstIn(special: number): number {
  return (31 - Math.clz32(special & -special)) >> 3;
}

/** `/ b f n r t`, beside quote and backslash */
const escapes: readonly number[] = [47, 98, 102, 110, 114, 116];

function isHex(byte: number): boolean {
  return isDigit(byte) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?` */
export function skipNumber(bytes: Uint8Array, at: number): number {
  let i = bytes[at] === 45 ? at + 1 : at;
  if (bytes[i] === 48) i++;
  else if (isDigit(bytes[i])) i = skipDigits(bytes, i);
  else return bad;
  if (bytes[i] === 46) {
    if (!isDigit(bytes[i + 1])) return bad;
    i = skipDigits(bytes, i + 1);
  }
  if (bytes[i] === 101 || bytes[i] === 69) {
    i++;
    if (bytes[i] === 43 || bytes[i] === 45) i++;
    if (!isDigit(bytes[i])) return bad;
    i = skipDigits(bytes, i);
  }
  return i;
}

function skipDigits(bytes: Uint8Array, at: number): number {
  let i = at;
  while (isDigit(bytes[i])) i++;
  return i;
}

function skipWord(bytes: Uint8Array, at: number, word: string): number {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return bad;
  return at + word.length;
}

let keys = 0;

/**
 * How many keys `skipValue` has passed in all: those of one value are the difference that it makes. Counted here
 * and not handed down: a value is passed in one go, and one more argument would be paid for by each value in it.
 */
export function keysPassed(): number {
  return keys;
}

function skipArray(bytes: Uint8Array, at: number, depth: number, view?: DataView): number {
  let i = skipBlanks(bytes, at + 1);
  if (bytes[i] === 93) return i + 1;
  for (;;) {
    i = skipValue(bytes, i, depth, view);
    if (i < 0) return bad;
    i = skipBlanks(bytes, i);
    if (bytes[i] === 93) return i + 1;
    if (bytes[i] !== 44) return bad;
    i = skipBlanks(bytes, i + 1);
  }
}

function skipObject(bytes: Uint8Array, at: number, depth: number, view?: DataView): number {
  let i = skipBlanks(bytes, at + 1);
  if (bytes[i] === 125) return i + 1;
  for (;;) {
    if (bytes[i] !== 34) return bad;
    keys++;
    i = skipString(bytes, i, view);
    if (i < 0) return bad;
    i = skipBlanks(bytes, i);
    if (bytes[i] !== 58) return bad;
    i = skipValue(bytes, skipBlanks(bytes, i + 1), depth, view);
    if (i < 0) return bad;
    i = skipBlanks(bytes, i);
    if (bytes[i] === 125) return i + 1;
    if (bytes[i] !== 44) return bad;
    i = skipBlanks(bytes, i + 1);
  }
}
