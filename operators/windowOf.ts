import { type OptionNames, requireKnownOptions } from '../lib/options/knownOptions.js';
import type { DurationInput } from '../lib/time/duration.js';
import { type EventTimeInput, eventTimeMs } from '../lib/time/eventTime.js';
import type { TimeWindow } from '../lib/time/timeWindow.js';
import { fitsDates, lastWindowStart, windowOutOfRange } from './internal/windowBounds.js';
import { shownWindow } from './internal/windowOption.js';
import { fixedWindow } from './internal/windowSpec.js';
import type { BoundOf } from './window.js';

/** @since 0.1.0 */
export interface WindowOfOptions<M extends 'date' | 'ms' = 'date' | 'ms'> {
  /** Shifts the starts, which are multiples of the size since the epoch; may be negative. */
  readonly startTime?: DurationInput;
  /** `TimeWindow` of Dates (default), or of ms since the epoch. */
  readonly timestamps?: M;
}

const optionNames: OptionNames<WindowOfOptions> = { startTime: true, timestamps: true };

const noWindow = { start: Number.NaN, end: Number.NaN };

/**
 * A function that gives the tumbling window of a time in a row, to make a column of it: as a join key,
 * or as a key of `groupByKey` with `eventTime`.
 *
 * Out:    null for a row without that time. With `timestamps: 'ms'` rows of one window that follow each other
 *         share it: do not change it.
 * Errors: RangeError for size <= 0, |startTime| >= size, months or years; of the function
 *         `WINDOW_OUT_OF_RANGE` for a window that begins or ends where no Date can be.
 *
 * @example
 * const hourOf = windowOf((e: Event) => e.time, '1 hour');
 * events.pipe(
 *   withColumns((e) => ({ hour: hourOf(e) })),
 *   groupByKey('hour', { eventTime: (hour) => hour }),
 *   count(),
 * );
 * @since 0.1.0
 */
export function windowOf<T, const M extends 'date' | 'ms' = 'date'>(
  time: (row: T) => EventTimeInput,
  size: DurationInput,
  options: WindowOfOptions<M> = {},
): (row: T) => TimeWindow<BoundOf<M>> | null {
  requireKnownOptions<WindowOfOptions>('windowOf', options, optionNames);
  const { sizeMs, startMs, timestamps } = fixedWindow('windowOf', size, { ...options, time });
  const isWhole = Number.isInteger(sizeMs) && Number.isInteger(startMs);
  // Rows follow each other in time: most are in the window of the one before, and share it.
  let last: TimeWindow<number> = noWindow;
  return (row) => {
    const at = eventTimeMs(time(row));
    if (at >= last.start && at < last.end) return last as TimeWindow<BoundOf<M>>;
    if (Number.isNaN(at)) return null;
    const start = lastWindowStart(at, sizeMs, startMs);
    if (!fitsDates(start, start + sizeMs)) throw windowOutOfRange('windowOf', at);
    const window = shownWindow(start, start + sizeMs, timestamps);
    if (timestamps === 'ms' && isWhole) last = window as TimeWindow<number>;
    return window as TimeWindow<BoundOf<M>>;
  };
}
