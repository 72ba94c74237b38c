import type { OperatorFunction } from 'rxjs';
import { type OptionNames, requireKnownOptions } from '../lib/options/knownOptions.js';
import type { DimensionsOf, GroupedRow, RowOfStream, ValueOf } from '../lib/plan/groupedRow.js';
import type { Stage, StageContext } from '../lib/plan/planNode.js';
import type { DurationInput } from '../lib/time/duration.js';
import type { EventTimeInput } from '../lib/time/eventTime.js';
import type { TimeWindow } from '../lib/time/timeWindow.js';
import { addGrouping, type GroupedParts } from './internal/groupingStep.js';
import { fitsDates, windowOutOfRange, windowsAt } from './internal/windowBounds.js';
import { shownWindow, timeReader } from './internal/windowOption.js';
import { fixedWindow } from './internal/windowSpec.js';

/** @since 0.1.0 */
export interface WindowOptions<V, M extends 'date' | 'ms' = 'date' | 'ms'> {
  /** Distance between the starts of two windows; default: the size (windows do not overlap). */
  readonly slide?: DurationInput;
  /** Shifts the starts, which are multiples of the slide since the epoch; may be negative. */
  readonly startTime?: DurationInput;
  /** The time that counts, instead of the row's event time; the watermark closes windows by it. */
  readonly time?: (value: V) => EventTimeInput;
  /** `TimeWindow` of Dates (default), or of ms since the epoch. */
  readonly timestamps?: M;
  /**
   * Windows on the wall clock of this zone (`'Europe/Paris'`): a day has 23, 24 or 25 hours there. With
   * it, the size is whole days, weeks, months or years, or divides a day, and a multiple of the slide.
   */
  readonly timeZone?: string;
}

const optionNames: OptionNames<WindowOptions<never>> = {
  slide: true,
  startTime: true,
  time: true,
  timestamps: true,
  timeZone: true,
};

/** Row type of a window's bounds. */
export type BoundOf<M extends 'date' | 'ms'> = M extends 'ms' ? number : Date;

/** What stands behind `window` and `sessionWindow` on `S`. */
export type WindowedBy<S, M extends 'date' | 'ms'> = GroupedRow<
  DimensionsOf<S> & { window: TimeWindow<BoundOf<M>> },
  ValueOf<S>
>;

/**
 * Puts rows into windows of event time: tumbling, or sliding with `slide`.
 *
 * In:     rows of `T`, before or behind `groupByKey`, or alone: then a window is one group.
 * Out:    a description: `aggregate` and `count` read it. A row lies in every window with
 *         start <= t < end. `where` and RxJS operators between see `{ key?, window, value }`, once per
 *         window.
 * Time:   a row without event time is in no window; one whose window begins or ends where no Date can
 *         be is a failed row (`WINDOW_OUT_OF_RANGE`). What an aggregate makes of a window carries
 *         end − ½ ms, so a second `window` behind it needs no special case.
 * Late:   judged by the operator behind, on the window's end.
 * Errors: RangeError for size or slide <= 0, slide > size, |startTime| >= slide, months or years
 *         without timeZone; `GROUPING_REPEATED` for a second window before an aggregate;
 *         `WINDOW_NEEDS_TIME` before the query starts, without withWatermark and without `time`.
 * Source: semantics/spark.md 2.7.
 *
 * @example
 * events.pipe(withWatermark((e) => e.time, '10 minutes'), window('1 hour', { slide: '30 minutes' }), count());
 * // { window: { start: 12:00, end: 13:00 }, count: 3 }
 * @since 0.1.0
 */
export function window<S, const M extends 'date' | 'ms' = 'date'>(
  size: DurationInput,
  options?: WindowOptions<RowOfStream<S>, M>,
): OperatorFunction<S, WindowedBy<S, M>>;
export function window<S, const M extends 'date' | 'ms' = 'date'>(
  size: DurationInput,
  options?: WindowOptions<ValueOf<S>, M>,
): OperatorFunction<S, WindowedBy<S, M>>;
export function window<S, const M extends 'date' | 'ms' = 'date'>(
  size: DurationInput,
  options: WindowOptions<ValueOf<S>, M> = {},
): OperatorFunction<S, WindowedBy<S, M>> {
  requireKnownOptions<WindowOptions<never>>('window', options, optionNames);
  const spec = fixedWindow('window', size, options);
  const time = timeReader(spec.time);
  const show = (row: GroupedParts, rowTime: number, out: Stage, ctx: StageContext) => {
    const at = time ? time(row.value) : rowTime;
    const windows = windowsAt(spec, at);
    if (!windows.every(([start, end]) => fitsDates(start, end))) {
      return ctx.failed(row.value, rowTime, windowOutOfRange(ctx.operatorId, at));
    }
    for (const [start, end] of windows) {
      out.next(
        { ...row, window: shownWindow(start, end, spec.timestamps), value: row.value },
        rowTime,
      );
    }
  };
  return (source) =>
    addGrouping(source, {
      kind: 'window',
      label: spec.label,
      grouping: { window: spec },
      show,
    });
}
