import { setImmediate } from 'node:timers/promises';
import type { MaybePromise } from '../../lib/maybe.js';

/** Runs `body` after so many turns of the event loop; at once after none. */
export function later<T>(turns: number, body: () => MaybePromise<T>): MaybePromise<T> {
  if (turns === 0) return body();
  return setImmediate().then(() => later(turns - 1, body));
}
