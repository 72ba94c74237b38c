import { StreamingError } from '../../lib/errors.js';
import type { WindowGrouping } from '../../lib/plan/grouping.js';
import { farthestMs } from '../../lib/time/civil.js';

/**
 * The start of the last window that contains `time`: windows start at `startMs + n · slideMs`.
 *
 * Source: semantics/spark.md 2.7 (the remainder takes the sign of the dividend, then is made positive).
 */
export function lastWindowStart(time: number, slideMs: number, startMs: number): number {
  const past = (time - startMs) % slideMs;
  return time - (past < 0 ? past + slideMs : past);
}

/** `[start, end)` in ms since the epoch. */
export type Bounds = readonly [startMs: number, endMs: number];

/**
 * Where the session of a row alone ends (ms): NaN if the row has no event time or no gap; not behind its start
 * if the gap is zero or negative.
 *
 * Source: semantics/spark.md 2.8.
 */
export function sessionEnd(
  gapMs: number | ((row: unknown) => number),
  row: unknown,
  startMs: number,
): number {
  return startMs + (typeof gapMs === 'number' ? gapMs : gapMs(row));
}

/** Whether Dates can hold both bounds of a window; NaN stands for one that a calendar does not reach. */
export function fitsDates(startMs: number, endMs: number): boolean {
  return startMs >= -farthestMs && endMs <= farthestMs;
}

/** What fails a row, one of whose windows does not. */
export function windowOutOfRange(operator: string, timeMs: number): StreamingError {
  const time = new Date(timeMs).toISOString();
  return new StreamingError('WINDOW_OUT_OF_RANGE', { operator, time });
}

/** The windows that contain `time` (ms), the last one first; none for NaN. */
export function windowsAt(
  window: WindowGrouping & { readonly kind: 'fixed' },
  time: number,
): readonly Bounds[] {
  if (Number.isNaN(time)) return [];
  if (window.assign) return window.assign(time);
  const windows: Bounds[] = [];
  const { sizeMs, slideMs, startMs } = window;
  for (let at = lastWindowStart(time, slideMs, startMs); at > time - sizeMs; at -= slideMs) {
    windows.push([at, at + sizeMs]);
  }
  return windows;
}

/**
 * The time of a row made from a window (ms): late and evicted exactly if the window's end is, and in
 * the window's last instant for windows over windows. Spark's `window_time` is end − 1 µs.
 *
 * A session of windows ends in a last instant itself; its time is that end, not the whole ms below.
 */
export function timeOfWindow(endMs: number): number {
  return Math.ceil(endMs) - 0.5;
}

/** Whether what a row gives as its event time is a window; its ends are any event times. */
export function isWindow(
  value: unknown,
): value is { readonly start: unknown; readonly end: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Date) &&
    'start' in value &&
    'end' in value
  );
}
