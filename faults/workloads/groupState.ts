import * as O from 'fp-ts/lib/Option.js';
import type { Observable } from 'rxjs';
import { flatMapGroupsWithState, type GroupState, groupByKey, withWatermark } from '../../index.js';
import type { Event, Model, Turn, Workload } from './workload.js';

interface Visit {
  readonly n: number;
  readonly sum: number;
}

/** A count per key that ends when event time has passed the last row by `gapMs`. */
export function groupState(delayMs: number, gapMs: number): Workload {
  function* visits(key: string, rows: readonly Event[], state: GroupState<Visit>) {
    const before = O.getOrElse((): Visit => ({ n: 0, sum: 0 }))(state.get());
    if (state.hasTimedOut) {
      state.remove();
      yield { key, over: true, ...before };
      return;
    }
    const after = visitOf(before, rows);
    state.update(after);
    const last = Math.max(state.getCurrentWatermarkMs(), ...rows.map((row) => row.at));
    state.setTimeoutTimestamp(last + gapMs);
    yield { key, over: false, ...after };
  }
  return {
    name: `group state with a timeout of ${gapMs}`,
    sources: 1,
    delaysMs: [delayMs],
    policy: 'min',
    mode: 'update',
    keep: () => true,
    build: ([input]) =>
      (input as Observable<Event>).pipe(
        withWatermark((e: Event) => e.at, delayMs),
        groupByKey((e: Event) => e.key),
        flatMapGroupsWithState(visits, { timeout: 'eventTime', outputMode: 'update' }),
      ),
    model: () => new GroupStateModel(gapMs),
  };
}

function visitOf(before: Visit, rows: readonly Event[]): Visit {
  return { n: before.n + rows.length, sum: rows.reduce((sum, row) => sum + row.v, before.sum) };
}

class GroupStateModel implements Model {
  private readonly visits = new Map<string, { visit: Visit; timeout: number }>();

  constructor(private readonly gapMs: number) {}

  batch(rows: readonly (readonly Event[])[], { late, evict, closing }: Turn): readonly object[] {
    const byKey = new Map<string, Event[]>();
    for (const e of rows.flat()) {
      if (e.at > late) byKey.set(e.key, [...(byKey.get(e.key) ?? []), e]);
    }
    const out: object[] = [];
    for (const [key, list] of byKey) {
      const before = this.visits.get(key)?.visit ?? { n: 0, sum: 0 };
      const visit = visitOf(before, list);
      const last = Math.max(evict, ...list.map((row) => row.at));
      this.visits.set(key, { visit, timeout: last + this.gapMs });
      out.push({ key, over: false, ...visit });
    }
    for (const [key, { visit, timeout }] of this.visits) {
      if (timeout >= evict && !closing) continue;
      this.visits.delete(key);
      out.push({ key, over: true, ...visit });
    }
    return out;
  }

  isDue(evict: number): boolean {
    return [...this.visits.values()].some(({ timeout }) => timeout < evict);
  }
}
