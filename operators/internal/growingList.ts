import type { Parts } from '../aggregates/aggregate.js';

/** Elements in one part; so many stay in the accumulator before any are moved out. */
const chunkSize = 128;

/**
 * A list that grows at its end: the last elements here, the ones before in parts of {@link chunkSize},
 * named by their number, each written once.
 */
export interface GrowingList<V> {
  chunks: number;
  tail: V[];
}

export function newList<V>(): GrowingList<V> {
  return { chunks: 0, tail: [] };
}

export function settleList<V>(list: GrowingList<V>, parts: Parts): void {
  if (list.tail.length < 2 * chunkSize) return;
  let at = 0;
  for (; list.tail.length - at >= chunkSize; at += chunkSize) {
    parts.put(list.chunks, list.tail.slice(at, at + chunkSize));
    list.chunks += 1;
  }
  list.tail = list.tail.slice(at);
}

export function wholeList<V>(list: GrowingList<V>, parts: Parts): V[] {
  const whole: V[] = [];
  for (let i = 0; i < list.chunks; i++) {
    for (const value of parts.get(i) as readonly V[]) whole.push(value);
  }
  for (const value of list.tail) whole.push(value);
  return whole;
}

export function forgetList(list: GrowingList<unknown>, parts: Parts): void {
  for (let i = 0; i < list.chunks; i++) parts.remove(i);
}

/** `later` is of one batch or session, so none of it has been moved out. */
export function appendList<V>(list: GrowingList<V>, later: GrowingList<V>): void {
  for (const value of later.tail) list.tail.push(value);
}

export function storedList(list: GrowingList<unknown>): unknown {
  return [list.chunks, list.tail];
}

export function listFromStored<V>(stored: unknown): GrowingList<V> {
  const [chunks, tail] = stored as readonly [number, readonly V[]];
  return { chunks, tail: [...tail] };
}
