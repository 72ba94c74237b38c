import { slackBytes } from './jsonBytes.js';

/** The bytes `"name":` of a key as whole words, to be compared four at a time. */
export interface KeyPattern {
  readonly length: number;
  /** Little-endian words and where they begin; the last may overlap with the one before. */
  readonly words: readonly { readonly at: number; readonly word: number }[];
}

/** undefined for a name that is too short or too long, or that JSON must escape. */
export function keyPattern(name: string): KeyPattern | undefined {
  const text = JSON.stringify(name);
  const bytes = Buffer.from(`${text}:`);
  const { length } = bytes;
  if (text !== `"${name}"` || length < 4 || length > slackBytes / 2) return undefined;
  const starts = Array.from({ length: length >> 2 }, (_, i) => 4 * i);
  if (length % 4 !== 0) starts.push(length - 4);
  return { length, words: starts.map((at) => ({ at, word: bytes.readInt32LE(at) })) };
}

/** Whether the pattern stands at `at`, which has slack bytes behind. */
export function isPatternAt(view: DataView, at: number, { words }: KeyPattern): boolean {
  for (let i = 0; i < words.length; i++) {
    const { at: offset, word } = words[i] as KeyPattern['words'][number];
    if (view.getInt32(at + offset, true) !== word) return false;
  }
  return true;
}
