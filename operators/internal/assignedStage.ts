import type { MaybePromise } from '../../lib/maybe.js';
import type { Stage } from '../../lib/plan/planNode.js';
import { withoutTime } from './tumblingStage.js';
import { type Bounds, fitsDates, windowOutOfRange } from './windowBounds.js';
import type { WindowInput } from './windowInput.js';

/** Rows into windows that somebody else assigns: a calendar, or the row itself behind an rx node. */
export class AssignedStage<V> implements Stage {
  constructor(
    private readonly input: WindowInput<V>,
    /** The windows of a row; none: it has no event time. */
    private readonly assign: (row: unknown, rowTime: number) => readonly Bounds[],
    /** The key of a group in the table, where the end does not tell the start. */
    private readonly tableKey: (startMs: number, key: unknown) => unknown,
  ) {}

  prepare(): MaybePromise<void> {
    return this.input.groups.prepare();
  }

  next(row: unknown, rowTime: number): void {
    const { input } = this;
    const windows = this.assign(row, rowTime);
    if (windows.length === 0) {
      input.ctx.count(withoutTime);
      return;
    }
    if (!windows.every(([start, end]) => fitsDates(start, end))) {
      const { ctx, time } = input;
      const at = time === undefined ? rowTime : time(row);
      return ctx.failed(row, rowTime, windowOutOfRange(ctx.operatorId, at));
    }
    const key = input.key === undefined ? null : input.key(row);
    const value = input.valueOf === undefined ? row : input.valueOf(row);
    let open = 0;
    for (const [start, end] of windows) {
      if (end <= input.groups.lateWatermark) continue;
      input.groups.add(end, this.tableKey(start, key), value);
      open += 1;
    }
    if (open < windows.length) input.ctx.late(row, rowTime, open);
  }

  endBatch(): void {
    this.input.groups.emit();
    this.input.out.endBatch();
  }
}
