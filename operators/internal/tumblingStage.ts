import type { MaybePromise } from '../../lib/maybe.js';
import type { Stage } from '../../lib/plan/planNode.js';
import { fitsDates, lastWindowStart, windowOutOfRange } from './windowBounds.js';
import type { WindowInput } from './windowInput.js';

/**
 * Rows into windows that do not overlap.
 *
 * Most rows lie in the window of the row before: its bounds are kept, which saves the division.
 */
export class TumblingStage<V> implements Stage {
  private start = Number.NaN;
  private end = Number.NaN;

  constructor(
    private readonly input: WindowInput<V>,
    private readonly sizeMs: number,
    private readonly startMs: number,
  ) {}

  prepare(): MaybePromise<void> {
    return this.input.groups.prepare();
  }

  next(row: unknown, rowTime: number): void {
    const { input } = this;
    const time = input.time === undefined ? rowTime : input.time(row);
    if (!(time >= this.start && time < this.end) && !this.moveTo(row, rowTime, time)) return;
    if (this.end <= input.groups.lateWatermark) {
      input.ctx.late(row, rowTime);
      return;
    }
    const key = input.key === undefined ? null : input.key(row);
    input.groups.add(this.end, key, input.valueOf === undefined ? row : input.valueOf(row));
  }

  endBatch(): void {
    this.input.groups.emit();
    this.input.out.endBatch();
  }

  /** False for a row without event time, which is in no window, and for one that fails. */
  private moveTo(row: unknown, rowTime: number, time: number): boolean {
    if (Number.isNaN(time)) {
      this.input.ctx.count(withoutTime);
      return false;
    }
    this.start = lastWindowStart(time, this.sizeMs, this.startMs);
    this.end = this.start + this.sizeMs;
    if (fitsDates(this.start, this.end)) return true;
    this.end = Number.NaN;
    const { ctx } = this.input;
    ctx.failed(row, rowTime, windowOutOfRange(ctx.operatorId, time));
    return false;
  }
}

/** Custom metric: rows that are in no window because their event time is null. */
export const withoutTime = 'numRowsWithoutEventTime';
