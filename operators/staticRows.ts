import { isObservable, Observable, Subscription } from 'rxjs';
import { isPromise, type MaybePromise, then } from '../lib/maybe.js';

/** What a function that gives static rows is told of the batch. */
export interface StaticBatch {
  readonly batchId: number;
  /** Processing time of the batch (ms since the epoch), the same when it is replayed. */
  readonly batchTimestampMs: number;
}

/** Rows of a table that is no stream: there once, or asked for in every batch. */
export type StaticInput<R> =
  | readonly R[]
  | PromiseLike<readonly R[]>
  | ((batch: StaticBatch) => MaybePromise<readonly R[]> | Observable<R>);

/** A table as one side of a join. Subscribed, it gives its rows and completes. */
export class StaticRows<R> extends Observable<R> {
  constructor(
    /** Whether the rows may be others in the next batch. */
    readonly perBatch: boolean,
    /** `until` is closed when nobody waits for the rows any more. */
    readonly load: (batch: StaticBatch, until: Subscription) => MaybePromise<readonly R[]>,
  ) {
    super((subscriber) => {
      const emit = (rows: readonly R[]): void => {
        for (const row of rows) subscriber.next(row);
        subscriber.complete();
      };
      const until = new Subscription();
      subscriber.add(until);
      const loaded = load({ batchId: 0, batchTimestampMs: Number.NaN }, until);
      if (isPromise(loaded)) loaded.then(emit, (error) => subscriber.error(error));
      else emit(loaded);
    });
  }
}

/**
 * Says that a side of a join is a table, not a stream.
 *
 * In:     an array; a promise of one, awaited before the first batch; an Observable, whose rows are
 *         collected until it completes; or a function that gives one of these for each batch.
 * Out:    what `joinWith` takes as its right side. As its left side (`staticRows(…).pipe(joinWith(…))`)
 *         a stream on the right may be joined `inner` and `rightOuter`.
 * State:  none. A function that answers with the same array again costs nothing. What it answers when
 *         a batch is replayed may differ: then exactly-once holds for the engine, not for that answer.
 * Errors: `NO_ANSWER` fails the batch for which they do not come within `rxTimeout`.
 * Source: semantics/spark.md 1.10.
 *
 * @example
 * clicks.pipe(joinWith(staticRows(() => db.campaigns()), { type: 'leftOuter', on: 'campaignId' }));
 * @since 0.1.0
 */
export function staticRows<R>(input: StaticInput<R> | Observable<R>): StaticRows<R> {
  if (input instanceof StaticRows) return input;
  if (isObservable(input)) return new StaticRows(false, (_, until) => collected(input, until));
  if (typeof input === 'function') {
    return new StaticRows(true, (batch, until) => {
      const answer = input(batch);
      return isObservable(answer) ? collected(answer, until) : then(answer, requireRows);
    });
  }
  if (!isPromise(input)) requireRows(input);
  return new StaticRows(false, () => then(input, requireRows));
}

function requireRows<R>(rows: readonly R[]): readonly R[] {
  if (Array.isArray(rows)) return rows;
  throw new TypeError(
    `staticRows needs an array of rows, a promise of one, an Observable that completes, or a function that gives one of these, got ${typeof rows}`,
  );
}

/** At once if the Observable completes while being subscribed, so that a marble test stays in its tick. */
function collected<R>(input: Observable<R>, until: Subscription): MaybePromise<readonly R[]> {
  const rows: R[] = [];
  let done = false;
  let failure: { readonly error: unknown } | undefined;
  const later = new Promise<readonly R[]>((resolve, reject) => {
    const subscription = input.subscribe({
      next: (row) => rows.push(row),
      error: (error) => {
        failure = { error };
        reject(error);
      },
      complete: () => {
        done = true;
        resolve(rows);
      },
    });
    until.add(subscription);
  });
  if (!done && !failure) return later;
  later.catch(() => undefined); // answered below
  if (failure) throw failure.error;
  return rows;
}
