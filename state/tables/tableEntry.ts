import { dirtyMark, type Entry } from '../../lib/state/entry.js';
import { isPackedPair } from '../../lib/state/packedPair.js';

/** Removed in this batch; kept in its map only if the disk still has it. */
const removedMark = 2;
/** The last commit has it on disk. */
const storedMark = 4;
/** What it is now is in the write batch of the commit to come. */
const encodedMark = 8;
const flags = dirtyMark | removedMark | storedMark | encodedMark;
const flagBits = 4;
/** Numbers of sweeps begin again behind this one: with the flags they fit a small integer of V8. */
const lastSweep = (1 << (30 - flagBits)) - 1;

/**
 * What a table keeps of a key: there are as many as there are keys, so that each field counts.
 * In memory and above a disk the same, so that a probe is one `Map` lookup and a few field reads.
 */
export interface TableEntry<V> extends Entry<V> {
  /** Flags, and above them the sweep of the cache in which it was last asked for. */
  marks: number;
  /** Of key and value on disk, if they are there. */
  checksum: number;
}

/**
 * @param mapKey `canonicalKey(key)`: where its map has it.
 * @param time of a timed table; entries that are given one number on the heap share it.
 */
export function tableEntry<V>(
  mapKey: unknown,
  key: unknown,
  value: V,
  time: number | undefined,
): TableEntry<V> {
  const keptKey = isPackedPair(mapKey) ? undefined : key;
  return { mapKey, keptKey, value, marks: 0, checksum: 0, keptTime: time };
}

/**
 * What leaves without having been an entry before. A literal of its own: V8 puts those of `tableEntry` where
 * objects lie that live long.
 */
export function removedEntry<V>(key: unknown, value: V, time: number): TableEntry<V> {
  return { mapKey: key, keptKey: key, value, marks: removedMark, checksum: 0, keptTime: time };
}

export function isRemoved(entry: TableEntry<unknown>): boolean {
  return (entry.marks & removedMark) !== 0;
}
export function isStored(entry: TableEntry<unknown>): boolean {
  return (entry.marks & storedMark) !== 0;
}
export function isEncoded(entry: TableEntry<unknown>): boolean {
  return (entry.marks & encodedMark) !== 0;
}
/** Dirty, and still there. */
export function isChanged(entry: TableEntry<unknown>): boolean {
  return (entry.marks & (dirtyMark | removedMark)) === dirtyMark;
}

export function markChanged(entry: TableEntry<unknown>): void {
  entry.marks = (entry.marks | dirtyMark) & ~encodedMark;
}
export function markRemoved(entry: TableEntry<unknown>): void {
  entry.marks = (entry.marks | dirtyMark | removedMark) & ~encodedMark;
}
/** In memory: no log needs to know that it has gone. */
export function markRemovedClean(entry: TableEntry<unknown>): void {
  entry.marks |= removedMark;
}
export function markEncodedAhead(entry: TableEntry<unknown>): void {
  entry.marks |= encodedMark;
}
export function markCommitted(entry: TableEntry<unknown>): void {
  entry.marks &= ~(dirtyMark | encodedMark);
}

/** The disk has it, or will when the commit under way has answered. */
export function markStored(entry: TableEntry<unknown>, checksum: number): void {
  entry.marks |= storedMark;
  entry.checksum = checksum;
}
export function markForgottenByDisk(entry: TableEntry<unknown>): void {
  entry.marks &= ~storedMark;
}

export function markUsedIn(entry: TableEntry<unknown>, sweep: number): void {
  entry.marks = (entry.marks & flags) | (sweep << flagBits);
}
/** How many sweeps ago it was last asked for. */
export function unusedSweeps(entry: TableEntry<unknown>, sweep: number): number {
  return (sweep - (entry.marks >>> flagBits)) & lastSweep;
}
/** The number of the sweep that follows. */
export function nextSweep(sweep: number): number {
  return (sweep + 1) & lastSweep;
}

/** `entry` comes back for one removed since the last commit, which the disk still has. */
export function takeOver(entry: TableEntry<unknown>, tombstone: TableEntry<unknown>): void {
  if (!isStored(tombstone)) return;
  markStored(entry, tombstone.checksum);
  markForgottenByDisk(tombstone);
}

/**
 * Whether a removed entry must stay in its map: while the disk has it, or may have it because a commit
 * is on its way, a lookup would find it there again.
 */
export function needsTombstone(
  entry: TableEntry<unknown>,
  below: { readonly writing: boolean } | undefined,
): boolean {
  return below !== undefined && (isStored(entry) || below.writing);
}
