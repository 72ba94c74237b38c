import type { Stage, StageContext } from '../../../lib/plan/planNode.js';
import type { KeyedTable } from '../../../lib/state/stateStore.js';

/** Remembers every key for ever: `seen := key -> true`. */
export class ForeverDedupStage implements Stage {
  private readonly seen: KeyedTable<boolean>;
  private dropped = 0;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly keyOf: (row: unknown) => unknown,
  ) {
    this.seen = ctx.state.keyed<boolean>('seen');
  }

  next(row: unknown, time: number): void {
    // Without a watermark above this compares with -Infinity; NaN is never late.
    if (time <= this.ctx.lateWatermark) {
      this.ctx.late(row, time);
      return;
    }
    const key = this.keyOf(row);
    if (this.seen.find(key) !== undefined) {
      this.dropped += 1;
      return;
    }
    this.seen.insert(key, true);
    this.out.next(row, time);
  }

  endBatch(): void {
    if (this.dropped > 0) this.ctx.count('numDroppedDuplicateRows', this.dropped);
    this.dropped = 0;
    this.out.endBatch();
  }
}
