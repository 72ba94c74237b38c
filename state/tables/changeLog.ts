import { isDirty } from '../../lib/state/entry.js';
import {
  isEncoded,
  isRemoved,
  markChanged,
  markCommitted,
  markRemoved,
  markRemovedClean,
  type TableEntry,
} from './tableEntry.js';

/** So many are taken out one by one, which keeps the array's memory: a live row changes one entry. */
const fewEntries = 4;
const noEntries: readonly never[] = [];

/**
 * What a batch has changed in one table, in order of the first change, and the counts for progress.
 *
 * Invariant: an entry is in `entries` exactly if its `dirty` is set.
 */
export class ChangeLog<V> {
  private entries: TableEntry<V>[] = [];
  private removedInLog = 0;
  /** Entries up to here have been encoded ahead of the commit. */
  private aheadTo = 0;
  /** What the turn that is under way has changed, once a batch has a second one. */
  private turn: Set<TableEntry<V>> | undefined;
  updated = 0;
  removals = 0;

  constructor(
    /** A commit writes what is in here; otherwise what has left needs no mention. */
    private readonly isWritten: boolean,
  ) {}

  /** The batch has had no other turn: what is dirty has been noted in this one. */
  get isFirstTurn(): boolean {
    return this.turn === undefined;
  }

  add(entry: TableEntry<V>): void {
    markChanged(entry);
    this.entries.push(entry);
    this.updated++;
    if (this.turn !== undefined) this.turn.add(entry);
  }

  /** As `add`, of an entry whose change was counted before it was an entry. */
  addCounted(entry: TableEntry<V>): void {
    this.add(entry);
    this.updated--;
  }

  /** `entry`, which is in the log, has changed again. */
  again(entry: TableEntry<V>): void {
    if (isEncoded(entry)) markChanged(entry);
    if (this.turn !== undefined) this.turn.add(entry);
  }

  /** `entry` has left the table; it stays in the log, for the commit to delete it on disk. */
  remove(entry: TableEntry<V>): void {
    this.removals++;
    if (!isDirty(entry)) {
      if (!this.isWritten) return markRemovedClean(entry);
      this.entries.push(entry);
    }
    markRemoved(entry);
    this.removedInLog++;
  }

  /** What is there and has changed in this turn. The array is not changed by later removals. */
  touched(): readonly TableEntry<V>[] {
    if (this.turn !== undefined) return [...this.turn].filter((entry) => !isRemoved(entry));
    return this.removedInLog === 0
      ? this.entries
      : this.entries.filter((entry) => !isRemoved(entry));
  }

  /** All of it, removals included. */
  all(): readonly TableEntry<V>[] {
    return this.entries;
  }

  /** Whether some entries but the `youngest` last ones have not been encoded ahead. */
  hasAhead(youngest: number): boolean {
    return this.aheadTo + youngest < this.entries.length;
  }

  nextAhead(youngest: number): TableEntry<V> | undefined {
    return this.hasAhead(youngest) ? this.entries[this.aheadTo++] : undefined;
  }

  /** The batch is committed: nothing is dirty any more. Gives what a commit has removed. */
  forget(): readonly TableEntry<V>[] {
    this.turn = undefined;
    this.aheadTo = 0;
    const { entries } = this;
    if (entries.length === 0) return noEntries;
    const removed: TableEntry<V>[] | undefined =
      this.isWritten && this.removedInLog > 0 ? [] : undefined;
    for (const entry of entries) {
      markCommitted(entry);
      if (removed !== undefined && isRemoved(entry)) removed.push(entry);
    }
    if (entries.length > fewEntries) this.entries = [];
    else while (entries.length > 0) entries.pop();
    this.removedInLog = 0;
    return removed ?? noEntries;
  }

  /** The batch never was. */
  clear(): void {
    this.turn = undefined;
    this.aheadTo = 0;
    this.entries = [];
    this.removedInLog = 0;
  }

  beginTurn(): void {
    if (this.turn !== undefined) this.turn.clear();
    else if (this.entries.length > 0) this.turn = new Set();
  }

  beginBatch(): void {
    this.updated = 0;
    this.removals = 0;
  }
}
