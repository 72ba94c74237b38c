import type { Entry } from '../../lib/state/stateStore.js';

/**
 * The one class of entries, in memory and above a disk: monomorphic, so that a probe is one `Map`
 * lookup and a few field reads.
 */
export class TableEntry<V> implements Entry<V> {
  /** Changed since the last commit; then it is in the table's change log. */
  dirty = false;
  /** Removed in this batch; kept in its map only if the disk still has it. */
  removed = false;
  /** Whether the last commit has it on disk, and then the checksum of key and value there. */
  stored = false;
  checksum = 0;
  /** Sweep of the cache in which it was last asked for. */
  usedIn = 0;

  constructor(
    /** `canonicalKey(key)`: where its map has it. */
    readonly mapKey: unknown,
    readonly key: unknown,
    readonly time: number,
    public value: V,
  ) {}

  /** This entry comes back for one removed since the last commit, which the disk still has. */
  takeOver(tombstone: TableEntry<V>): void {
    this.stored = tombstone.stored;
    this.checksum = tombstone.checksum;
    tombstone.stored = false;
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
