import { eventTimeMs } from '../../lib/time/eventTime.js';
import type { TimeWindow } from '../../lib/time/timeWindow.js';
import { refuseAsyncFunction } from './rowFunction.js';

/** A window as rows show it. */
export function shownWindow(
  startMs: number,
  endMs: number,
  timestamps: 'date' | 'ms',
): TimeWindow<Date | number> {
  return timestamps === 'ms'
    ? { start: startMs, end: endMs }
    : { start: new Date(startMs), end: new Date(endMs) };
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
