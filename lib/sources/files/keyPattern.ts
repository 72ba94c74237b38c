/** The bytes `name":` of a key, to be compared four at a time. */
export interface KeyPattern {
  /** Of the name, its closing quote and the colon. */
  readonly length: number;
  /** Little-endian words at 0, 4, 8, …, as many as fit. */
  readonly words: Int32Array;
  /** The last four bytes, which may overlap with the words. */
  readonly last: number;
  /** UTF-8 of the name with its closing quote. */
  readonly bytes: Uint8Array;
}

export function keyPattern(name: string): KeyPattern {
  const bytes = Buffer.from(`${name}":`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length >> 2;
  return {
    length: bytes.length,
    words: Int32Array.from({ length: whole }, (_, i) => view.getInt32(4 * i, true)),
    last: whole > 0 ? view.getInt32(bytes.length - 4, true) : 0,
    bytes: bytes.subarray(0, -1),
  };
}

/** Whether the pattern stands at `at`. */
export function isPatternAt(view: DataView, at: number, pattern: KeyPattern): boolean {
  const { length, words } = pattern;
  if (at + length > view.byteLength) return false;
  if (words.length === 0) return isShortPatternAt(view, at, pattern);
  for (let i = 0, byte = at; i < words.length; i++, byte += 4) {
    if (view.getInt32(byte, true) !== words[i]) return false;
  }
  return view.getInt32(at + length - 4, true) === pattern.last;
}

function isShortPatternAt(view: DataView, at: number, pattern: KeyPattern): boolean {
  const name = pattern.bytes;
  for (let i = 0; i < name.length; i++) if (view.getUint8(at + i) !== name[i]) return false;
  return view.getUint8(at + name.length) === 58;
}

/** Whether the name and its closing quote stand at `at`, whatever follows. */
export function isNameAt(bytes: Uint8Array, at: number, pattern: KeyPattern): boolean {
  const name = pattern.bytes;
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
}
