import type { ChangeLog } from './changeLog.js';
import type { TableEntry } from './tableEntry.js';

/** What a backend does with a table, whatever its layout. */
export interface StateTable {
  readonly name: string;
  /** Whether its entries count as rows of the operator. */
  readonly counted: boolean;
  readonly size: number;
  /** Entries in memory. */
  readonly cachedCount: number;
  readonly log: ChangeLog<unknown>;
  beginBatch(): void;
  /** What was touched in earlier turns of the batch is not `touched` in this one. */
  beginTurn(): void;
  /** The changes are on their way to the disk, or, in memory, committed. Gives what they remove. */
  forgetChanges(): readonly TableEntry<unknown>[];
  /** `entry` is deleted on disk: its tombstone may go. */
  bury(entry: TableEntry<unknown>): void;
  /** An entry with this time is going to the disk. */
  noteStored(time: number): void;
  /**
   * In sweep number `sweep`: drops clean entries not asked for since so many sweeps, at most so many;
   * says how many.
   */
  sweep(sweep: number, unusedFor: number, atMost: number): number;
  /** Forgets everything that is not on a disk below. */
  reset(): void;
  /** As `reset`; every later call fails with `STATE_CLOSED`. */
  close(): void;
}
