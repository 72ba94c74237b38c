import type { SchedulerLike } from 'rxjs';
import type { StreamingError } from '../errors.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { type DurationInput, durationMs } from '../time/duration.js';
import { scheduleAfter } from '../triggers/scheduleAfter.js';

/** How often a failed query starts again by itself, and after how long. */
export interface RestartOptions {
  /** Failures in a row, without a committed batch between them, that are made good. */
  readonly attempts: number;
  /** Before the first attempt; doubled for each further one. Default 1 second. */
  readonly delay?: DurationInput;
  /** The longest delay. Default 1 minute, or `delay` if that is longer. */
  readonly maxDelay?: DurationInput;
}

/** What a restart is told with. */
export interface RestartEvent {
  readonly exception: StreamingError;
  /** Restarts of this query so far, this one included. */
  readonly restarts: number;
  /** ms until it. */
  readonly delayMs: number;
}

const optionNames: OptionNames<RestartOptions> = { attempts: true, delay: true, maxDelay: true };

const defaultMaxDelayMs = 60_000;

/** Counts failures in a row. Exponential, without jitter: a query competes with nobody for its checkpoint. */
export class RestartPolicy {
  /** Restarts since the query was started. */
  restarts = 0;
  private inARow = 0;
  private endWait: (() => void) | undefined;

  private constructor(
    private readonly attempts: number,
    private readonly delayMs: number,
    private readonly maxDelayMs: number,
  ) {}

  static of(options: RestartOptions | undefined, durable: boolean): RestartPolicy {
    if (options === undefined) return new RestartPolicy(0, 0, 0);
    requireKnownOptions('restart of writeStream', options, optionNames);
    const { attempts, delay = '1 second', maxDelay } = options;
    if (!Number.isSafeInteger(attempts) || attempts < 1) {
      throw new RangeError(`restart.attempts must be a whole number >= 1, not ${String(attempts)}`);
    }
    if (!durable) {
      throw new TypeError(
        'restart goes on from the last commit: give the query a checkpointLocation',
      );
    }
    const delayMs = durationMs(delay, 'restart.delay');
    if (maxDelay === undefined) {
      return new RestartPolicy(attempts, delayMs, Math.max(delayMs, defaultMaxDelayMs));
    }
    const maxDelayMs = durationMs(maxDelay, 'restart.maxDelay');
    if (maxDelayMs < delayMs) {
      throw new RangeError(
        `restart.maxDelay (${maxDelayMs} ms) is shorter than the first delay (${delayMs} ms): raise it, or leave it out`,
      );
    }
    return new RestartPolicy(attempts, delayMs, maxDelayMs);
  }

  /** How long to wait before the next attempt (ms), or undefined: the query has failed. */
  next(): number | undefined {
    if (this.inARow >= this.attempts) return undefined;
    const doublings = Math.min(this.inARow, 53); // 0 times infinity would be no number
    const delay = Math.min(this.delayMs * 2 ** doublings, this.maxDelayMs);
    this.inARow += 1;
    this.restarts += 1;
    return delay;
  }

  /** Waits on the clock, or until `cancel`. */
  wait(delayMs: number, clock: SchedulerLike): Promise<void> {
    return new Promise((resolve) => {
      const timer = scheduleAfter(clock, () => resolve(), delayMs);
      this.endWait = () => {
        timer.unsubscribe();
        resolve();
      };
    });
  }

  /** Somebody stops the query: it does not wait any longer. */
  cancel(): void {
    this.endWait?.();
  }

  /** A batch has been committed. */
  committed(): void {
    this.inARow = 0;
  }
}
