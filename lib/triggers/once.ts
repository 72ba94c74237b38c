import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { soon, type Trigger } from './trigger.js';

/**
 * Runs exactly one batch with everything that is there, without rate limits, and ends the query. An
 * uncommitted batch of an earlier run counts as the one. Source: semantics/spark.md 2.15.
 *
 * @example
 * await writeStream(counts, { sink, trigger: once(), checkpointLocation }).awaitTermination();
 * @since 0.1.0
 */
export function once(clock: SchedulerLike = asyncScheduler): Trigger {
  return {
    ...soon(clock),
    ignoresLimits: true,
    bounded: true,
    single: true,
    description: 'OneTimeTrigger',
  };
}
