import type { MonoTypeOperatorFunction } from 'rxjs';
import type { PlanNode, Stage, StageContext } from '../lib/plan/planNode.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { eventTimeMs } from '../lib/time/eventTime.js';
import type { TimeWindow } from '../lib/time/timeWindow.js';
import { refuseAsyncFunction, refusePromise } from './internal/rowFunction.js';
import { timeOfWindow } from './internal/windowBounds.js';

/** A window of either form, or none. */
export type WindowInput = TimeWindow<Date> | TimeWindow<number> | null | undefined;

type WindowReader<T> = (row: T) => WindowInput;

/**
 * Takes a row's event time from a window in the row: end − ½ ms.
 *
 * Rows made by a windowed `aggregate` carry that time already, so `window` may follow at once; this is
 * for windows that come another way: a column made by `windowOf`, or one kept through a join.
 *
 * In:     rows of `T` with a column `window`, or a function that gives the window.
 * Out:    the same rows.
 * Time:   window.end − ½ ms; none for a row without a window.
 * Errors: what the function throws is a failed row, and so is an end that is no time (`EVENT_TIME_INVALID`).
 * Source: semantics/spark.md 1.6 (`window_time` is end − 1 µs; ½ ms comes out the same against whole ms).
 *
 * @example
 * joined.pipe(windowTime((row) => row.leftWindow), window('1 hour'), count());
 * @since 0.1.0
 */
export function windowTime<
  T extends { readonly window: WindowInput },
>(): MonoTypeOperatorFunction<T>;
export function windowTime<T>(of: WindowReader<T>): MonoTypeOperatorFunction<T>;
export function windowTime<T>(of?: WindowReader<T>): MonoTypeOperatorFunction<T> {
  if (of !== undefined && typeof of !== 'function') {
    throw new TypeError(
      `windowTime takes a function that gives a window, got ${typeof of}: windowTime((row) => row.window)`,
    );
  }
  refuseAsyncFunction('windowTime', of);
  const read = of ?? ((row: T) => (row as { readonly window?: WindowInput }).window);
  return (source) => {
    const node: PlanNode = {
      kind: 'windowTime',
      inputs: [planOf(source)],
      traits: { givesEventTime: true, namesErrors: true },
      stage: (ctx, out) => new WindowTimeStage(ctx, out, read as WindowReader<unknown>),
    };
    return new DataStream<T>(node);
  };
}

class WindowTimeStage implements Stage {
  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly read: WindowReader<unknown>,
  ) {}

  next(row: unknown, time: number): void {
    let end: number;
    try {
      const window = this.read(row);
      const missing = window === null || window === undefined;
      refusePromise(window, this.ctx.operatorId);
      end = missing ? Number.NaN : timeOfWindow(eventTimeMs(window.end));
    } catch (error) {
      return this.ctx.failed(row, time, error);
    }
    this.out.next(row, end);
  }

  endBatch(): void {
    this.out.endBatch();
  }
}
