import type { JsonBytes } from './jsonBytes.js';
import { skipBlanks, skipString, skipValue } from './jsonSkip.js';
import { isPatternAt, type KeyPattern, keyPattern } from './keyPattern.js';

/** Keys without a column that are remembered. */
const mostOthers = 64;

/** The keys of an object that are columns. */
export class JsonKeys {
  /** Keys that have been seen and are no columns, and the one of them that came last. */
  private readonly others: KeyPattern[] = [];
  private lastOther = -1;
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
    const value = this.afterOther(from, at);
    if (value >= 0) return this.skip(from, value);
    const { bytes, view } = from;
    const { patterns } = this;
    for (let i = 0; i < patterns.length; i++) {
      const pattern = patterns[i];
      if (pattern === undefined || !isPatternAt(view, at, pattern)) continue;
      this.following[before] = i;
      return i;
    }
    const end = bytes[at] === 34 ? skipString(bytes, at, view) : -1;
    if (end < 0) return -2;
    const colon = skipBlanks(bytes, end);
    if (bytes[colon] !== 58 || !this.isOther(from, at, end)) return -2;
    return this.skip(from, colon + 1);
  }

  /** Where the value of a key begins that is known to be no column's; -1: it is another key. */
  private afterOther({ view }: JsonBytes, at: number): number {
    const { others, lastOther } = this;
    for (let n = 1; n <= others.length; n++) {
      const i = (lastOther + n) % others.length;
      const other = others[i] as KeyPattern;
      if (!isPatternAt(view, at, other)) continue;
      this.lastOther = i;
      return at + other.length;
    }
    return -1;
  }

  private skip(from: JsonBytes, at: number): number {
    from.at = skipValue(from.bytes, skipBlanks(from.bytes, at), 1, from.view);
    return from.at < 0 ? -2 : -1;
  }

  /** Keys that are escaped, or not UTF-8, may be other names than their bytes say. */
  private isOther({ bytes }: JsonBytes, at: number, end: number): boolean {
    for (let i = at + 1; i < end; i++) {
      if (bytes[i] === 92 || (bytes[i] as number) >= 128) return false;
    }
    const name = bytes.latin1Slice(at + 1, end - 1);
    if (this.names.includes(name)) return false;
    const pattern = this.others.length < mostOthers ? keyPattern(name) : undefined;
    if (pattern !== undefined) this.others.push(pattern);
    return true;
  }
}
