import type { Event } from '../workloads/workload.js';

/** Event time between two rows, length of the windows, and how far rows are out of order (ms). */
const stepMs = 10;
export const windowMs = 1000;
export const delayMs = 1000;
export const keys = 7;
const perWindow = windowMs / stepMs;
const block = 64;

/** Row `at` of an endless load: some out of order, each fourth one twice, none of them late. */
export function rowAt(at: number): Event {
  const first = at - (at % block);
  const id = first + (((at - first) * 37) % block);
  const original = id % 4 === 1 ? id - 1 : id;
  return {
    id: original,
    key: `k${original % keys}`,
    at: original * stepMs + stepMs / 2,
    v: original % 100,
  };
}

/** What a window must give per key, reckoned without an engine; `end` rows have been read in all. */
export function windowRows(start: number, end: number): ReadonlyMap<string, string> {
  const sums = new Map<string, { n: number; sum: number }>();
  const from = start / stepMs;
  for (let id = from; id < Math.min(from + perWindow, end); id++) {
    if (id % 4 === 1) continue;
    const key = `k${id % keys}`;
    const before = sums.get(key) ?? { n: 0, sum: 0 };
    sums.set(key, { n: before.n + 1, sum: before.sum + (id % 100) });
  }
  return new Map(Array.from(sums, ([key, { n, sum }]) => [key, `${n} ${sum}`]));
}

/** Rows to which a load may be cut: whole blocks. */
export function wholeBlocks(rows: number): number {
  return Math.ceil(rows / block) * block;
}
