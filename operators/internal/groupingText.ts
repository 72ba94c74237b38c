import type { Grouping, WindowGrouping } from '../../lib/plan/grouping.js';
import { durationLabel } from './durationLabel.js';

/** A grouping as `explain()` shows it in front of the results. */
export function groupingLabel({ key, window }: Grouping): string {
  const parts = [key && 'key', window && windowLabel(window)].filter((part) => part !== undefined);
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}

/** The names that give the key, for a plan node. */
export function keyColumnsOf({
  keyColumns,
}: {
  readonly keyColumns: readonly string[] | undefined;
}) {
  return keyColumns === undefined ? {} : { keyColumns };
}

/** What of a grouping must not change between two runs on one checkpoint. */
export function groupingSignature({ key, keyTime, window }: Grouping) {
  return {
    key: key !== undefined,
    keyTime: keyTime !== undefined,
    window: window === undefined ? null : windowSignature(window),
  };
}

function windowLabel(window: WindowGrouping): string {
  switch (window.kind) {
    case 'given':
      return 'window';
    case 'session':
      return typeof window.gapMs === 'number'
        ? `session ${durationLabel(window.gapMs)}`
        : 'session by row';
    case 'fixed':
      if (window.calendar !== undefined) return `window ${window.calendar}`;
      return window.slideMs === window.sizeMs
        ? `window ${durationLabel(window.sizeMs)}`
        : `window ${durationLabel(window.sizeMs)} every ${durationLabel(window.slideMs)}`;
  }
}

/** The gap of sessions may change (1.16): stored sessions keep the end that they have. */
function windowSignature(window: WindowGrouping): unknown {
  if (window.kind !== 'fixed') return { kind: window.kind };
  const { kind, sizeMs, slideMs, startMs, calendar } = window;
  return calendar === undefined ? { kind, sizeMs, slideMs, startMs } : { kind, calendar };
}
