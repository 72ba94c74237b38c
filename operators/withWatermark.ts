import type { MonoTypeOperatorFunction } from 'rxjs';
import { type OptionNames, requireKnownOptions } from '../lib/options/knownOptions.js';
import { ownClass } from '../lib/ownClass.js';
import { type BatchInfo, batchInfo } from '../lib/plan/batchInfo.js';
import type { PlanNode, Stage, StageContext } from '../lib/plan/planNode.js';
import { isWatermarkNode, type WatermarkNode } from '../lib/plan/watermarkNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { farthestMs } from '../lib/time/civil.js';
import { type DurationInput, durationMs } from '../lib/time/duration.js';
import { eventTimeMs } from '../lib/time/eventTime.js';
import { refuseAsyncFunction } from './internal/rowFunction.js';

/** Options of {@link withWatermark}. */
export interface WithWatermarkOptions {
  /**
   * After this long without a row the stream does not hold back the others; when all are idle, the clock
   * moves the watermark. Default: never.
   */
  readonly idleAfter?: DurationInput;
}

const optionNames: OptionNames<WithWatermarkOptions> = { idleAfter: true };

/** What an event time may be. */
export type EventTime = Date | number | null | undefined | { toMillis(): number };

/** Columns of `T` that may hold an event time; those of unknown type too. */
export type TimeColumn<T> = {
  [K in keyof T]: unknown extends T[K] ? K : T[K] extends EventTime ? K : never;
}[keyof T] &
  string;

/**
 * Says which time a row belongs to, and how far behind the newest one rows may still come.
 *
 * In:     rows of `T`.
 * Out:    all rows, unchanged, with their event time.
 * Time:   `time(row)`: Date, luxon DateTime or ms since the epoch; null: the row has none. The watermark
 *         of a batch is the largest time seen in the batches before it, minus `delay`; it never falls.
 *         `time(row, { batchTimestampMs })`: processing time, of which each batch has one.
 * Errors: TypeError or RangeError for a delay that is no duration or negative; `WATERMARK_REDEFINED`
 *         behind another one; a time that is none is a failed row (`EVENT_TIME_INVALID`).
 * Source: semantics/spark.md 1.7, 2.4.
 * @example
 * events.pipe(withWatermark((e) => e.time, '10 minutes'), window('5 minutes'), count());
 * @since 0.1.0
 */
export function withWatermark<T>(
  time: TimeColumn<T>,
  delay: DurationInput,
  options?: WithWatermarkOptions,
): MonoTypeOperatorFunction<T>;
export function withWatermark<T>(
  time: (row: T, batch: BatchInfo) => EventTime,
  delay: DurationInput,
  options?: WithWatermarkOptions,
): MonoTypeOperatorFunction<T>;
export function withWatermark<T>(
  time: ((row: T, batch: BatchInfo) => EventTime) | (keyof T & string),
  delay: DurationInput,
  options: WithWatermarkOptions = {},
): MonoTypeOperatorFunction<T> {
  requireKnownOptions('withWatermark', options, optionNames);
  const delayMs = durationMs(delay, 'delay of withWatermark', { months: 'as 31 days' });
  const idleAfterMs =
    options.idleAfter === undefined
      ? undefined
      : durationMs(options.idleAfter, 'idleAfter of withWatermark', { min: 'positive' });
  const timeOf = timeFunction(time);
  return (source) => {
    const above = planOf(source);
    // Twice in a row on the same rows: the second holds, as in Spark.
    const input = isWatermarkNode(above) ? (above.inputs[0] as PlanNode) : above;
    const node: WatermarkNode = {
      kind: 'withWatermark',
      inputs: [input],
      label: `${delayMs} ms`,
      traits: {
        namesErrors: true,
        columns: 'kept',
        ...(typeof time === 'string' ? { readsColumns: [time] } : {}),
      },
      delayMs,
      idleAfterMs,
      watermarkOut: (_inputs, origin) => origin,
      stage: (ctx, out) => new (ownClass(WatermarkStage, [timeOf], ownNext))(ctx, out, timeOf),
    };
    return new DataStream<T>(node);
  };
}

type TimeOf = (row: unknown, batch: BatchInfo) => unknown;

function timeFunction<T>(
  time: ((row: T, batch: BatchInfo) => EventTime) | (keyof T & string),
): TimeOf {
  refuseAsyncFunction('withWatermark', time);
  if (typeof time === 'function') return time as TimeOf;
  if (typeof time !== 'string') {
    throw new TypeError(
      `withWatermark takes a function that gives a row's time, or a column, not ${String(time)}`,
    );
  }
  return (row) => (row as Record<string, unknown>)[time];
}

const ownNext = `next(row) {
  let time;
  try {
    time = this.timeOf(row, this.info);
  } catch (error) {
    return this.ctx.failed(row, Number.NaN, error);
  }
  if (!(Number.isInteger(time) && time >= this.min && time <= ${farthestMs})) return this.take(row, time);
  if (time > this.max) this.max = time;
  this.rows += 1;
  this.sum += time;
  this.out.next(row, time);
}`;

/**
 * Keeps figures of a batch's event times; a null time counts as 0 in them and cannot raise the watermark
 * (semantics/spark.md 2.17).
 */
class WatermarkStage implements Stage {
  private readonly info: BatchInfo;
  private rows = 0;
  private max = Number.NEGATIVE_INFINITY;
  private min = Number.POSITIVE_INFINITY;
  private sum = 0;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly timeOf: TimeOf,
  ) {
    this.info = batchInfo(ctx);
  }

  next(row: unknown): void {
    let time: unknown;
    try {
      time = this.timeOf(row, this.info);
    } catch (error) {
      return this.ctx.failed(row, Number.NaN, error);
    }
    this.take(row, time);
  }

  /**
   * A row and the user's value for its time. Most are whole numbers above the least before: `ownNext` does not
   * come here with them, and has them as numbers all the way, which a value from here would end.
   */
  protected take(row: unknown, value: unknown): void {
    let time: number;
    try {
      time = eventTimeMs(value);
    } catch (error) {
      return this.ctx.failed(row, Number.NaN, error);
    }
    const counted = Number.isNaN(time) ? 0 : time;
    if (counted < this.min) this.min = counted;
    if (time > this.max) this.max = time;
    this.rows += 1;
    this.sum += counted;
    this.out.next(row, time);
  }

  endBatch(): void {
    if (this.rows > 0) {
      this.ctx.eventTime.add(this.rows, this.max, this.min, this.sum);
      this.rows = 0;
      this.max = Number.NEGATIVE_INFINITY;
      this.min = Number.POSITIVE_INFINITY;
      this.sum = 0;
    }
    this.out.endBatch();
  }
}
