import * as O from 'fp-ts/lib/Option.js';
import type { GroupState } from '../../index.js';
import type { Row } from './vector.js';

type Fn = (key: Row, rows: readonly Row[], state: GroupState<unknown>) => Iterable<Row>;

/** The state functions of the vectors' README, column "Rule". */
export function groupStateFunction(
  name: string,
  keys: readonly string[],
  time: string | undefined,
): { readonly fn: Fn } {
  const out = (key: Row, x: unknown, y: unknown = null, z: unknown = null): Row => ({
    ...Object.fromEntries(keys.map((k) => [k, key[k]])),
    x,
    y,
    z,
  });
  const timesOf = (rows: readonly Row[]): number[] =>
    rows.flatMap((row) => {
      const value = time === undefined ? null : row[time];
      return typeof value === 'number' ? [value] : [];
    });
  const at = (state: GroupState<unknown>, t: number) =>
    Math.max(t, state.getCurrentWatermarkMs() + 1);
  const functions: Record<string, Fn> = {
    runningCount(key, rows, state) {
      const c = (O.toNullable(state.get() as O.Option<number>) ?? 0) + rows.length;
      state.update(c);
      return [out(key, c)];
    },
    countToThree(key, rows, state) {
      const c = (O.toNullable(state.get() as O.Option<number>) ?? 0) + rows.length;
      if (c >= 3) {
        state.remove();
        return [];
      }
      state.update(c);
      return [out(key, c)];
    },
    maxTimeout(key, rows, state) {
      if (state.hasTimedOut) {
        state.remove();
        return [out(key, -1)];
      }
      const all = [
        ...timesOf(rows),
        ...(O.toUndefined(O.map((m) => [m as number])(state.get())) ?? []),
      ];
      if (all.length === 0) return [out(key, -2)];
      const m = Math.max(...all);
      state.update(m);
      state.setTimeoutTimestamp(at(state, m + 5000));
      return [out(key, m)];
    },
    sessionize(key, rows, state) {
      const old = O.toNullable(state.get() as O.Option<{ c: number; first: number; last: number }>);
      if (state.hasTimedOut) {
        state.remove();
        return [out(key, old?.c ?? null, old?.first ?? null, old?.last ?? null)];
      }
      const times = timesOf(rows);
      if (times.length === 0 && !old) return [];
      const first = Math.min(...times, old?.first ?? Number.POSITIVE_INFINITY);
      const last = Math.max(...times, old?.last ?? Number.NEGATIVE_INFINITY);
      state.update({ c: (old?.c ?? 0) + rows.length, first, last });
      state.setTimeoutTimestamp(at(state, last + 5000));
      return [];
    },
    stateless: (key, rows) => [out(key, rows.length)],
  };
  const fn = functions[name];
  if (!fn) throw new TypeError(`no state function ${name}`);
  return { fn };
}
