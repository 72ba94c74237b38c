import { eventTimeMs } from '../../../lib/time/eventTime.js';
import { isWindow } from '../windowBounds.js';

/** The key of a row in the state; undefined: a part of it is null, and null equals nothing. */
export type KeyOf = (row: unknown) => unknown;

/**
 * Reads key and event time of a row. The answer is in the fields, so that a row costs no object.
 *
 * `at` is the time by which the row is late, leaves the state and goes on downstream.
 */
export interface KeyReader {
  key: unknown;
  at: number;
  read(row: unknown, time: number): void;
}

/** Equality on columns: the row's event time is its own. */
export class ColumnKeyReader implements KeyReader {
  key: unknown = undefined;
  at = Number.NaN;

  constructor(private readonly keyOf: KeyOf) {}

  read(row: unknown, time: number): void {
    this.key = withoutNull(this.keyOf(row));
    this.at = time;
  }
}

/** An event time or window is part of the key: it is the row's time. */
export class TimeKeyReader implements KeyReader {
  key: unknown = undefined;
  at = Number.NaN;
  private window: readonly number[] = [];

  constructor(
    private readonly keyOf: KeyOf | undefined,
    /** undefined: the row's own event time. */
    private readonly timeOf: ((row: unknown) => unknown) | undefined,
  ) {}

  read(row: unknown, time: number): void {
    const value = this.timeOf ? this.timeOf(row) : time;
    let timeKey: unknown;
    if (isWindow(value)) {
      const end = eventTimeMs(value.end);
      timeKey = this.windowKey(eventTimeMs(value.start), end);
      this.at = end - 0.5; // as every row made from a window: late and evicted by its end
    } else {
      // A row behind an aggregation carries its window's end − ½ ms, which is no time to be floored.
      this.at = this.timeOf ? eventTimeMs(value) : time;
      timeKey = this.at;
    }
    this.key = Number.isNaN(this.at) ? undefined : this.composed(row, timeKey);
  }

  /** Most rows lie in the window of the row before. */
  private windowKey(start: number, end: number): readonly number[] {
    if (this.window[0] !== start || this.window[1] !== end) this.window = [start, end];
    return this.window;
  }

  private composed(row: unknown, timeKey: unknown): unknown {
    if (!this.keyOf) return timeKey;
    const key = withoutNull(this.keyOf(row));
    return key === undefined ? undefined : [key, timeKey];
  }
}

/** undefined if the key, an element of a tuple or a field of a struct is null. */
export function withoutNull(key: unknown): unknown {
  if (typeof key !== 'object') return key;
  if (key === null) return undefined;
  if (Array.isArray(key)) {
    for (let i = 0; i < key.length; i++) {
      if (key[i] === null || key[i] === undefined) return undefined;
    }
    return key;
  }
  if (key instanceof Date || key instanceof Uint8Array) return key;
  for (const name in key) {
    const part: unknown = Reflect.get(key, name);
    if (part === null || part === undefined) return undefined;
  }
  return key;
}

/** The key function of one side, from what `on` gives; undefined: there is no equality. */
export function keyFunction(on: unknown, side: 'left' | 'right'): KeyOf | undefined {
  if (on === undefined || on === null) return undefined;
  if (typeof on === 'string') return (row) => Reflect.get(Object(row), on);
  if (Array.isArray(on)) return on.length === 0 ? undefined : keyOfList(on, side);
  const own: unknown = typeof on === 'object' ? Reflect.get(on, side) : undefined;
  if (typeof own !== 'function') throw badKeys(on);
  return (row) => own(row);
}

function keyOfList(on: readonly unknown[], side: 'left' | 'right'): KeyOf {
  const names = on.filter((name): name is string => typeof name === 'string');
  if (names.length === on.length) {
    const only = names[0] as string;
    return names.length === 1
      ? (row) => Reflect.get(Object(row), only)
      : (row) => names.map((name) => Reflect.get(Object(row), name));
  }
  const own = on[side === 'left' ? 0 : 1];
  if (on.length !== 2 || typeof own !== 'function') throw badKeys(on);
  return (row) => own(row);
}

/** The columns that `on` names, in the order in which the key has them; undefined: functions give it. */
export function keyNames(on: unknown): readonly string[] | undefined {
  const names = typeof on === 'string' ? [on] : on;
  if (!Array.isArray(names) || names.length === 0) return undefined;
  return names.every((name) => typeof name === 'string') ? names : undefined;
}

function badKeys(on: unknown): TypeError {
  const found = Array.isArray(on)
    ? `an array of ${on.map((part) => typeof part).join(', ') || 'nothing'}`
    : typeof on;
  return new TypeError(
    `joinWith: on must be [(l) => l.key, (r) => r.key], { left, right } or names of columns that both sides have, got ${found}`,
  );
}
