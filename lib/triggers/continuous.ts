import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { type DurationInput, durationMs } from '../time/duration.js';
import { soon, type Trigger } from './trigger.js';

/**
 * Processes rows as they come, in the turn of the event loop in which they arrive, and commits once per
 * `epoch`: latency in microseconds. All operators work. A plain sink shows rows at once and, after a
 * crash, those of at most one epoch again; a transactional sink shows them at the end of the epoch,
 * exactly once.
 *
 * @param epoch time between commits, above 0: `'1 second'`, ms, or a luxon Duration.
 * @example
 * writeStream(alerts, { sink: foreach({ process: send }), trigger: continuous('1 second') });
 * @since 0.1.0
 */
export function continuous(epoch: DurationInput, clock: SchedulerLike = asyncScheduler): Trigger {
  const epochMs = durationMs(epoch, 'continuous(epoch)', { min: 'positive' });
  return { ...soon(clock), epochMs, description: `Continuous(${epochMs})` };
}
