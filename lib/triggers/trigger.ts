import {
  asapScheduler,
  asyncScheduler,
  type SchedulerAction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';

/**
 * When batches run. A trigger is a scheduler: the query calls `schedule(runBatch, delayMs)` when there
 * may be work (rows have arrived: 0; a timer is due: the time until then), and the trigger decides the
 * instant. Any RxJS scheduler is a trigger, and a trigger works wherever RxJS takes a scheduler.
 *
 * A closed Subscription in return means that no further batch follows: the query ends.
 */
export interface Trigger extends SchedulerLike {
  /** A fresh scheduler for one run, if the trigger keeps something between calls. */
  forQuery?(): QueryScheduler;
  /** Batches take everything that is there, whatever the sources' rate limits say (`once`). */
  readonly ignoresLimits?: boolean;
  /** Sources end with what is there at the start, and the query ends when it is processed. */
  readonly bounded?: boolean;
  /** At most this many batches (`once`: 1), and none without rows. */
  readonly single?: boolean;
  /** Continuous mode: rows are processed as they come, committed every so many ms. */
  readonly epochMs?: number;
  /** For explain and progress: `ProcessingTime(1000)`. */
  readonly description?: string;
}

/** The scheduler of one run of a query. */
export interface QueryScheduler extends SchedulerLike {
  /** The query has found nothing to do, and calls `schedule` again when there is something. */
  idle?(): void;
}

/** Schedules at once on the microtask queue, later ones on the clock; both virtual in a TestScheduler. */
export function soon(clock: SchedulerLike): SchedulerLike {
  return {
    now: () => clock.now(),
    schedule: <T>(
      work: (this: SchedulerAction<T>, state?: T) => void,
      delay = 0,
      state?: T,
    ): Subscription => {
      const later = delay > 0 || clock !== asyncScheduler;
      return (later ? clock : asapScheduler).schedule(work, delay, state as never);
    },
  };
}
