import { StreamingError } from '../errors.js';
import { then } from '../maybe.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import {
  leaveOut,
  positiveIntegerOption,
  shown,
  timestampsOption,
} from '../options/optionValues.js';
import { type DurationInput, durationMs } from '../time/duration.js';
import { type RateRow, rateRows, rateSchema } from './rateRow.js';
import { firstOpenedMs } from './rateStart.js';
import type { Source, SourceContext, StreamSource } from './source.js';

/** Options of {@link rate}. */
export interface RateOptions<TS extends 'date' | 'ms' = 'date'> {
  /** Rows in each second, once ramped up. Default 1. */
  readonly rowsPerSecond?: number;
  /** How long the rate grows from 0 to `rowsPerSecond`; cut to whole seconds. Default 0. */
  readonly rampUpTime?: DurationInput;
  /** Column `timestamp` as a Date (default) or in ms since the epoch. */
  readonly timestamps?: TS;
}

const optionNames: OptionNames<RateOptions> = {
  rowsPerSecond: true,
  rampUpTime: true,
  timestamps: true,
};

/**
 * Makes a source of numbered rows at a steady rate, for trying things out and for load.
 *
 * Out:    `{ timestamp, value }`: value counts from 0, timestamps are spread evenly over the seconds
 *         of the batch. Rows come at whole seconds after the first start of the query.
 * Time:   the query's clock. A clock that goes back while the query runs brings no rows until it has
 *         caught up.
 * State:  the first start, in the checkpoint, so that a restart goes on and ranges replay.
 * Errors: RangeError for options; `CLOCK_WENT_BACK` if the clock stands before the checkpoint at a
 *         restart; `RATE_OVERFLOW` where `value` would leave the safe integers.
 * Source: semantics/spark.md 2.16, 3.12. `numPartitions` has no meaning here.
 *
 * @example
 * readStream(rate({ rowsPerSecond: 100, rampUpTime: '10 seconds' }));
 * @since 0.1.0
 */
export function rate<TS extends 'date' | 'ms' = 'date'>(
  options: RateOptions<TS> = {},
): StreamSource<RateRow<TS>> {
  requireKnownOptions<RateOptions<TS>>('rate', options, optionNames);
  const rowsPerSecond = rowsPerSecondOf(options.rowsPerSecond);
  const rampUpSeconds = rampUpSecondsOf(options.rampUpTime ?? 0, rowsPerSecond);
  const asDates = timestampsOption('rate', options.timestamps) === 'date';
  const schedule: RateSchedule = { rowsPerSecond, rampUpSeconds };
  return {
    kind: 'rate',
    description: `RateStream[rowsPerSecond=${rowsPerSecond}, rampUpTimeSeconds=${rampUpSeconds}]`,
    schema: rateSchema,
    replayable: true,
    signature: { rowsPerSecond, rampUpSeconds },
    open: (ctx) =>
      then(firstOpenedMs(ctx), (startMs) => new RateSource<TS>(schedule, asDates, ctx, startMs)),
  };
}

/** How many rows there are at a second. */
export interface RateSchedule {
  readonly rowsPerSecond: number;
  readonly rampUpSeconds: number;
}

/**
 * Number of rows in the first `seconds` seconds: the speed grows by ⌊rowsPerSecond / (rampUp + 1)⌋ a
 * second up to second `rampUp`, and is `rowsPerSecond` afterwards.
 */
export function rowsAtSecond(seconds: number, schedule: RateSchedule): number {
  const { rowsPerSecond, rampUpSeconds } = schedule;
  const speedDelta = Math.floor(rowsPerSecond / (rampUpSeconds + 1));
  const ramped = Math.min(seconds, rampUpSeconds);
  const rampRows = speedDelta * ((ramped * (ramped + 1)) / 2);
  return rampRows + (seconds - ramped) * rowsPerSecond;
}

/** Offsets are whole seconds since the first start. */
class RateSource<TS extends 'date' | 'ms'> implements Source<RateRow<TS>, number> {
  private newestMs: number;
  private fixedEnd = Number.POSITIVE_INFINITY;

  constructor(
    private readonly schedule: RateSchedule,
    private readonly asDates: boolean,
    private readonly ctx: SourceContext,
    private readonly startMs: number,
  ) {
    this.newestMs = ctx.now();
    const resumeFrom = typeof ctx.resumeFrom === 'number' ? ctx.resumeFrom : 0;
    this.requireClock(resumeFrom);
  }

  /** Until the next whole second. */
  get pollIntervalMs(): number {
    const passedMs = this.ctx.now() - this.startMs;
    return passedMs < 0 ? 1000 : 1000 - (passedMs % 1000);
  }

  latestOffset(start: number | null): number | null {
    const seconds = Math.min(this.seconds(), this.fixedEnd);
    if (seconds <= (start ?? 0)) return start;
    if (!Number.isSafeInteger(rowsAtSecond(seconds, this.schedule))) {
      const { rowsPerSecond } = this.schedule;
      throw new StreamingError('RATE_OVERFLOW', { seconds, rowsPerSecond });
    }
    return seconds;
  }

  read(after: number | null, upTo: number): Iterable<readonly RateRow<TS>[]> {
    const fromSecond = after ?? 0;
    const first = rowsAtSecond(fromSecond, this.schedule);
    const count = rowsAtSecond(upTo, this.schedule) - first;
    const fromMs = this.startMs + fromSecond * 1000;
    const msPerRow = ((upTo - fromSecond) * 1000) / count;
    return rateRows<TS>(first, count, (i) => fromMs + Math.round(i * msPerRow), this.asDates);
  }

  commit(): void {}

  close(): void {}

  fixEnd(): void {
    this.fixedEnd = this.seconds();
  }

  private seconds(): number {
    this.newestMs = Math.max(this.newestMs, this.ctx.now());
    return Math.floor((this.newestMs - this.startMs) / 1000);
  }

  /** What was planned must lie in the past, or the query would wait unseen until it does. */
  private requireClock(resumeFrom: number): void {
    const plannedMs = this.startMs + resumeFrom * 1000;
    if (this.newestMs >= plannedMs) return;
    throw new StreamingError('CLOCK_WENT_BACK', {
      source: 'rate',
      now: new Date(this.newestMs).toISOString(),
      planned: new Date(plannedMs).toISOString(),
    });
  }
}

function rowsPerSecondOf(value: number | undefined): number {
  return value === undefined ? 1 : positiveIntegerOption('rate', 'rowsPerSecond', value, leaveOut);
}

function rampUpSecondsOf(rampUpTime: DurationInput, rowsPerSecond: number): number {
  const seconds = Math.floor(durationMs(rampUpTime, 'rate: rampUpTime') / 1000);
  if (Number.isSafeInteger(rowsAtSecond(seconds, { rowsPerSecond, rampUpSeconds: seconds }))) {
    return seconds;
  }
  throw new RangeError(
    `rate: rampUpTime ${shown(rampUpTime)} at rowsPerSecond ${rowsPerSecond} passes the largest whole number: make one of them smaller`,
  );
}
