import { isPromise, type MaybePromise, then } from '../../lib/maybe.js';
import { keptKey } from '../../lib/state/keptKey.js';

/**
 * What is there before the first row: pairs of key and state, now or later, or a function that gives
 * them when the query starts for the first time.
 *
 * @since 0.1.0
 */
export type InitialState<K, S> = InitialPairs<K, S> | (() => InitialPairs<K, S>);

type InitialPairs<K, S> = MaybePromise<Iterable<readonly [key: K, state: S]>>;

/** The pairs, with keys as groups show them; asked for in the first batch of a new query. */
export function initialEntries<K, S>(
  initial: InitialState<K, S>,
): MaybePromise<readonly (readonly [K, S])[]> {
  const pairs = typeof initial === 'function' ? initial() : initial;
  return then(pairs, (given) => Array.from(given, ([key, state]) => [keptKey(key) as K, state]));
}

/** Throws a TypeError for what cannot be initial state; an operator calls it when it is built. */
export function checkInitialState(initial: unknown, operator: string): void {
  if (initial === undefined || typeof initial === 'function' || isPromise(initial)) return;
  if (typeof initial === 'object' && initial !== null && Symbol.iterator in initial) return;
  throw new TypeError(
    `${operator} initialState must be pairs [key, state], a Map, a Promise of those or a function that gives them, got ${String(initial)}`,
  );
}
