import { type MaybePromise, then } from '../../lib/maybe.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import { keptKey } from '../../lib/state/keptKey.js';
import { evictionTime } from './groupRows.js';
import type { KeyedGroups } from './keyedGroups.js';
import type { TimedGroups } from './timedGroups.js';

/** Rows into groups whose key holds event time; a key whose time is null is never closed by it. */
export class EventTimeKeyStage<V> implements Stage {
  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly timed: TimedGroups<V>,
    private readonly untimed: KeyedGroups<V>,
    private readonly key: (row: unknown) => unknown,
    private readonly keyTime: (key: unknown) => unknown,
    private readonly unwrap: ((row: unknown) => unknown) | undefined,
  ) {}

  prepare(): MaybePromise<void> {
    return then(this.timed.prepare(), () => this.untimed.prepare());
  }

  next(row: unknown, rowTime: number): void {
    const key = keptKey(this.key(row));
    const time = evictionTime(this.keyTime(key));
    if (time <= this.timed.lateWatermark) {
      this.ctx.late(row, rowTime);
      return;
    }
    const value = this.unwrap === undefined ? row : this.unwrap(row);
    if (Number.isNaN(time)) this.untimed.add(key, value);
    else this.timed.add(time, key, value);
  }

  endBatch(): void {
    this.timed.emit();
    this.untimed.emit();
    this.out.endBatch();
  }
}
