import { canonicalKey } from '../../lib/state/canonicalKey.js';
import { type Entry, entryTime } from '../../lib/state/entry.js';

/** A timer or timeout: what fires, and when. */
export interface Due {
  readonly time: number;
  readonly key: unknown;
}

/**
 * Order in which timers fire: by time, and at one time by key. A table alone keeps keys of one time
 * in the order in which they came, which a restart forgets; a batch that is replayed has to give its
 * rows in the same order, because `limit` and `first` behind depend on it.
 */
export function compareDue(a: Due, b: Due): number {
  return a.time - b.time || compareCanonical(canonicalKey(a.key, ''), canonicalKey(b.key, ''));
}

/** The same order, of entries of a table. */
export function compareEntries(a: Entry<unknown>, b: Entry<unknown>): number {
  return entryTime(a) - entryTime(b) || compareKeys(a, b);
}

/** The order of keys at one time. */
export function compareKeys(a: Entry<unknown>, b: Entry<unknown>): number {
  return compareCanonical(a.mapKey, b.mapKey);
}

/** What is due at one time, in order of key: for stages whose order matters downstream. */
export function inKeyOrder<E extends Entry<unknown>>(entries: readonly E[]): readonly E[] {
  if (entries.length < 2) return entries;
  return byWholeKey(entries) ?? [...entries].sort(compareEntries);
}

/** As `compareEntries` for keys that are whole numbers from 0 to 2^32; undefined: another is among them. */
function byWholeKey<E extends Entry<unknown>>(entries: readonly E[]): readonly E[] | undefined {
  const keys = new Float64Array(entries.length);
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < entries.length; i++) {
    const key = entries[i]?.mapKey;
    if (typeof key !== 'number' || key >>> 0 !== key) return undefined;
    keys[i] = key;
    if (key < least) least = key;
    if (key > most) most = key;
  }
  const dense = most - least < mostSlots * entries.length;
  return (dense ? bySlot(entries, keys, least, most) : undefined) ?? byPacked(entries, keys);
}

/** So many slots an entry cost less than to sort: numbers that were given one after the other lie close. */
const mostSlots = 16;

/** Each entry at the slot of its key; undefined: two have one key. */
function bySlot<E>(
  entries: readonly E[],
  keys: Float64Array,
  least: number,
  most: number,
): readonly E[] | undefined {
  const slots = new Uint32Array(most - least + 1);
  for (let i = 0; i < keys.length; i++) {
    const slot = (keys[i] as number) - least;
    if (slots[slot] !== 0) return undefined;
    slots[slot] = i + 1;
  }
  const sorted: E[] = [];
  for (let slot = 0; slot < slots.length; slot++) {
    const no = slots[slot] as number;
    if (no !== 0) sorted.push(entries[no - 1] as E);
  }
  return sorted;
}

/** Small enough for a key of 32 bits before it in the 53 bits of a whole double. */
const mostPacked = 2 ** 20;

/** Key and index as one double, which V8 sorts without a call per comparison. */
function byPacked<E>(entries: readonly E[], keys: Float64Array): readonly E[] | undefined {
  if (entries.length > mostPacked) return undefined;
  const packed = keys.map((key, i) => key * mostPacked + i).sort();
  const sorted: E[] = [];
  for (const each of packed) {
    // The remainder, without the call that `%` of doubles is.
    sorted.push(entries[each - Math.floor(each / mostPacked) * mostPacked] as E);
  }
  return sorted;
}

/** Any order will do, as long as it is total: kinds by name, then by value. */
function compareCanonical(a: unknown, b: unknown): number {
  const [kindA, kindB] = [typeof a, typeof b];
  if (kindA !== kindB) return kindA < kindB ? -1 : 1;
  if (kindA === 'object' || a === b) return 0; // null is the only object
  const [x, y] = [a as string, b as string]; // numbers, bigints and booleans compare alike
  if (x < y) return -1;
  if (x > y) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
