import * as O from 'fp-ts/lib/Option.js';
import type { Observable } from 'rxjs';
import { groupByKey, transformWithState, withWatermark } from '../../index.js';
import type { Event, Model, Turn, Workload } from './workload.js';

/** A count and a list per key, told by timers in event time, forgotten with the last of them. */
export function timers(delayMs: number, gapMs: number): Workload {
  return {
    name: `timers after ${gapMs}`,
    sources: 1,
    delaysMs: [delayMs],
    policy: 'min',
    mode: 'append',
    keep: () => true,
    build: ([input]) =>
      (input as Observable<Event>).pipe(
        withWatermark((e: Event) => e.at, delayMs),
        groupByKey((e: Event) => e.key),
        transformWithState({
          timeMode: 'eventTime',
          init: (handle) => ({ n: handle.value<number>('n'), ids: handle.list<number>('ids') }),
          handleInputRows(_key: string, rows: readonly Event[], state, ctx) {
            state.n.update(O.getOrElse(() => 0)(state.n.get()) + rows.length);
            for (const row of rows) state.ids.appendValue(row.id);
            ctx.registerTimer(Math.max(...rows.map((row) => row.at)) + gapMs);
            return [];
          },
          handleExpiredTimer(key: string, timer, state, ctx) {
            const ids = [...state.ids.get()].sort((a, b) => a - b).join();
            const row = { key, timer, n: O.getOrElse(() => 0)(state.n.get()), ids };
            if (ctx.listTimers().length === 1) {
              state.n.clear();
              state.ids.clear();
            }
            return [row];
          },
        }),
      ),
    model: () => new TimersModel(gapMs),
  };
}

interface Held {
  n: number;
  ids: number[];
  readonly timers: Set<number>;
}

class TimersModel implements Model {
  private readonly held = new Map<string, Held>();

  constructor(private readonly gapMs: number) {}

  batch(rows: readonly (readonly Event[])[], { late, evict }: Turn): readonly object[] {
    const newest = new Map<string, number>();
    for (const e of rows.flat()) {
      if (e.at <= late) continue;
      const held = this.held.get(e.key) ?? { n: 0, ids: [], timers: new Set() };
      this.held.set(e.key, held);
      held.n += 1;
      held.ids.push(e.id);
      newest.set(e.key, Math.max(newest.get(e.key) ?? 0, e.at));
    }
    for (const [key, at] of newest) this.held.get(key)?.timers.add(at + this.gapMs);
    return [...this.held].flatMap(([key, held]) => this.fire(key, held, evict));
  }

  private fire(key: string, held: Held, evict: number): object[] {
    const due = [...held.timers].filter((timer) => timer <= evict).sort((a, b) => a - b);
    const ids = [...held.ids].sort((a, b) => a - b).join();
    const out = due.map((timer) => ({ key, timer, n: held.n, ids }));
    for (const timer of due) held.timers.delete(timer);
    if (due.length > 0 && held.timers.size === 0) this.held.delete(key);
    return out;
  }

  isDue(evict: number): boolean {
    return [...this.held.values()].some(({ timers }) => [...timers].some((at) => at <= evict));
  }
}
