import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { soon, type Trigger } from './trigger.js';

/**
 * Runs the next batch as soon as the one before has ended and there is work: the default.
 *
 * @param clock where timers wait and what time it is; default RxJS's `asyncScheduler`, which
 *   `TestScheduler.run` makes virtual.
 * @example
 * writeStream(counts, { sink: consoleSink(), trigger: asap() });
 * @since 0.1.0
 */
export function asap(clock: SchedulerLike = asyncScheduler): Trigger {
  return { ...soon(clock), description: 'ProcessingTime(0)' };
}
