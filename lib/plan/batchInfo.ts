import type { StageContext } from './planNode.js';

/** What a row function may know of the batch: the same when the batch is replayed. */
export interface BatchInfo {
  /** Spark's `current_timestamp()`: processing time of the batch, ms since the epoch. */
  readonly batchTimestampMs: number;
}

/** A {@link BatchInfo} that always speaks of the current batch of `ctx`. */
export function batchInfo(ctx: StageContext): BatchInfo {
  return new CurrentBatch(ctx);
}

/**
 * All have one hidden class, so that reading the time in a row function stays one load: a getter in a
 * literal is a function of its own, and with it a class of its own, for each object.
 */
class CurrentBatch implements BatchInfo {
  declare readonly batchTimestampMs: number;
  readonly #ctx: StageContext;

  static readonly #timestamp = {
    enumerable: true,
    get(this: CurrentBatch): number {
      return this.#ctx.batchTimestampMs;
    },
  };

  constructor(ctx: StageContext) {
    this.#ctx = ctx;
    Object.defineProperty(this, 'batchTimestampMs', CurrentBatch.#timestamp);
  }
}
