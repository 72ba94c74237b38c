import type { MaybePromise } from '../../../lib/maybe.js';
import type { Stage, StageContext } from '../../../lib/plan/planNode.js';
import type { KeyedTable, TimedTable } from '../../../lib/state/stateStore.js';

/**
 * Remembers (time, key) until the watermark passes the time: `seen := time key -> true`, and
 * `seenWithoutTime := key -> true` for keys whose time is null, which no watermark ever passes.
 */
export class TimedDedupStage implements Stage {
  private readonly seen: TimedTable<boolean>;
  private readonly timeless: KeyedTable<boolean>;
  private dropped = 0;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly keyOf: (row: unknown) => unknown,
    /** Undefined: the row's event time. */
    private readonly timeOf: ((row: unknown) => number) | undefined,
  ) {
    this.seen = ctx.state.timed<boolean>('seen');
    this.timeless = ctx.state.keyed<boolean>('seenWithoutTime');
  }

  prepare(): MaybePromise<void> {
    return this.seen.load(this.ctx.evictionWatermark);
  }

  next(row: unknown, time: number): void {
    if (time <= this.ctx.lateWatermark) {
      this.ctx.late(row, time);
      return;
    }
    const keyTime = this.timeOf === undefined ? time : this.timeOf(row);
    if (this.isRepeat(keyTime, this.keyOf(row))) {
      this.dropped += 1;
      return;
    }
    this.out.next(row, time);
  }

  endBatch(): void {
    // Inclusive, as lateness is: a row that could repeat an evicted key is late from now on.
    for (const _taken of this.seen.takeDue(this.ctx.evictionWatermark));
    if (this.dropped > 0) this.ctx.count('numDroppedDuplicateRows', this.dropped);
    this.dropped = 0;
    this.out.endBatch();
  }

  /** Whether the key has been seen; it has afterwards. */
  private isRepeat(time: number, key: unknown): boolean {
    if (Number.isNaN(time)) {
      if (this.timeless.find(key) !== undefined) return true;
      this.timeless.insert(key, true);
      return false;
    }
    if (this.seen.find(time, key) !== undefined) return true;
    this.seen.insert(time, key, true);
    return false;
  }
}
