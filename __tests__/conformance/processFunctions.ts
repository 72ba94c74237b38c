import * as O from 'fp-ts/lib/Option.js';
import type { Row } from './vector.js';

interface Value {
  get(): O.Option<number>;
  update(value: number): void;
}
interface List {
  get(): Iterable<number>;
  appendValue(value: number): void;
  clear(): void;
}
interface MapState {
  getValue(key: number): O.Option<number>;
  updateValue(key: number, value: number): void;
}
interface Handle {
  value(name: string): Value;
  list(name: string): List;
  map(name: string): MapState;
}
interface Context {
  registerTimer(ms: number): void;
  deleteTimer(ms: number): void;
  listTimers(): Iterable<number>;
  getCurrentWatermarkMs(): number;
}
interface States {
  readonly count: Value;
  readonly list: List;
  readonly counts: MapState;
}

/** The transformWithState functions of the vectors' README, column "Rule". */
export function processFunction(
  name: string,
  timeMode: 'none' | 'eventTime',
  keys: readonly string[],
  time: string | undefined,
  eventTime: string | undefined,
): unknown {
  const keyColumn = keys[0] as string;
  const out = (key: Row, x: unknown, y: unknown = null, z: unknown = null): Row => ({
    k: key[keyColumn],
    x,
    y,
    z,
  });
  const timesOf = (rows: Iterable<Row>): number[] =>
    [...rows].flatMap((row) => {
      const value = time === undefined ? null : row[time];
      return typeof value === 'number' ? [value] : [];
    });
  const body = bodies(out, timesOf)[name];
  if (!body) throw new TypeError(`no process function ${name}`);
  return {
    timeMode,
    ...(eventTime === undefined ? {} : { eventTime: (row: Row) => row[eventTime] }),
    init: (handle: Handle): States => ({
      count: handle.value('count'),
      list: handle.list('list'),
      counts: handle.map('counts'),
    }),
    handleInputRows: body.rows,
    ...(timeMode === 'none' || !body.timer ? {} : { handleExpiredTimer: body.timer }),
  };
}

interface Body {
  rows(key: Row, rows: Iterable<Row>, state: States, ctx: Context): Iterable<Row>;
  timer?(key: Row, timer: number, state: States, ctx: Context): Iterable<Row>;
}

function bodies(
  out: (key: Row, x: unknown, y?: unknown, z?: unknown) => Row,
  timesOf: (rows: Iterable<Row>) => number[],
): Record<string, Body> {
  const at = (key: Row, ms: number, x: unknown): Row => ({ k: out(key, x).k, at: ms, x });
  const tickPerWindow: Body = {
    rows(_key, rows, state, ctx) {
      const all = [...rows];
      state.count.update((O.toNullable(state.count.get()) ?? 0) + all.length);
      const times = timesOf(all);
      if (times.length > 0) {
        const t = (Math.floor(Math.max(...times) / 10000) + 1) * 10000;
        if (t > ctx.getCurrentWatermarkMs()) ctx.registerTimer(t);
      }
      return [];
    },
    timer: (key, timer, state) => [out(key, O.toNullable(state.count.get()), timer)],
  };
  return {
    tickPerWindow,
    tickAt: {
      rows(key, rows, state, ctx) {
        const all = [...rows];
        tickPerWindow.rows(key, all, state, ctx);
        const times = timesOf(all);
        return times.length === 0 ? [] : [at(key, Math.max(...times), all.length)];
      },
      timer: (key, timer, state) => [at(key, timer, O.toNullable(state.count.get()))],
    },
    listAndFlush: {
      rows(key, rows, state, ctx) {
        const all = [...rows];
        for (const row of all) state.list.appendValue((row.v as number | null) ?? -1);
        const list = [...state.list.get()];
        if (list.length >= 4) {
          state.list.clear();
          return [out(key, sum(list), list.length, 0)];
        }
        const times = timesOf(all);
        if (times.length > 0) {
          const t = Math.max(...times) + 5000;
          if (t > ctx.getCurrentWatermarkMs()) ctx.registerTimer(t);
        }
        return [];
      },
      timer(key, _timer, state) {
        const list = [...state.list.get()];
        state.list.clear();
        return [out(key, sum(list), list.length, 1)];
      },
    },
    mapCounts: {
      rows(key, rows, state) {
        const seen: number[] = [];
        for (const row of rows) {
          const j = (row.j as number | null) ?? -1;
          if (!seen.includes(j)) seen.push(j);
          state.counts.updateValue(j, (O.toNullable(state.counts.getValue(j)) ?? 0) + 1);
        }
        return seen.map((j) => out(key, j, O.toNullable(state.counts.getValue(j))));
      },
    },
    manyTimers: {
      rows(key, rows, _state, ctx) {
        const all = [...rows];
        const times = timesOf(all);
        if (times.length > 0) {
          for (const d of [2000, 4000, 6000]) {
            const t = Math.max(...times) + d;
            if (t > ctx.getCurrentWatermarkMs()) ctx.registerTimer(t);
          }
          const timers = [...ctx.listTimers()].sort((a, b) => a - b);
          if (timers.length > 4) ctx.deleteTimer(timers[0] as number);
        }
        return [out(key, all.length, null, 0)];
      },
      timer: (key, timer) => [out(key, timer, null, 1)],
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
