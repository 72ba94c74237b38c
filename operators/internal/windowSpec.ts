import type { WindowGrouping } from '../../lib/plan/grouping.js';
import { type DurationInput, durationMs } from '../../lib/time/duration.js';
import type { WindowOptions } from '../window.js';
import { durationLabel } from './durationLabel.js';
import { checkTimeOptions } from './windowOption.js';

export type FixedWindow = WindowGrouping & { readonly kind: 'fixed' };

/** Size and options of a window, checked when the operator is built. */
export function fixedWindow<V>(
  operator: string,
  size: DurationInput,
  options: WindowOptions<V>,
): FixedWindow & { readonly label: string } {
  checkTimeOptions(operator, options);
  const sizeMs = durationMs(size, `${operator} size`, { min: 'positive' });
  const slideMs =
    options.slide === undefined
      ? sizeMs
      : durationMs(options.slide, `${operator} slide`, { min: 'positive' });
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
    kind: 'fixed',
    sizeMs,
    slideMs,
    startMs,
    time: options.time as FixedWindow['time'],
    timestamps: options.timestamps ?? 'date',
    label: windowLabel(sizeMs, slideMs, startMs),
  };
}

function windowLabel(sizeMs: number, slideMs: number, startMs: number): string {
  const every = slideMs === sizeMs ? '' : ` every ${durationLabel(slideMs)}`;
  return `${durationLabel(sizeMs)}${every}${startMs === 0 ? '' : ` from ${durationLabel(startMs)}`}`;
}
