import type { MaybePromise } from '../../../lib/maybe.js';
import type { Stage, StageContext } from '../../../lib/plan/planNode.js';
import type { KeyedTable, TimedTable } from '../../../lib/state/stateStore.js';

/** When a key first seen at `time` is forgotten (ms); no event time counts as 1970, as in Spark. */
export function expiryOf(time: number, delayMs: number): number {
  return (Number.isNaN(time) ? 0 : time) + delayMs;
}

/**
 * Remembers a key until the watermark reaches its expiry: `seen := key -> expiry`, and
 * `expiries := expiry key -> null`, the index by which it is evicted.
 */
export class ExpiringDedupStage implements Stage {
  private readonly seen: KeyedTable<number>;
  private readonly expiries: TimedTable<null>;
  private dropped = 0;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly keyOf: (row: unknown) => unknown,
    private readonly delayMs: number,
  ) {
    this.seen = ctx.state.keyed<number>('seen');
    this.expiries = ctx.state.timed<null>('expiries', { counted: false });
  }

  prepare(): MaybePromise<void> {
    return this.expiries.load(this.ctx.evictionWatermark);
  }

  next(row: unknown, time: number): void {
    if (time <= this.ctx.lateWatermark) {
      // NaN is never late
      this.ctx.late(row, time);
      return;
    }
    const key = this.keyOf(row);
    if (this.seen.find(key) !== undefined) {
      this.dropped += 1; // a repeat does not extend the expiry
      return;
    }
    const expiry = expiryOf(time, this.delayMs);
    this.seen.insert(key, expiry);
    this.expiries.insert(expiry, key, null);
    this.out.next(row, time);
  }

  endBatch(): void {
    for (const due of this.expiries.due(this.ctx.evictionWatermark)) {
      const entry = this.seen.find(due.key);
      if (entry !== undefined) this.seen.remove(entry);
      this.expiries.remove(due);
    }
    if (this.dropped > 0) this.ctx.count('numDroppedDuplicateRows', this.dropped);
    this.dropped = 0;
    this.out.endBatch();
  }
}
