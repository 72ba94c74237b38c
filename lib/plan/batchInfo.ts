import type { StageContext } from './planNode.js';

/** What a row function may know of the batch: the same when the batch is replayed. */
export interface BatchInfo {
  /** Spark's `current_timestamp()`: processing time of the batch, ms since the epoch. */
  readonly batchTimestampMs: number;
}

/** A {@link BatchInfo} that always speaks of the current batch of `ctx`. */
export function batchInfo(ctx: StageContext): BatchInfo {
  return {
    get batchTimestampMs() {
      return ctx.batchTimestampMs;
    },
  };
}
