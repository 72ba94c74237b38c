import { StreamingError } from '../../lib/errors.js';
import { isPromise } from '../../lib/maybe.js';

/*
 * What every operator asks of the functions that it calls with rows: to answer at once. The engine awaits
 * at the edges of a batch only, so a Promise would stand for the row, the value, or a condition.
 */

const asyncKinds: ReadonlySet<string> = new Set([
  '[object AsyncFunction]',
  '[object AsyncGeneratorFunction]',
]);

/** Refuses what is no function of the row, when the operator is built. */
export function requireFunction(operator: string, fn: unknown): void {
  if (typeof fn !== 'function') {
    throw new TypeError(`${operator} takes a function of the row, not ${String(fn)}`);
  }
  refuseAsyncFunction(operator, fn);
}

/** Refuses an `async` function or generator, when the operator is built; `owner` says whose it is. */
export function refuseAsyncFunction(owner: string, fn: unknown): void {
  if (!asyncKinds.has(Object.prototype.toString.call(fn))) return;
  throw new TypeError(
    `${owner} takes a function that answers at once, not an async one, of which it would get a Promise: await before it, in mergeMap(async (row) => …) or, where order matters, in concatMap`,
  );
}

/**
 * Fails a row whose function has given a Promise. `async` functions are refused before; this is for
 * plain ones that return what an `async` one gave them.
 */
export function refusePromise(value: unknown, operator: string, called?: string): void {
  if (isPromise(value)) throw promiseGiven(value, operator, called);
}

/** The error for a Promise, which it keeps from ending the process if it rejects later. */
export function promiseGiven(
  value: unknown,
  operator: string,
  called = 'the function',
): StreamingError<'ROW_FUNCTION_ASYNC'> {
  if (value instanceof Promise) value.catch(() => undefined);
  return new StreamingError('ROW_FUNCTION_ASYNC', { operator, called });
}

/** `fn`, checked now, and each of its answers when it comes. For where nobody looks at the answer. */
export function answersAtOnce<A extends unknown[], R>(
  operator: string,
  called: string,
  fn: (...args: A) => R,
): (...args: A) => R {
  if (typeof fn !== 'function') {
    throw new TypeError(`${operator}: ${called} must be a function, got ${typeof fn}`);
  }
  refuseAsyncFunction(`${operator}: ${called}`, fn);
  return (...args) => {
    const answer = fn(...args);
    if (typeof answer === 'object') refusePromise(answer, operator, called);
    return answer;
  };
}
