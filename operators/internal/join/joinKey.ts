import { ownClass } from '../../../lib/ownClass.js';
import { eventTimeMs } from '../../../lib/time/eventTime.js';
import { isWindow, timeOfWindow } from '../windowBounds.js';

/** The key of a row in the state; undefined: a part of it is null, and null equals nothing. */
export type KeyOf = (row: unknown) => unknown;

/** What makes the times of a stored row. Objects have them, because V8 makes one of each number that a call is given. */
export interface RowTimes {
  /** The row's own event time (ms); NaN: nobody asks for it. */
  readonly time: number;
  /** The time (ms) by which the row is late, leaves the state and goes on downstream. */
  readonly at: number;
}

/** Under what a row lies in the state. */
export interface JoinKey extends RowTimes {
  /** undefined: a part of it is null. */
  readonly key: unknown;
  /** Of a window in the key its start (ms). */
  readonly start: number | undefined;
}

/** Reads key and event time of a row. The answer is in the fields, so that a row costs no object. */
export interface KeyReader extends JoinKey {
  read(row: unknown, time: number): void;
}

/** Equality on columns: the row's event time is its own. */
export function columnKeyReader(keyOf: KeyOf): KeyReader {
  const read = 'read(row, time) { const { keyOf } = this; this.take(keyOf(row), time); }';
  return new (ownClass(ColumnKeyReader, [keyOf], read))(keyOf);
}

class ColumnKeyReader implements KeyReader {
  key: unknown = undefined;
  time = Number.NaN;
  at = Number.NaN;
  readonly start = undefined;

  constructor(private readonly keyOf: KeyOf) {}

  read(row: unknown, time: number): void {
    const { keyOf } = this;
    this.take(keyOf(row), time);
  }

  protected take(key: unknown, time: number): void {
    // Asked here too: most keys are no objects, and need no call.
    this.key = typeof key === 'object' ? withoutNull(key) : key;
    this.time = time;
    this.at = time;
  }
}

type TimeOf = (row: unknown) => unknown;

/**
 * An event time or window is part of the key. `lieByTime`: rows lie by it, under the rest of the key.
 * `keepsTime`: the row's own time is asked for beside it.
 */
export function timeKeyReader(
  keyOf: KeyOf | undefined,
  timeOf: TimeOf | undefined,
  lieByTime: boolean,
  keepsTime: boolean,
): KeyReader {
  const args = [timeOf ? 'timeOf(row)' : 'time', keyOf ? 'keyOf(row)' : "''"];
  const keep = keepsTime ? 'this.time = time; ' : '';
  const read = `read(row, time) { const { timeOf, keyOf } = this; ${keep}this.take(${args.join(', ')}); }`;
  const Reader: new (keepsTime: boolean, key?: KeyOf, time?: TimeOf) => TimeReader = lieByTime
    ? TimedKeyReader
    : WholeKeyReader;
  return new (ownClass(Reader, [keyOf, timeOf], read))(keepsTime, keyOf, timeOf);
}

/** An event time or window is part of the key: it is the row's time. */
abstract class TimeReader implements KeyReader {
  key: unknown = undefined;
  time = Number.NaN;
  at = Number.NaN;
  start: number | undefined = undefined;

  constructor(
    private readonly keepsTime: boolean,
    /** undefined: the time is all of the key. */
    private readonly keyOf?: KeyOf,
    /** undefined: the row's own event time. */
    private readonly timeOf?: TimeOf,
  ) {}

  read(row: unknown, time: number): void {
    const { timeOf, keyOf } = this;
    if (this.keepsTime) this.time = time;
    this.take(timeOf ? timeOf(row) : time, keyOf ? keyOf(row) : '');
  }

  protected take(value: unknown, keyOfRow: unknown): void {
    if (isWindow(value)) {
      this.start = eventTimeMs(value.start);
      this.at = timeOfWindow(eventTimeMs(value.end));
    } else {
      this.start = undefined;
      // A row behind an aggregation carries its window's end − ½ ms, which is no time to be floored.
      this.at = this.timeOf ? eventTimeMs(value) : (value as number);
    }
    const key = withoutNull(keyOfRow);
    const hasKey = key !== undefined && !Number.isNaN(this.at) && !Number.isNaN(this.start);
    this.key = hasKey ? this.composed(key, this.keyOf !== undefined) : undefined;
  }

  protected abstract composed(key: unknown, hasColumns: boolean): unknown;
}

/** For rows that lie by their time, under the rest of the key. */
class TimedKeyReader extends TimeReader {
  protected composed(key: unknown): unknown {
    return timedKey(key, this.start);
  }
}

/** For rows that lie under the whole key. */
class WholeKeyReader extends TimeReader {
  protected composed(key: unknown, hasColumns: boolean): unknown {
    const time = this.start === undefined ? this.at : [this.start, this.at + 0.5];
    return hasColumns ? [key, time] : time;
  }
}

/** Lists and structs have the start with them, so that none of them is what another key and its start are. */
export function timedKey(key: unknown, start: number | undefined): unknown {
  return typeof key === 'object' ? withStart(key, start) : key;
}

/** A key of two parts, as it is kept; of what is no window the start is Infinity. */
export function withStart(key: unknown, start: number | undefined): unknown {
  return [start ?? Number.POSITIVE_INFINITY, key];
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
  return own as KeyOf;
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
  return own as KeyOf;
}

function badKeys(on: unknown): TypeError {
  const found = Array.isArray(on)
    ? `an array of ${on.map((part) => typeof part).join(', ') || 'nothing'}`
    : typeof on;
  return new TypeError(
    `joinWith: on must be [(l) => l.key, (r) => r.key], { left, right } or names of columns that both sides have, got ${found}`,
  );
}
