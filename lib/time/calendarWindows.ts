import { CalendarGrid } from './calendarGrid.js';
import { farthestMs } from './civil.js';
import { type DurationInput, intervalOf } from './duration.js';
import type { Interval } from './interval.js';
import { wallClock } from './zone.js';

/** Start and end of a window, ms since the epoch; half open. */
export type WindowSpan = readonly [startMs: number, endMs: number];

/** How calendar windows lie. */
export interface CalendarWindowOptions {
  /** The zone on whose wall clock windows start: an IANA name. */
  readonly timeZone: string;
  /** Distance between starts; the window is a whole multiple of it. Default: the window's size. */
  readonly slide?: DurationInput | undefined;
  /** Moves every start on the wall clock: `'6 hours'` for days from six to six. */
  readonly startTime?: DurationInput | undefined;
}

const dayMs = 86_400_000;
/** A segment is remembered for each step that rows fall into; more are computed again. */
const rememberedSteps = 4096;

/** Between two neighbouring boundaries the windows are the same. */
interface Segment {
  readonly startMs: number;
  readonly endMs: number;
  readonly windows: readonly WindowSpan[];
}

/**
 * Windows on a wall clock, which Spark does not have: a day in Europe/Paris has 23, 24 or 25 hours.
 *
 * In:     a size of whole days, weeks (from Monday), months or years, or of hours or minutes that
 *         divide a day; `option` names the operator in errors.
 * Out:    a function from an event time (ms) to its windows, by start; none for NaN. Of a time so far
 *         out that no Date holds all their bounds, one of them is [NaN, NaN].
 * Time:   a boundary that the clock skips is the instant of the change. One that it shows twice counts
 *         twice for windows of at most an hour, otherwise once, the first time.
 * Errors: TypeError and RangeError, when it is made.
 *
 * @example
 * calendarWindows({ days: 1 }, { timeZone: 'Europe/Paris' }, 'window')(time); // [[start, end]]
 * @since 0.1.0
 */
export function calendarWindows(
  size: DurationInput,
  options: CalendarWindowOptions,
  option: string,
): (timeMs: number) => readonly WindowSpan[] {
  const clock = wallClock(options.timeZone, `${option} timeZone`);
  const whole = calendarStep(size, `${option} duration`);
  const step = options.slide === undefined ? whole : calendarStep(options.slide, `${option} slide`);
  const steps = stepsOf(whole, step, option);
  const start = intervalOf(options.startTime ?? 0, `${option} startTime`);
  const least = step.months === 0 ? step.ms : 28 * dayMs;
  if (start.months !== 0 || !(Math.abs(start.ms) < least)) {
    throw new RangeError(
      `${option} startTime must be shorter than the slide, got ${JSON.stringify(options.startTime)}: give at most ${least - 1} ms`,
    );
  }
  return windowsOn(new CalendarGrid(clock, step, start.ms), steps);
}

/** Rows come in nearly sorted, so the last segment mostly fits; otherwise the step's segments do. */
function windowsOn(grid: CalendarGrid, steps: number): (timeMs: number) => readonly WindowSpan[] {
  const known = new Map<number, Segment[]>();
  let last: Segment = { startMs: 0, endMs: 0, windows: [] };
  return (timeMs) => {
    if (timeMs >= last.startMs && timeMs < last.endMs) return last.windows;
    if (!(Math.abs(timeMs) <= farthestMs)) return [];
    const step = grid.stepOf(timeMs);
    let segments = known.get(step);
    const found = segments?.find((s) => timeMs >= s.startMs && timeMs < s.endMs);
    if (found !== undefined) {
      last = found;
      return found.windows;
    }
    if (segments === undefined) {
      if (known.size >= rememberedSteps) known.clear();
      segments = [];
      known.set(step, segments);
    }
    last = segmentAt(grid, timeMs, steps);
    if (last.endMs > last.startMs) segments.push(last);
    return last.windows;
  };
}

/**
 * Window i goes from boundary i to boundary i + steps. Boundaries are counted in the order in which they
 * come, not by their time on the clock: it may skip a day of them, or show an hour of them again.
 */
function segmentAt(grid: CalendarGrid, timeMs: number, steps: number): Segment {
  const reachMs = (steps + 1) * grid.longestMs;
  const near = around(grid, timeMs, reachMs);
  const isEnough = near.next >= steps && near.boundaries.length - near.next >= steps;
  // What the clock shows again has boundaries only once, if the step is more than an hour.
  const { boundaries, next } = isEnough ? near : around(grid, timeMs, reachMs + 2 * dayMs);
  const windows: WindowSpan[] = [];
  for (let i = Math.max(0, next - steps); i < next; i++) {
    const end = boundaries[i + steps];
    const start = boundaries[i];
    if (start !== undefined && end !== undefined) windows.push([start, end]);
  }
  // Some may have a bound that no Date can hold: their place is kept, so that the row is not left out.
  const isAtLimit = Math.abs(timeMs) + reachMs + 2 * dayMs > farthestMs;
  if (isAtLimit && windows.length < steps) windows.push([Number.NaN, Number.NaN]);
  return { startMs: boundaries[next - 1] ?? timeMs, endMs: boundaries[next] ?? timeMs, windows };
}

/** Boundaries on both sides of a time; `next` is the first behind it. */
function around(grid: CalendarGrid, timeMs: number, reachMs: number) {
  const from = Math.max(1 - farthestMs, timeMs - reachMs);
  const boundaries = grid.boundaries(from, Math.min(farthestMs, timeMs + reachMs));
  const after = boundaries.findIndex((ms) => ms > timeMs);
  return { boundaries, next: after === -1 ? boundaries.length : after };
}

/** Months, or ms that are whole days or divide one. */
function calendarStep(input: DurationInput, option: string): Interval {
  const step = intervalOf(input, option);
  const fits =
    step.months !== 0
      ? step.months > 0 && step.ms === 0
      : step.ms > 0 &&
        Number.isInteger(step.ms) &&
        (step.ms % dayMs === 0 || dayMs % step.ms === 0);
  if (fits && Number.isInteger(step.months)) return step;
  throw new RangeError(
    `${option} on a calendar must be whole days, weeks, months or years, or divide a day, got ${JSON.stringify(input)}: give { days: 1 } or { hours: 6 }, or leave timeZone out`,
  );
}

function stepsOf(size: Interval, slide: Interval, option: string): number {
  const steps = size.months === 0 ? size.ms / slide.ms : size.months / slide.months;
  if (Number.isInteger(steps) && (size.months === 0) === (slide.months === 0) && steps <= 10_000)
    return steps;
  throw new RangeError(
    `${option} duration on a calendar must be a whole multiple of its slide, at most 10,000: give both in the same unit`,
  );
}
