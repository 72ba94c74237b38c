import { StreamingError } from '../../lib/errors.js';
import { isPromise } from '../../lib/maybe.js';

/** Throws `STATE_FUNCTION_ASYNC` if a user's function gave a Promise: its state would be lost. */
export function refuseAsync(result: unknown, operator: string, called: string): void {
  if (isPromise(result)) throw new StreamingError('STATE_FUNCTION_ASYNC', { operator, called });
}

/** What a function that gives rows has given, or a TypeError. */
export function rowsOf<T>(result: Iterable<T>, operator: string, called: string): Iterable<T> {
  refuseAsync(result, operator, called);
  if (typeof result === 'object' && result !== null && Symbol.iterator in result) return result;
  throw new TypeError(
    `${operator}: ${called} must give an iterable of rows, such as an array, got ${String(result)}: return [] for no rows`,
  );
}
