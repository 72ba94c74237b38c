import { eventTimeMs } from '../../lib/time/eventTime.js';
import type { TimeWindow } from '../../lib/time/timeWindow.js';
import { refuseAsyncFunction } from './rowFunction.js';

/**
 * A window as rows show it: in whole ms. A session of windows starts and ends half a ms below one, and
 * is shown with what is above: so the end that `windowTime` reads is late when the session is.
 */
export function shownWindow(
  startMs: number,
  endMs: number,
  timestamps: 'date' | 'ms',
): TimeWindow<Date | number> {
  const start = Math.ceil(startMs) + 0; // + 0: no −0
  const end = Math.ceil(endMs) + 0;
  return timestamps === 'ms' ? { start, end } : { start: new Date(start), end: new Date(end) };
}

/** The option `time` as a function to ms (NaN: none). */
export function timeReader(
  time: ((row: unknown) => unknown) | undefined,
): ((row: unknown) => number) | undefined {
  return time && ((row) => eventTimeMs(time(row)));
}

/** Checks the options that windows and sessions share. */
export function checkTimeOptions(
  operator: string,
  options: { readonly time?: unknown; readonly timestamps?: unknown },
): void {
  const { time, timestamps } = options;
  if (time !== undefined && typeof time !== 'function') {
    throw new TypeError(
      `${operator}: option time must be a function of the row, got ${typeof time}: { time: (row) => row.time }`,
    );
  }
  refuseAsyncFunction(`${operator}: option time`, time);
  if (timestamps !== undefined && timestamps !== 'date' && timestamps !== 'ms') {
    throw new RangeError(
      `${operator}: option timestamps must be 'date' or 'ms', got ${JSON.stringify(timestamps)}`,
    );
  }
}
