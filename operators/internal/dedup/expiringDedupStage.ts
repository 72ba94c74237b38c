import type { MaybePromise } from '../../../lib/maybe.js';
import type { Stage, StageContext } from '../../../lib/plan/planNode.js';
import { entryKey } from '../../../lib/state/entry.js';
import type { KeyedTable } from '../../../lib/state/stateStore.js';
import { DueIndex } from '../dueIndex.js';

/** When a key first seen at `time` is forgotten (ms); no event time counts as 1970, as in Spark. */
export function expiryOf(time: number, delayMs: number): number {
  return (Number.isNaN(time) ? 0 : time) + delayMs;
}

/**
 * Remembers a key until the watermark reaches its expiry: `seen := key -> expiry`, and
 * `expiries := index of key by expiry`, by which it is evicted, see dueIndex.ts.
 */
export class ExpiringDedupStage implements Stage {
  private readonly seen: KeyedTable<number>;
  private readonly expiries: DueIndex;
  private dropped = 0;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly keyOf: (row: unknown) => unknown,
    private readonly delayMs: number,
  ) {
    this.seen = ctx.state.keyed<number>('seen');
    this.expiries = new DueIndex(ctx, 'expiries');
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
    this.expiries.add(expiry, entryKey(this.seen.insert(key, expiry)));
    this.out.next(row, time);
  }

  endBatch(): void {
    for (const { references } of this.expiries.take(this.ctx.evictionWatermark)) {
      for (const key of references) {
        const entry = this.seen.find(key);
        if (entry !== undefined) this.seen.remove(entry);
      }
    }
    if (this.dropped > 0) this.ctx.count('numDroppedDuplicateRows', this.dropped);
    this.dropped = 0;
    this.out.endBatch();
  }
}
