import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';
import { type DurationInput, durationMs } from '../time/duration.js';
import { GridQueue } from './gridQueue.js';
import { scheduleAfter } from './scheduleAfter.js';
import type { QueryScheduler, Trigger } from './trigger.js';

/**
 * Runs a batch at each multiple of `interval` on the clock at which there is work; the first at once. A
 * batch that takes longer than the interval is followed by the next one immediately.
 *
 * @param interval time between batches: `'10 seconds'`, ms, or a luxon Duration; 0 is `asap`.
 * @example
 * writeStream(counts, { sink: consoleSink(), trigger: processingTime('1 second') });
 * @since 0.1.0
 */
export function processingTime(
  interval: DurationInput,
  clock: SchedulerLike = asyncScheduler,
): Trigger {
  const intervalMs = durationMs(interval, 'processingTime(interval)');
  const grid = new GridQueue(intervalMs, clock);
  return {
    now: () => clock.now(),
    schedule: <T>(
      work: (this: SchedulerAction<T>, state?: T) => void,
      delay = 0,
      state?: T,
    ): Subscription => {
      if (intervalMs === 0) return clock.schedule(work, delay, state as never);
      return grid.add(clock.now() + delay, () => clock.schedule(work, 0, state as never));
    },
    forQuery: () => new AlignedRun(intervalMs, clock),
    description: `ProcessingTime(${intervalMs})`,
  };
}

/** The next multiple of the interval strictly after `now`. */
function nextBoundary(nowMs: number, intervalMs: number): number {
  return intervalMs > 0 ? Math.floor(nowMs / intervalMs) * intervalMs + intervalMs : nowMs;
}

/** One query's run: remembers when its last batch began, so that a slow one is followed at once. */
class AlignedRun implements QueryScheduler {
  /** No batch before this instant; 0 before the first. */
  private next = 0;
  private wasIdle = false;

  constructor(
    private readonly intervalMs: number,
    private readonly clock: SchedulerLike,
  ) {}

  now(): number {
    return this.clock.now();
  }

  idle(): void {
    this.wasIdle = true;
  }

  schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay = 0,
    state?: T,
  ): Subscription {
    const now = this.clock.now();
    const due = now + delay;
    const { intervalMs } = this;
    // Right after a batch that took longer than the interval: at once. After a pause: on the grid.
    const onGrid = intervalMs > 0 && (delay > 0 || this.wasIdle);
    const earliest = onGrid ? Math.ceil(due / intervalMs) * intervalMs : due;
    // A clock that was put back would leave `next` far ahead, and the query silent until then.
    const next = Math.min(this.next, nextBoundary(now, intervalMs));
    const at = Math.max(earliest, next);
    const run = this;
    return scheduleAfter(
      this.clock,
      function (this: SchedulerAction<T>, value?: T) {
        run.next = nextBoundary(run.clock.now(), intervalMs);
        run.wasIdle = false;
        work.call(this, value);
      },
      Math.max(0, at - now),
      state,
    );
  }
}
