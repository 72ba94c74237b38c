import type { MaybePromise } from '../maybe.js';
import type { BytePage } from './byteStore.js';
import type { StateStore } from './stateStore.js';

/** What one batch leaves behind; writing it is the commit. */
export interface EpochRecord {
  readonly queryId: string;
  readonly batchId: number;
  /** Watermark used in this batch (ms); null: none yet. */
  readonly watermarkMs: number | null;
  /** Watermark of the batch that follows (ms). */
  readonly nextWatermarkMs: number | null;
  /** Node id -> max(event time) - delay so far (ms). */
  readonly watermarkNodes: Readonly<Record<string, number>>;
  /** True when every source has completed: the query ends at once when it is started again. */
  readonly completed: boolean;
}

/**
 * All state of one query, and its commit.
 *
 * - `operator` MUST give the same object for the same id.
 * - `begin` comes before each batch: metrics start anew.
 * - `beginTurn` comes before each turn of a batch (continuous mode has many, others one): `touched`
 *   of the tables starts anew, what the commit writes does not.
 * - `commit` MUST be one synced write of all tables' changes and the epoch record: the batch is
 *   committed when it answers, and not at all when it fails. In memory it forgets the dirty marks. The
 *   changes are those at the call: the next batch may `begin` while the commit is on its way, and only
 *   one is. With `after` nothing is written before that has answered, and nothing at all if it fails.
 * - `encodeSome`, if there, may be called once the last turn of a batch is over, also while the commit before is on
 *   its way: it encodes some of the changes, which the commit need not do then; false: none are left.
 * - `abort` MUST forget all changes of the batch and every cached value. In memory there is nothing to
 *   go back to: the store answers `STATE_CLOSED` afterwards.
 * - `close` twice is fine; nothing else follows it (`STATE_CLOSED`).
 */
export interface StateBackend {
  operator(operatorId: string): StateStore;
  begin(): void;
  beginTurn(): void;
  encodeSome?(): boolean;
  commit(record: EpochRecord, after?: MaybePromise<void>): MaybePromise<void>;
  abort(): void;
  close(): MaybePromise<void>;
  /**
   * Everything that the last commit left, as bytes; called between two batches, and what is committed
   * afterwards MUST NOT show. Verified while it is read (`STATE_CORRUPT`). Absent: there is no copy.
   */
  snapshot?(): AsyncIterable<BytePage>;
}
