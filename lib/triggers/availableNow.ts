import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { soon, type Trigger } from './trigger.js';

/**
 * Processes what is there at the start, in several batches under the sources' rate limits, then what
 * the watermark has made due, and ends the query. Windows that the watermark has not passed stay open
 * in the checkpoint for the next run. Source: semantics/spark.md 2.15.
 *
 * @example
 * await writeStream(counts, { sink, trigger: availableNow(), checkpointLocation }).awaitTermination();
 * @since 0.1.0
 */
export function availableNow(clock: SchedulerLike = asyncScheduler): Trigger {
  return { ...soon(clock), bounded: true, description: 'AvailableNow' };
}
