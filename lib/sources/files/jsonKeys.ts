import type { JsonBytes } from './jsonBytes.js';
import { skipBlanks, skipString, skipValue } from './jsonSkip.js';
import { isPatternAt, type KeyPattern, keyPattern } from './keyPattern.js';

/** The keys of an object that are columns. */
export class JsonKeys {
  readonly patterns: readonly (KeyPattern | undefined)[];
  /**
   * The column that came after the one at an index less 1, the last time: keys mostly come in one order,
   * whatever it is. Only ever a guess.
   */
  readonly following: Int32Array;

  constructor(private readonly names: readonly string[]) {
    this.patterns = names.map(keyPattern);
    this.following = Int32Array.from(
      { length: names.length + 1 },
      (_, i) => i % (names.length || 1),
    );
  }

  /**
   * The column whose key is at `at`, other than the one expected. -1: no column's; `from.at` is then
   * behind its value. -2: no key, or one that is not written as usual.
   */
  find(from: JsonBytes, at: number, before: number): number {
    const { bytes, view } = from;
    const { patterns } = this;
    for (let i = 0; i < patterns.length; i++) {
      const pattern = patterns[i];
      if (pattern === undefined || !isPatternAt(view, at, pattern)) continue;
      this.following[before] = i;
      return i;
    }
    const end = bytes[at] === 34 ? skipString(bytes, at) : -1;
    if (end < 0) return -2;
    const colon = skipBlanks(bytes, end);
    if (bytes[colon] !== 58 || this.mayBeColumn(from, at, end)) return -2;
    from.at = skipValue(bytes, skipBlanks(bytes, colon + 1), 1);
    return from.at < 0 ? -2 : -1;
  }

  /** Keys that are escaped, or not UTF-8, may be other names than their bytes say. */
  private mayBeColumn({ bytes }: JsonBytes, at: number, end: number): boolean {
    for (let i = at + 1; i < end; i++) {
      if (bytes[i] === 92 || (bytes[i] as number) >= 128) return true;
    }
    return this.names.includes(bytes.latin1Slice(at + 1, end - 1));
  }
}
