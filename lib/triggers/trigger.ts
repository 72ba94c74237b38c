import {
  asapScheduler,
  asyncScheduler,
  type SchedulerAction,
  type SchedulerLike,
  Subscription,
} from 'rxjs';
import { standFor } from './scheduleAfter.js';

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
  /** One batch at most, and none without rows: `once`. */
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
      if (delay > 0 || clock !== asyncScheduler) return clock.schedule(work, delay, state as never);
      const atOnce = (): Subscription => asapScheduler.schedule(work, 0, state as never);
      return isLoopHeld() ? nextTurn(atOnce) : atOnce();
    },
  };
}

/** The longest that batches which find work at once keep the event loop to themselves (ms). */
const turnMs = 10;
/** When the first batch of this turn of the event loop was asked for; undefined: none yet. */
let turnSince: number | undefined;

/**
 * Whether microtasks have kept timers, sockets and signals waiting for too long: a source that always has
 * rows would never let them run. In the virtual time of a TestScheduler there is nobody to wait.
 */
function isLoopHeld(): boolean {
  const now = Date.now();
  if (Math.abs(asyncScheduler.now() - now) > 1000) return false;
  if (turnSince !== undefined) return now - turnSince > turnMs;
  turnSince = now;
  setImmediate(() => {
    turnSince = undefined;
  });
  return false;
}

function nextTurn(atOnce: () => Subscription): Subscription {
  const subscription = new Subscription();
  const immediate = setImmediate(() => standFor(subscription, atOnce()));
  subscription.add(() => clearImmediate(immediate));
  return subscription;
}
