/**
 * A step of the engine that may answer at once or later.
 *
 * The life cycle of a batch is written once, as a generator that yields `MaybePromise`s; `drive`
 * runs it in one tick as long as every answer is there, and continues asynchronously from the first
 * promise on. So a pipe over memory runs inside the tick that triggered it, and the same code awaits
 * disks and brokers.
 */
export type MaybePromise<T> = T | PromiseLike<T>;

/** A body whose `yield*`-ed steps may be synchronous: see {@link wait}. */
export type Steps<T> = Generator<PromiseLike<unknown>, T, unknown>;

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** `yield* wait(step)` gives the step's answer: without suspension if it is already there. */
export function* wait<T>(step: MaybePromise<T>): Steps<T> {
  if (isPromise(step)) return (yield step) as T;
  return step as T;
}

/** Lets go of something because of an error, which is the one to tell: what goes wrong in `step` is not. */
export function* quietly(step: () => MaybePromise<unknown>): Steps<void> {
  try {
    yield* wait(step());
  } catch {
    // The caller goes on with the error that it has.
  }
}

/**
 * Lets go of several things, one after the other. What goes wrong with one keeps none of the others open; the
 * first error is thrown when all have been tried.
 */
export function* closeAll(closings: readonly (() => MaybePromise<unknown>)[]): Steps<void> {
  const errors: unknown[] = [];
  for (const close of closings) {
    try {
      yield* wait(close());
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** Runs `steps` to its end: at once if nothing suspends, otherwise as a promise. */
export function drive<T>(steps: Steps<T>): MaybePromise<T> {
  let result = steps.next();
  while (!result.done) {
    const pending = result.value;
    if (isPromise(pending)) return driveLater(steps, pending);
    result = steps.next(pending);
  }
  return result.value;
}

async function driveLater<T>(steps: Steps<T>, first: PromiseLike<unknown>): Promise<T> {
  let pending: PromiseLike<unknown> = first;
  for (;;) {
    let answer: unknown;
    let failed = false;
    try {
      answer = await pending;
    } catch (error) {
      answer = error;
      failed = true;
    }
    const result = failed ? steps.throw(answer) : steps.next(answer);
    if (result.done) return result.value;
    pending = result.value;
  }
}

/** Continues with `next` when `step` has answered: at once if it already has. */
export function then<A, B>(
  step: MaybePromise<A>,
  next: (value: A) => MaybePromise<B>,
): MaybePromise<B> {
  return isPromise(step) ? (step.then(next as never) as PromiseLike<B>) : next(step as A);
}

/**
 * Takes a step for each, all at the same time; answers when the last one has. Where one throws, those that are
 * under way are still listened to: what goes wrong in them later would otherwise end the process.
 */
export function each<T>(
  of: readonly T[],
  step: (one: T) => MaybePromise<unknown>,
): MaybePromise<void> {
  for (let i = 0; i < of.length; i++) {
    const answer = step(of[i] as T);
    if (isPromise(answer)) return eachBeside(answer, of.slice(i + 1), step);
  }
}

/** The others, while one is under way: apart, since a live row goes through `each` and waits for nothing. */
function eachBeside<T>(
  first: PromiseLike<unknown>,
  others: readonly T[],
  step: (one: T) => MaybePromise<unknown>,
): PromiseLike<void> {
  const waiting = [first];
  for (const one of others) {
    try {
      const answer = step(one);
      if (isPromise(answer)) waiting.push(answer);
    } catch (error) {
      waiting.push(Promise.reject(error));
    }
  }
  return Promise.all(waiting).then(() => undefined);
}
