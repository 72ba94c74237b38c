import { isPackedPair, unpackedPair } from '../../lib/state/packedPair.js';
import type { Entry } from '../../lib/state/stateStore.js';

/** Changed since the last commit; then it is in the table's change log. */
const isDirty = 1;
/** Removed in this batch; kept in its map only if the disk still has it. */
const isRemoved = 2;
/** The last commit has it on disk. */
const isStored = 4;
/** What it is now is in the write batch of the commit to come. */
const isEncoded = 8;
/** Its key is a pair, which `mapKey` tells; a flag, so that `isChanged` is one comparison. */
const isPair = 16;
const flags = isDirty | isRemoved | isStored | isEncoded | isPair;
const flagBits = 5;
/** Numbers of sweeps begin again behind this one: with the flags they fit a small integer of V8. */
const lastSweep = (1 << (30 - flagBits)) - 1;

/**
 * What a table keeps of a key: there are as many as there are keys, so that each field counts.
 * In memory and above a disk the same, so that a probe is one `Map` lookup and a few field reads.
 */
export abstract class TableEntry<V> implements Entry<V> {
  /** Flags, and above them the sweep of the cache in which it was last asked for. */
  private marks: number;
  /** Of key and value on disk, if they are there. */
  checksum = 0;

  /** undefined: of a pair. */
  private readonly keptKey: unknown;

  constructor(
    /** `canonicalKey(key)`: where its map has it. */
    readonly mapKey: unknown,
    key: unknown,
    public value: V,
  ) {
    const isOfPair = isPackedPair(mapKey);
    this.marks = isOfPair ? isPair : 0;
    this.keptKey = isOfPair ? undefined : key;
  }

  abstract readonly time: number;

  get key(): unknown {
    return this.keptKey === undefined ? unpackedPair(this.mapKey as number) : this.keptKey;
  }

  get dirty(): boolean {
    return (this.marks & isDirty) !== 0;
  }
  get removed(): boolean {
    return (this.marks & isRemoved) !== 0;
  }
  get stored(): boolean {
    return (this.marks & isStored) !== 0;
  }
  get encoded(): boolean {
    return (this.marks & isEncoded) !== 0;
  }

  /** Dirty, still there, and no pair, whose number in its map is another key's own. */
  get isChanged(): boolean {
    return (this.marks & (isDirty | isRemoved | isPair)) === isDirty;
  }

  changed(): void {
    this.marks = (this.marks | isDirty) & ~isEncoded;
  }
  leaves(): void {
    this.marks = (this.marks | isDirty | isRemoved) & ~isEncoded;
  }
  /** In memory: no log needs to know that it has gone. */
  leavesClean(): void {
    this.marks |= isRemoved;
  }
  encodedAhead(): void {
    this.marks |= isEncoded;
  }
  committed(): void {
    this.marks &= ~(isDirty | isEncoded);
  }

  /** The disk has it, or will when the commit under way has answered. */
  storedAs(checksum: number): void {
    this.marks |= isStored;
    this.checksum = checksum;
  }
  forgottenByDisk(): void {
    this.marks &= ~isStored;
  }

  usedIn(sweep: number): void {
    this.marks = (this.marks & flags) | (sweep << flagBits);
  }
  /** How many sweeps ago it was last asked for. */
  unusedFor(sweep: number): number {
    return (sweep - (this.marks >>> flagBits)) & lastSweep;
  }

  /** This entry comes back for one removed since the last commit, which the disk still has. */
  takeOver(tombstone: TableEntry<V>): void {
    if (!tombstone.stored) return;
    this.storedAs(tombstone.checksum);
    tombstone.forgottenByDisk();
  }
}

/** The number of the sweep that follows. */
export function nextSweep(sweep: number): number {
  return (sweep + 1) & lastSweep;
}

/** An entry of a keyed table. */
export class KeyedEntry<V> extends TableEntry<V> {
  get time(): number {
    return Number.NaN;
  }
}

/** An entry of a timed table. */
export class TimedEntry<V> extends TableEntry<V> {
  constructor(
    mapKey: unknown,
    key: unknown,
    value: V,
    readonly time: number,
  ) {
    super(mapKey, key, value);
  }
}

/**
 * Whether a removed entry must stay in its map: while the disk has it, or may have it because a commit
 * is on its way, a lookup would find it there again.
 */
export function needsTombstone<V>(
  entry: TableEntry<V>,
  below: { readonly writing: boolean } | undefined,
): boolean {
  return below !== undefined && (entry.stored || below.writing);
}
