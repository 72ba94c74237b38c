import { StreamingError } from '../../../lib/errors.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import { farthestMs } from '../../../lib/time/civil.js';
import { currentWatermarkMs } from '../currentWatermark.js';
import type { CallScope } from './callScope.js';
import type { CallTimes, TimeMode, Timers } from './processor.js';
import type { TimerTables } from './timerTables.js';

/** What every handler gets as `ctx`; timers are those of the key of the call. */
export class CallContext implements CallTimes, Timers {
  constructor(
    private readonly stage: StageContext,
    private readonly scope: CallScope,
    private readonly timers: TimerTables,
    private readonly mode: TimeMode,
  ) {}

  get batchId(): number {
    return this.stage.batchId;
  }

  getCurrentProcessingTimeMs(): number {
    return this.stage.batchTimestampMs;
  }

  getCurrentWatermarkMs(): number {
    return currentWatermarkMs(this.stage);
  }

  registerTimer(at: number | Date): void {
    const key = this.key('registerTimer');
    const added = this.timers.add(key, this.timerMs(at, 'registerTimer'));
    if (added) this.stage.count('numRegisteredTimers');
  }

  deleteTimer(at: number | Date): void {
    const key = this.key('deleteTimer');
    const removed = this.timers.remove(key, this.timerMs(at, 'deleteTimer'));
    if (removed) this.stage.count('numDeletedTimers');
  }

  listTimers(): readonly number[] {
    return this.timers.list(this.key('listTimers'));
  }

  private key(called: string): unknown {
    const { operator } = this.scope;
    if (this.mode === 'none')
      throw new StreamingError('TRANSFORM_TIMERS_NONE', { operator, called });
    return this.scope.keyFor(called);
  }

  private timerMs(at: number | Date, called: string): number {
    const ms = at instanceof Date ? at.getTime() : at;
    // Up: a timer fires at its time or after, never before.
    if (typeof ms === 'number' && Math.abs(ms) <= farthestMs) return Math.ceil(ms) + 0;
    const { operator } = this.scope;
    const value = at instanceof Date ? 'an invalid Date' : String(at);
    throw new StreamingError('TRANSFORM_TIMER_TIME', { operator, called, value });
  }
}
