import * as O from 'fp-ts/lib/Option.js';
import { type Observable, type OperatorFunction, pipe } from 'rxjs';
import { groupByKey, transformWithState, withWatermark } from '../../index.js';
import { keyOf, nameOf } from './keys.js';
import type { Event, Model, Turn, Workload } from './workload.js';

/** A count and a list per key, told by timers in event time, forgotten with the last of them. */
export function timers(delayMs: number, gapMs: number): Workload {
  const told = toldAt('eventTime', (rows) => Math.max(...rows.map((row) => row.at)) + gapMs);
  return {
    ...plain,
    name: `timers after ${gapMs}`,
    delaysMs: [delayMs],
    build: ([input]) => (input as Observable<Event>).pipe(withWatermark(atOf, delayMs), told),
    model: () => new TimersModel(gapMs, false),
  };
}

/** The same by the clock: the query has to wake up by itself. */
export function clockTimers(gapMs: number): Workload {
  const told = toldAt('processingTime', (_, nowMs) => nowMs + gapMs);
  return {
    ...plain,
    name: `timers after ${gapMs} by the clock`,
    delaysMs: [],
    build: ([input]) => (input as Observable<Event>).pipe(told),
    model: () => new TimersModel(gapMs, true),
  };
}

const plain = { sources: 1, policy: 'min', mode: 'append', keep: () => true } as const;
const atOf = (row: Event): number => row.at;

function toldAt(
  timeMode: 'eventTime' | 'processingTime',
  timerAt: (rows: readonly Event[], nowMs: number) => number,
): OperatorFunction<Event, object> {
  return pipe(
    groupByKey(keyOf),
    transformWithState({
      timeMode,
      init: (handle) => ({ n: handle.value<number>('n'), ids: handle.list<number>('ids') }),
      handleInputRows(_key: unknown, rows: readonly Event[], state, ctx) {
        state.n.update(O.getOrElse(() => 0)(state.n.get()) + rows.length);
        for (const row of rows) state.ids.appendValue(row.id);
        ctx.registerTimer(timerAt(rows, ctx.getCurrentProcessingTimeMs()));
        return [];
      },
      handleExpiredTimer(key: unknown, timer, state, ctx) {
        const ids = [...state.ids.get()].sort((a, b) => a - b).join();
        const row = { key: nameOf(key), timer, n: O.getOrElse(() => 0)(state.n.get()), ids };
        if (ctx.listTimers().length === 1) {
          state.n.clear();
          state.ids.clear();
        }
        return [row];
      },
    }),
  );
}

interface Held {
  n: number;
  ids: number[];
  readonly timers: Set<number>;
}

class TimersModel implements Model {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly gapMs: number,
    private readonly byClock: boolean,
  ) {}

  batch(rows: readonly (readonly Event[])[], turn: Turn): readonly object[] {
    const { late, evict, closing, timestampMs } = turn;
    const newest = new Map<string, number>();
    for (const e of rows.flat()) {
      if (e.at <= late) continue;
      const held = this.held.get(e.key) ?? { n: 0, ids: [], timers: new Set() };
      this.held.set(e.key, held);
      held.n += 1;
      held.ids.push(e.id);
      newest.set(e.key, Math.max(newest.get(e.key) ?? 0, this.byClock ? timestampMs : e.at));
    }
    for (const [key, at] of newest) this.held.get(key)?.timers.add(at + this.gapMs);
    const upTo = this.byClock && !closing ? timestampMs : evict;
    return [...this.held].flatMap(([key, held]) => this.fire(key, held, upTo));
  }

  private fire(key: string, held: Held, upTo: number): object[] {
    const due = [...held.timers].filter((timer) => timer <= upTo).sort((a, b) => a - b);
    const ids = [...held.ids].sort((a, b) => a - b).join();
    const out = due.map((timer) => ({ key, timer, n: held.n, ids }));
    for (const timer of due) held.timers.delete(timer);
    if (due.length > 0 && held.timers.size === 0) this.held.delete(key);
    return out;
  }

  isDue(evict: number, nowMs: number): boolean {
    const upTo = this.byClock ? nowMs : evict;
    return [...this.held.values()].some(({ timers }) => [...timers].some((at) => at <= upTo));
  }
}
