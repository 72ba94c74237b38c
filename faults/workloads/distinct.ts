import { concatMap } from 'rxjs';
import { aggregate, groupByKey, select } from '../../index.js';
import { keyOf, nameOf } from './keys.js';
import type { Event, Model, Workload } from './workload.js';

/** More values of a key than stay in its group; some come again. */
const valuesOf = (e: Event): number[] =>
  Array.from({ length: 40 }, (_, i) => (e.id * 31 + i * e.v) % 1500);

/** A running table of the different values of each key: no watermark. */
export function distinct(mode: 'update' | 'complete'): Workload {
  return {
    name: `distinct, ${mode}`,
    sources: 1,
    delaysMs: [],
    policy: 'min',
    mode,
    keep: () => true,
    build: ([input]) =>
      (input as NonNullable<typeof input>).pipe(
        concatMap((e) => valuesOf(e).map((value) => ({ ...e, value }))),
        groupByKey(keyOf),
        aggregate((rows) => ({
          n: rows.countDistinct(({ value }) => `value ${value}`),
          values: rows.collectSet(({ value }) => value),
        })),
        select(({ key, n, values }) => ({ key: nameOf(key), n, values: values.join() })),
      ),
    model: () => new DistinctModel(mode),
  };
}

class DistinctModel implements Model {
  private readonly table = new Map<string, Set<number>>();

  constructor(private readonly mode: 'update' | 'complete') {}

  batch(rows: readonly (readonly Event[])[]): readonly object[] {
    const changed = new Set<string>();
    for (const e of rows.flat()) {
      const values = this.table.get(e.key) ?? new Set();
      for (const value of valuesOf(e)) values.add(value);
      this.table.set(e.key, values);
      changed.add(e.key);
    }
    const keys = this.mode === 'complete' ? this.table.keys() : changed;
    return Array.from(keys, (key) => {
      const values = [...(this.table.get(key) ?? [])].sort((a, b) => a - b);
      return { key, n: values.length, values: values.join() };
    });
  }

  isDue(): boolean {
    return false;
  }
}
