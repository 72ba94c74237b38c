import { type Entry, entryKey, entryTime } from '../../lib/state/entry.js';
import type { Pairs } from '../../lib/state/stateStore.js';
import { isRemoved, type TableEntry } from './tableEntry.js';

export function pairsOf<V>(entries: readonly Entry<V>[]): Pairs<V> {
  return { keys: entries.map(entryKey), values: entries.map(({ value }) => value) };
}

/** Those of a log that are there, by time. */
export function pairsByTime<V>(log: readonly TableEntry<V>[]): Map<number, Pairs<V>> {
  const entries = new Map<number, TableEntry<V>[]>();
  for (const entry of log) {
    if (isRemoved(entry)) continue;
    const sameTime = entries.get(entryTime(entry));
    if (sameTime === undefined) entries.set(entryTime(entry), [entry]);
    else sameTime.push(entry);
  }
  return new Map(Array.from(entries, ([time, all]) => [time, pairsOf(all)] as const));
}
