/**
 * Pairs of small whole numbers as one number, a key under which a `Map` finds them with less than half of
 * the work of a string, and from which the pair can be made again, so that nobody has to keep it.
 *
 * packed := 2^52 + first · 2^26 + second      both from 0 up to, not including, 2^26
 */
const most = 2 ** 26;
const firstPacked = 2 ** 52;

/** undefined: another kind of key, or a number of it is negative, too large or not whole. */
export function packedPair(key: readonly unknown[]): number | undefined {
  if (key.length !== 2) return undefined;
  const [first, second] = key;
  return isSmall(first) && isSmall(second) ? firstPacked + first * most + second : undefined;
}

function isSmall(item: unknown): item is number {
  return typeof item === 'number' && (item | 0) === item && item >= 0 && item < most;
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
