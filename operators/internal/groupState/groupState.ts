import type { Option } from 'fp-ts/lib/Option.js';
import type { DurationInput } from '../../../lib/time/duration.js';

/**
 * What a function may be called for besides rows: nothing, a span of processing time, or a point in
 * event time.
 *
 * @since 0.1.0
 */
export type GroupTimeout = 'none' | 'processingTime' | 'eventTime';

/**
 * The state of one key, there while the function runs.
 *
 * - Each call clears the timeout that was set: set it again in every call that wants one.
 * - A timeout may be set without a state.
 * - A state is a value: do not change it in place, give `update` a new one.
 *
 * Errors: `GROUP_STATE_CALL_OVER` once the function has returned.
 * Source: semantics/spark.md 1.11, 2.12.
 *
 * @since 0.1.0
 */
export interface GroupState<S> {
  /** Whether there is a state. */
  readonly exists: boolean;
  /** Whether this call is for a timeout: then there are no rows. */
  readonly hasTimedOut: boolean;
  /** The state, if there is one. */
  get(): Option<S>;
  /** Sets the state. Errors: `STATE_NULL` for null and undefined. */
  update(state: S): void;
  /** Forgets the state; a timeout that is set in this call stays. */
  remove(): void;
  /**
   * Calls the function again when the processing time is later than now + `duration`; a month counts
   * 31 days. Errors: `GROUP_STATE_TIMEOUT_KIND`, `GROUP_STATE_DURATION`.
   */
  setTimeoutDuration(duration: DurationInput): void;
  /**
   * Calls the function again when the watermark is later than `timestamp` (a Date, or ms since the
   * epoch) + `additional`. Errors: `GROUP_STATE_TIMEOUT_KIND`, `GROUP_STATE_TIMESTAMP`,
   * `GROUP_STATE_TIMEOUT_PAST` if that lies before the watermark.
   */
  setTimeoutTimestamp(timestamp: number | Date, additional?: DurationInput): void;
  /** The watermark (ms); 0 before the first rows. Errors: `GROUP_STATE_NO_WATERMARK`. */
  getCurrentWatermarkMs(): number;
  /** Processing time of this batch (ms); the same when the batch is replayed. */
  getCurrentProcessingTimeMs(): number;
}
