import type { MaybePromise } from '../../lib/maybe.js';
import type { ByteWriter } from '../codec/byteWriter.js';
import type { TableEntry } from './tableEntry.js';

/**
 * The disk under one table; a table in memory has none.
 *
 * - `read` answers synchronously with a new entry, verified and decoded, or undefined.
 * - `scan` visits the stored entries with after < time <= upTo in key order (all, in a keyed table).
 * - What it gives is the state of the last commit: the table merges the batch's changes.
 */
export interface TableBelow<V> {
  /** Under which number the store knows the table. */
  readonly id: number;
  read(mapKey: unknown, key: unknown, time: number): TableEntry<V> | undefined;
  scan(after: number, upTo: number, visit: (entry: TableEntry<V>) => void): MaybePromise<void>;
  /** The smallest stored time above `after` that `skip` does not name. */
  firstTime(
    after: number,
    skip: (mapKey: unknown, time: number) => boolean,
  ): MaybePromise<number | undefined>;
  lastTime(): MaybePromise<number | undefined>;
  /** Appends the key of an entry to `out`. */
  writeKey(out: ByteWriter, entry: TableEntry<V>): void;
  /**
   * Puts the value of an entry, whose key is in `key`, into `out`; gives its checksum.
   * Throws `STATE_NOT_ENCODABLE`.
   */
  writeValue(out: ByteWriter, entry: TableEntry<V>, key: ByteWriter): number;
  /** Number of stored entries. */
  readonly storedCount: number;
  /** Counts the sweeps of the cache; an entry that is asked for takes this number. */
  readonly sweeps: number;
  /** A commit is on its way: the disk may have the old or the new values. */
  readonly writing: boolean;
  /** One more entry has been read into the cache. May sweep. */
  cached(): void;
}
