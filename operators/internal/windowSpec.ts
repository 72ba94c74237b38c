import type { WindowGrouping } from '../../lib/plan/grouping.js';
import { calendarWindows } from '../../lib/time/calendarWindows.js';
import { type DurationInput, durationMs, intervalOf } from '../../lib/time/duration.js';
import type { WindowOptions } from '../window.js';
import { durationLabel } from './durationLabel.js';
import { checkTimeOptions } from './windowOption.js';

export type FixedWindow = WindowGrouping & { readonly kind: 'fixed' };

const fixedRules = { min: 'positive', months: 'need timeZone' } as const;

/** Size and options of a window, checked when the operator is built. */
export function fixedWindow<V>(
  operator: string,
  size: DurationInput,
  options: WindowOptions<V>,
): FixedWindow & { readonly label: string } {
  checkTimeOptions(operator, options);
  if (options.timeZone !== undefined) return calendarWindow(operator, size, options);
  const sizeMs = durationMs(size, `${operator} size`, fixedRules);
  const slideMs =
    options.slide === undefined
      ? sizeMs
      : durationMs(options.slide, `${operator} slide`, fixedRules);
  const startMs =
    options.startTime === undefined
      ? 0
      : durationMs(options.startTime, `${operator} startTime`, { min: 'any' });
  if (slideMs > sizeMs) {
    throw new RangeError(
      `${operator} slide (${durationLabel(slideMs)}) is longer than its size (${durationLabel(sizeMs)}), so rows between windows would be lost: give a slide <= size`,
    );
  }
  if (Math.abs(startMs) >= slideMs) {
    throw new RangeError(
      `${operator} startTime (${durationLabel(startMs)}) must be shorter than the slide (${durationLabel(slideMs)}): take the remainder`,
    );
  }
  return {
    ...described(options),
    sizeMs,
    slideMs,
    startMs,
    label: windowLabel(sizeMs, slideMs, startMs),
  };
}

function described<V>(options: WindowOptions<V>) {
  return {
    kind: 'fixed' as const,
    time: options.time as FixedWindow['time'],
    timestamps: options.timestamps ?? 'date',
  };
}

function calendarWindow<V>(
  operator: string,
  size: DurationInput,
  options: WindowOptions<V>,
): FixedWindow & { readonly label: string } {
  const { timeZone = '', slide, startTime } = options;
  const assign = calendarWindows(size, { timeZone, slide, startTime }, operator);
  const every = slide === undefined ? '' : ` every ${intervalLabel(slide)}`;
  const from = startTime === undefined ? '' : ` from ${intervalLabel(startTime)}`;
  const calendar = `${intervalLabel(size)}${every}${from} in ${timeZone}`;
  // The grid is the calendar's: no fixed size, slide or start.
  const grid = { sizeMs: 0, slideMs: 0, startMs: 0 };
  return { ...described(options), ...grid, assign, calendar, label: calendar };
}

function intervalLabel(input: DurationInput): string {
  const { months, ms } = intervalOf(input, 'window');
  if (months === 0) return durationLabel(ms);
  return `${months} month${months === 1 ? '' : 's'}`;
}

function windowLabel(sizeMs: number, slideMs: number, startMs: number): string {
  const every = slideMs === sizeMs ? '' : ` every ${durationLabel(slideMs)}`;
  return `${durationLabel(sizeMs)}${every}${startMs === 0 ? '' : ` from ${durationLabel(startMs)}`}`;
}
