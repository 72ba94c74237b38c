import type { Event } from './workload.js';

/** What stands for some of the keys' names: each kind that a table keeps in a way of its own. */
const kinds = new Map<string, unknown>([
  ['b', [3, 4]],
  ['c', [3, 5]],
  ['d', 1.5],
  ['e', 2 ** 40],
  ['f', ['f', 3, null]],
  ['g', 7],
]);
const names = new Map(Array.from(kinds, ([name, key]) => [JSON.stringify(key), name]));

/** The key of a row; the model has its name. */
export function keyOf(e: Event): unknown {
  return kinds.has(e.key) ? kinds.get(e.key) : e.key;
}

export function nameOf(key: unknown): string {
  return names.get(JSON.stringify(key)) ?? (key as string);
}
