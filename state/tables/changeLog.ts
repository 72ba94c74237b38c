import type { TableEntry } from './tableEntry.js';

/**
 * What a batch has changed in one table, in order of the first change, and the counts for progress.
 *
 * Invariant: an entry is in `entries` exactly if its `dirty` is set.
 */
export class ChangeLog<V> {
  private entries: TableEntry<V>[] = [];
  private removedInLog = 0;
  updated = 0;
  removals = 0;

  add(entry: TableEntry<V>): void {
    entry.dirty = true;
    this.entries.push(entry);
    this.updated++;
  }

  /** `entry` has left the table; it stays in the log, for the commit to delete it on disk. */
  remove(entry: TableEntry<V>): void {
    this.removals++;
    entry.removed = true;
    if (!entry.dirty) {
      entry.dirty = true;
      this.entries.push(entry);
    }
    this.removedInLog++;
  }

  /** What is there and changed. The array is not changed by later removals. */
  touched(): readonly TableEntry<V>[] {
    return this.removedInLog === 0 ? this.entries : this.entries.filter((entry) => !entry.removed);
  }

  /** All of it, removals included. */
  all(): readonly TableEntry<V>[] {
    return this.entries;
  }

  /** The batch is committed: nothing is dirty any more. */
  forget(): void {
    if (this.entries.length === 0) return;
    for (const entry of this.entries) entry.dirty = false;
    this.entries = [];
    this.removedInLog = 0;
  }

  /** The batch never was. */
  clear(): void {
    this.entries = [];
    this.removedInLog = 0;
  }

  beginBatch(): void {
    this.updated = 0;
    this.removals = 0;
  }
}
