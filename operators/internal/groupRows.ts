import { generated, propertyLiteral } from '../../lib/generatedCode.js';
import { setField } from '../../lib/schema/rowShape.js';
import { eventTimeMs } from '../../lib/time/eventTime.js';
import type { Fold } from './fold.js';
import { unfiltered } from './foldCode.js';
import { isWindow, timeOfWindow } from './windowBounds.js';
import { shownWindow } from './windowOption.js';

/** Where the row of a group gets its columns from, and its event time. */
export interface RowShape {
  /** With a column `key`. */
  readonly hasKey: boolean;
  /** With a column `window`; its bounds as Dates or ms. */
  readonly window: 'date' | 'ms' | undefined;
}

/** Makes result rows: `{ key?, window?, …results }`. Rows of one window share its object. */
export class GroupRows<V> {
  private readonly row: (key: unknown, window: unknown, value: V) => unknown;
  private start = Number.NaN;
  private end = Number.NaN;
  private window: unknown = undefined;

  constructor(
    private readonly shape: RowShape,
    fold: Fold<V>,
  ) {
    this.row = groupRow(shape.hasKey, shape.window !== undefined, fold);
  }

  ofKey(key: unknown, value: V): unknown {
    return this.row(key, undefined, value);
  }

  ofWindow(key: unknown, startMs: number, endMs: number, value: V): unknown {
    if (startMs !== this.start || endMs !== this.end) {
      this.start = startMs;
      this.end = endMs;
      this.window = shownWindow(startMs, endMs, this.shape.window ?? 'date');
    }
    return this.row(key, this.window, value);
  }
}

/**
 * Makes the row of a group from its key, its window and its value: all rows with the same properties
 * in the same order. Generated from the names of the results where the host allows it.
 */
export function groupRow<V>(
  hasKey: boolean,
  hasWindow: boolean,
  fold: Fold<V>,
): (key: unknown, window: unknown, value: V) => unknown {
  const { names } = fold;
  const aggregates = fold.aggregates.map(unfiltered);
  const columns = [
    ...(hasKey ? ['key: k'] : []),
    ...(hasWindow ? ['window: w'] : []),
    ...names.map((name, i) => `${propertyLiteral(name)}: ${fold.resultSource(i)}`),
  ];
  const source = [
    ...aggregates.map((_, i) => `const a${i} = aggregates[${i}];`),
    `return function groupRow(k, w, v) { return { ${columns.join(', ')} }; };`,
  ];
  const made = generated({ fold, aggregates }, source.join('\n'));
  return (made as GroupRow<V> | undefined) ?? stepByStep(hasKey, hasWindow, fold);
}

type GroupRow<V> = (key: unknown, window: unknown, value: V) => unknown;

function stepByStep<V>(hasKey: boolean, hasWindow: boolean, fold: Fold<V>): GroupRow<V> {
  return (key, window, value) => {
    const row = {};
    if (hasKey) setField(row, 'key', key);
    if (hasWindow) setField(row, 'window', window);
    for (const [i, name] of fold.names.entries()) setField(row, name, fold.resultOf(i, value));
    return row;
  };
}

/** When a group whose key holds this event time leaves (ms; NaN: never): a window by its end. */
export function evictionTime(eventTime: unknown): number {
  return isWindow(eventTime) ? eventTimeMs(eventTime.end) : eventTimeMs(eventTime);
}

/** The event time (ms) of the result row of such a group. */
export function resultTime(eventTime: unknown): number {
  return isWindow(eventTime) ? timeOfWindow(eventTimeMs(eventTime.end)) : eventTimeMs(eventTime);
}
