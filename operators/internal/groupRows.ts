import { eventTimeMs } from '../../lib/time/eventTime.js';
import type { Fold } from './fold.js';
import { timeOfWindow } from './windowBounds.js';
import { shownWindow } from './windowOption.js';

/** Where the row of a group gets its columns from, and its event time. */
export interface RowShape {
  /** With a column `key`. */
  readonly hasKey: boolean;
  /** With a column `window`; its bounds as Dates or ms. */
  readonly window: 'date' | 'ms' | undefined;
}

/** Makes result rows: `{ key?, window?, …results }`. */
export class GroupRows<V> {
  constructor(
    private readonly shape: RowShape,
    private readonly fold: Fold<V>,
  ) {}

  ofKey(key: unknown, value: V): unknown {
    const row: Record<string, unknown> = this.shape.hasKey ? { key } : {};
    this.fold.putResults(value, row);
    return row;
  }

  ofWindow(key: unknown, startMs: number, endMs: number, value: V): unknown {
    const window = shownWindow(startMs, endMs, this.shape.window ?? 'date');
    const row: Record<string, unknown> = this.shape.hasKey ? { key, window } : { window };
    this.fold.putResults(value, row);
    return row;
  }
}

/** When a group whose key holds this event time leaves (ms; NaN: never): a window by its end. */
export function evictionTime(eventTime: unknown): number {
  return isWindow(eventTime) ? eventTimeMs(eventTime.end) : eventTimeMs(eventTime);
}

/** The event time (ms) of the result row of such a group. */
export function resultTime(eventTime: unknown): number {
  return isWindow(eventTime) ? timeOfWindow(eventTimeMs(eventTime.end)) : eventTimeMs(eventTime);
}

function isWindow(value: unknown): value is { readonly end: unknown } {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && 'end' in value;
}
