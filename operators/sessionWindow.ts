import type { OperatorFunction } from 'rxjs';
import { type OptionNames, requireKnownOptions } from '../lib/options/knownOptions.js';
import type { RowOfStream, ValueOf } from '../lib/plan/groupedRow.js';
import { type DurationInput, durationMs } from '../lib/time/duration.js';
import type { EventTimeInput } from '../lib/time/eventTime.js';
import { durationLabel } from './internal/durationLabel.js';
import { addGrouping } from './internal/groupingStep.js';
import { refuseAsyncFunction } from './internal/rowFunction.js';
import { fitsDates, sessionEnd, windowOutOfRange } from './internal/windowBounds.js';
import { checkTimeOptions, shownWindow, timeReader } from './internal/windowOption.js';
import type { WindowedBy } from './window.js';

/** @since 0.1.0 */
export interface SessionWindowOptions<V, M extends 'date' | 'ms' = 'date' | 'ms'> {
  /** The time that counts, instead of the row's event time; the watermark closes sessions by it. */
  readonly time?: (value: V) => EventTimeInput;
  /** `TimeWindow` of Dates (default), or of ms since the epoch. */
  readonly timestamps?: M;
}

type GapOf<V> = (value: V) => DurationInput | null | undefined;

const optionNames: OptionNames<SessionWindowOptions<never>> = { time: true, timestamps: true };

/**
 * Puts the rows of a key into sessions: runs of rows at most a gap apart.
 *
 * In:     rows of `T`, before or behind `groupByKey`. `gap` is a duration, or a function that gives one
 *         per row; a row whose gap is null, zero or negative is left out.
 * Out:    a description: `aggregate` and `count` read it. A row alone is the session [time, time + gap);
 *         sessions that overlap or touch become one. What stands between sees the row's own.
 * Time:   a row without event time is in no session; one whose session ends where no Date can be is a
 *         failed row (`WINDOW_OUT_OF_RANGE`). A result carries end − ½ ms. Sessions of windows start and
 *         end in a last instant; they are shown in whole ms, rounded up.
 * State:  of the operator behind: per key its latest session and where earlier ones lie, and those by
 *         their end, so that a merge reads the sessions that it touches and eviction those that leave.
 * Late:   judged by the end of the session that the row would be alone, in every mode.
 * Errors: RangeError for a constant gap <= 0 or with months; `GROUPING_REPEATED`; before the query
 *         starts `SESSION_MODE` in update mode, `SESSION_NEEDS_KEY`, `WINDOW_NEEDS_TIME`.
 * Source: semantics/spark.md 2.8.
 *
 * @example
 * clicks.pipe(withWatermark((c) => c.at, '1 minute'), groupByKey('user'), sessionWindow('5 minutes'), count());
 * // { key: 'ada', window: { start: 12:00:10, end: 12:07:30 }, count: 4 }
 * @since 0.1.0
 */
export function sessionWindow<S, const M extends 'date' | 'ms' = 'date'>(
  gap: DurationInput | GapOf<RowOfStream<S>>,
  options?: SessionWindowOptions<RowOfStream<S>, M>,
): OperatorFunction<S, WindowedBy<S, M>>;
export function sessionWindow<S, const M extends 'date' | 'ms' = 'date'>(
  gap: DurationInput | GapOf<ValueOf<S>>,
  options?: SessionWindowOptions<ValueOf<S>, M>,
): OperatorFunction<S, WindowedBy<S, M>>;
export function sessionWindow<S, const M extends 'date' | 'ms' = 'date'>(
  gap: DurationInput | GapOf<ValueOf<S>>,
  options: SessionWindowOptions<ValueOf<S>, M> = {},
): OperatorFunction<S, WindowedBy<S, M>> {
  requireKnownOptions<SessionWindowOptions<never>>('sessionWindow', options, optionNames);
  checkTimeOptions('sessionWindow', options);
  const gapMs = gapOf(gap);
  const time = options.time as ((row: unknown) => unknown) | undefined;
  const timestamps = options.timestamps ?? 'date';
  const timeOf = timeReader(time);
  return (source) =>
    addGrouping(source, {
      kind: 'sessionWindow',
      label: typeof gapMs === 'number' ? `gap ${durationLabel(gapMs)}` : 'gap per row',
      grouping: { window: { kind: 'session', gapMs, time, timestamps } },
      show: ({ value, ...parts }, rowTime, out, ctx) => {
        const start = timeOf ? timeOf(value) : rowTime;
        const end = sessionEnd(gapMs, value, start);
        if (!(end > start)) return;
        if (!fitsDates(start, end)) {
          return ctx.failed(value, rowTime, windowOutOfRange(ctx.operatorId, start));
        }
        out.next({ ...parts, window: shownWindow(start, end, timestamps), value }, rowTime);
      },
    });
}

type GapOfRow = (row: unknown) => number;

function gapOf<V>(gap: DurationInput | ((value: V) => unknown)): number | GapOfRow {
  if (typeof gap !== 'function') return durationMs(gap, 'sessionWindow gap', { min: 'positive' });
  refuseAsyncFunction('sessionWindow: gap', gap);
  const read = gap as (row: unknown) => DurationInput | null | undefined;
  return (row) => {
    const given = read(row);
    if (given === null || given === undefined) return Number.NaN;
    return typeof given === 'number'
      ? given
      : durationMs(given, 'sessionWindow gap', { min: 'any' });
  };
}
