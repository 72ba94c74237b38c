import type { Observable } from 'rxjs';
import { type Aggregates, aggregate, groupByKey, select } from '../../index.js';
import { keyOf, nameOf } from './keys.js';
import type { Event, Model, Turn, Workload } from './workload.js';

/** A running table of sums, whole or as it changes: no watermark. */
export function counts(mode: 'update' | 'complete'): Workload {
  return {
    name: `counts, ${mode}`,
    sources: 1,
    delaysMs: [],
    policy: 'min',
    mode,
    keep: () => true,
    build: ([input]) => tableOf(input as Observable<Event>),
    model: () => new CountsModel(mode),
  };
}

export function tableOf(input: Observable<Event>): Observable<object> {
  return input.pipe(
    groupByKey(keyOf),
    aggregate(sums),
    select((r) => ({ key: nameOf(r.key), n: r.n, sum: r.sum, first: r.first, last: r.last })),
  );
}

/** What every workload asks of a group: `Sums`. */
export const sums = (rows: Aggregates<Event>) => ({
  n: rows.count(),
  sum: rows.sum((e) => e.v),
  first: rows.min((e) => e.id),
  last: rows.max((e) => e.id),
});

export interface Sums {
  n: number;
  sum: number;
  first: number;
  last: number;
}

export function sumsOf(before: Sums | undefined, e: Event): Sums {
  if (before === undefined) return { n: 1, sum: e.v, first: e.id, last: e.id };
  return {
    n: before.n + 1,
    sum: before.sum + e.v,
    first: Math.min(before.first, e.id),
    last: Math.max(before.last, e.id),
  };
}

export class CountsModel implements Model {
  private readonly table = new Map<string, Sums>();

  constructor(private readonly mode: 'update' | 'complete') {}

  batch(rows: readonly (readonly Event[])[], _turn: Turn): readonly object[] {
    const changed = new Set<string>();
    for (const e of rows.flat()) {
      this.table.set(e.key, sumsOf(this.table.get(e.key), e));
      changed.add(e.key);
    }
    const keys = this.mode === 'complete' ? this.table.keys() : changed;
    return Array.from(keys, (key) => ({ key, ...(this.table.get(key) as Sums) }));
  }

  isDue(): boolean {
    return false;
  }
}
