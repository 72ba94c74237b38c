/**
 * Pairs of small whole numbers as one number, a key under which a `Map` finds them with less than half of
 * the work of a string, and from which the pair can be made again, so that nobody has to keep it.
 *
 * packed := 2^52 + first · 2^26 + second      both from 0 up to, not including, 2^26
 */
const most = 2 ** 26;
const firstPacked = 2 ** 52;

/** 0: another kind of key, or a number of it is negative, too large or not whole. */
export function packedPair(key: unknown): number {
  if (!Array.isArray(key) || key.length !== 2) return 0;
  const first: unknown = key[0];
  const second: unknown = key[1];
  return isSmall(first) && isSmall(second) ? firstPacked + first * most + second : 0;
}

/** Without its higher bits and its fraction it is the same. */
function isSmall(item: unknown): item is number {
  return typeof item === 'number' && (item & (most - 1)) === item;
}

/** Whether it is one of the numbers that stand for pairs. */
export function isPackedPair(mapKey: unknown): mapKey is number {
  return typeof mapKey === 'number' && mapKey >= firstPacked && mapKey < 2 * firstPacked;
}

export function unpackedPair(packed: number): readonly [number, number] {
  const both = packed - firstPacked;
  const first = Math.floor(both / most);
  return [first, both - first * most];
}
