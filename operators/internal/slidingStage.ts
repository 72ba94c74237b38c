import type { MaybePromise } from '../../lib/maybe.js';
import type { Stage } from '../../lib/plan/planNode.js';
import type { Fold } from './fold.js';
import { PaneFold } from './paneFold.js';
import { withoutTime } from './tumblingStage.js';
import { fitsDates, lastWindowStart, windowOutOfRange } from './windowBounds.js';
import type { WindowInput } from './windowInput.js';

/**
 * Rows into overlapping windows.
 *
 * A row counts as late once, if any of its windows is closed; the others still take it, and the late
 * output says how many they are. Where the
 * aggregates allow it, a batch is folded into panes (one slide long) first and panes into windows at
 * its end: a row costs one update instead of one per window. The state is the same.
 */
export class SlidingStage<V> implements Stage {
  private readonly panes: PaneFold<V> | undefined;
  /** Bounds of the last window that starts at or before the row: [start, next start). */
  private start = Number.NaN;
  private nextStart = Number.NaN;

  constructor(
    private readonly input: WindowInput<V>,
    fold: Fold<V>,
    private readonly sizeMs: number,
    private readonly slideMs: number,
    private readonly startMs: number,
  ) {
    if (fold.exactMerge && sizeMs % slideMs === 0) this.panes = new PaneFold(fold);
  }

  prepare(): MaybePromise<void> {
    this.panes?.clear();
    return this.input.groups.prepare();
  }

  next(row: unknown, rowTime: number): void {
    const { input } = this;
    const time = input.time === undefined ? rowTime : input.time(row);
    if (!(time >= this.start && time < this.nextStart) && !this.moveTo(row, rowTime, time)) return;
    const key = input.key === undefined ? null : input.key(row);
    const value = input.valueOf === undefined ? row : input.valueOf(row);
    const late = input.groups.lateWatermark;
    if (this.panes?.add(this.start, key, value)) {
      // The first window to close ends one slide behind the pane's start.
      if (this.nextStart <= late) input.ctx.late(row, rowTime, this.openWindows(late));
      return;
    }
    let open = 0;
    for (let start = this.start; start > time - this.sizeMs; start -= this.slideMs) {
      const end = start + this.sizeMs;
      if (end <= late) {
        input.ctx.late(row, rowTime, open); // earlier windows are late too
        return;
      }
      input.groups.add(end, key, value);
      open += 1;
    }
  }

  endBatch(): void {
    const { groups, out } = this.input;
    this.panes?.drain((paneStart, pane) => {
      for (
        let end = paneStart + this.slideMs;
        end <= paneStart + this.sizeMs;
        end += this.slideMs
      ) {
        if (end > groups.lateWatermark) groups.mergeAll(end, pane);
      }
    });
    groups.emit();
    out.endBatch();
  }

  /** Windows over this pane that end after `late`; the size is a multiple of the slide. */
  private openWindows(late: number): number {
    return Math.max(0, Math.ceil((this.start + this.sizeMs - late) / this.slideMs));
  }

  private moveTo(row: unknown, rowTime: number, time: number): boolean {
    if (Number.isNaN(time)) {
      this.input.ctx.count(withoutTime);
      return false;
    }
    this.start = lastWindowStart(time, this.slideMs, this.startMs);
    this.nextStart = this.start + this.slideMs;
    const earliest = this.nextStart - Math.ceil(this.sizeMs / this.slideMs) * this.slideMs;
    if (fitsDates(earliest, this.start + this.sizeMs)) return true;
    this.nextStart = Number.NaN;
    const { ctx } = this.input;
    ctx.failed(row, rowTime, windowOutOfRange(ctx.operatorId, time));
    return false;
  }
}
