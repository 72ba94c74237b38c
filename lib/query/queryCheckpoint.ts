import type { MaybePromise } from '../maybe.js';
import type { SavepointInfo } from '../savepoint/beginSavepoint.js';
import type { Json } from '../sources/source.js';
import type { EpochRecord, StateBackend } from '../state/stateBackend.js';

/** One source's part of a turn: rows after `after`, up to and including `upTo`. */
export interface PlannedRange {
  readonly source: string;
  readonly after: Json;
  readonly upTo: Json;
}

/** What a batch reads; in continuous mode an epoch has many turns. */
export interface PlannedTurn {
  /** Processing time of its rows, ms since the epoch. */
  readonly timestampMs: number;
  /** Watermark used in this turn (ms); null: the query declares none. */
  readonly watermarkMs: number | null;
  readonly ranges: readonly PlannedRange[];
}

/** What is fixed about a batch, durably, before a sink sees its rows. */
export interface PlanEntry {
  readonly batchId: number;
  /** Watermark used in the turn before the first of this batch (ms). */
  readonly previousWatermarkMs: number | null;
  readonly turns: readonly PlannedTurn[];
  readonly closing: boolean;
}

/** A copy of the last commit that is to be made. */
export interface SavepointRequest {
  readonly directory: string;
  /** The last committed batch. */
  readonly batchId: number;
  readonly nowMs: number;
}

/** The durable side of a query as its life cycle needs it; `lib/checkpoint` has the real one. */
export interface QueryCheckpoint {
  readonly queryId: string;
  /** First batch that the sink has had under this id: behind the savepoint in a fork. Absent: 0. */
  readonly sinkSince?: number;
  /** No batch has ever been planned. */
  readonly isNew: boolean;
  readonly lastPlanned: PlanEntry | undefined;
  readonly lastEpoch: EpochRecord | undefined;
  /** Plans that are not committed, oldest first; absent: at most the newest. Several after a restore. */
  readonly replays?: readonly PlanEntry[];
  readonly backend: StateBackend;
  /**
   * A turn of the epoch under way has run. It is written now: the text of ten thousand, made at once, would
   * hold up the rows behind them. Absent: plans are not kept.
   */
  addTurn?(turn: PlannedTurn): void;
  /**
   * Durable when it answers. It counts only once `before`, the commit of the batch before, has answered,
   * and not at all if that fails; what it can it writes meanwhile. The turns that were added since the
   * last plan, if any, stand for its own.
   */
  plan(entry: PlanEntry, before?: MaybePromise<void>): MaybePromise<void>;
  /** Forgets what is older than the retained batches. */
  purge(batchId: number): MaybePromise<void>;
  sourceDirectory(sourceId: string): string | undefined;
  /**
   * Called between two batches. Copies the position at once; what it answers copies the state, as it was
   * at the call, while the query runs on. Absent: nothing is kept that could be copied.
   */
  beginSavepoint?(copy: SavepointRequest): MaybePromise<() => Promise<SavepointInfo>>;
  close(): MaybePromise<void>;
}
