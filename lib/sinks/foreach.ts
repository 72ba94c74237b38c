import { drive, isPromise, type MaybePromise, type Steps, then, wait } from '../maybe.js';
import { type OptionNames, requireKnownMembers } from '../options/knownOptions.js';
import { outputModes } from '../plan/outputMode.js';
import { refuseObservable } from './refuseObservable.js';
import type { Sink, StreamSink } from './sink.js';

/** What {@link foreach} calls. One object for the whole run, one batch at a time. */
export interface RowWriter<T> {
  /** Before the rows of each batch, empty ones too; `false` skips the rows of this batch. */
  open?(batchId: number): unknown;
  /** Row by row, in order; a promise is awaited before the next row. */
  process(row: T): unknown;
  /** Once for each `open` that answered, also after `false`, with the error if there was one. */
  close?(error?: unknown): unknown;
}

const memberNames: OptionNames<RowWriter<unknown>> = { open: true, process: true, close: true };

/**
 * Hands each row to a function of yours.
 *
 * In:     any mode. In continuous mode rows come as soon as they are there, `close` with the epoch; without a
 *         checkpoint they come while the batch is computed, so that nobody has to keep them all.
 * Out:    at least once: after a crash, the rows of one batch (one epoch) come again with the same
 *         `batchId`, and only the whole batch is the same, so deduplicate by batch id, not by position.
 * Errors: what `open` or `process` throws fails the batch, and so does an Observable that `process` gives:
 *         nobody would subscribe. `close` hears of what happened in `process`.
 * Source: semantics/spark.md 1.17; there `open` also has a partition id.
 *
 * @example
 * writeStream(counts, {
 *   sink: foreach({ process: (row) => socket.send(JSON.stringify(row)) }),
 *   outputMode: 'update',
 * });
 *
 * @since 0.1.0
 */
export function foreach<T>(writer: RowWriter<T>): StreamSink<T> {
  if (typeof writer?.process !== 'function') {
    throw new TypeError('foreach needs a function process(row): foreach({ process: (row) => … })');
  }
  requireKnownMembers<RowWriter<never>>('foreach', writer, memberNames);
  return {
    kind: 'foreach',
    description: 'ForeachSink',
    modes: outputModes,
    open: () => new ForeachSink(writer),
  };
}

class ForeachSink<T> implements Sink<T> {
  /** Batch that `open` was called for and `close` not yet; −1: none. */
  private current = -1;
  private accepted = true;
  /** Settles when the rows that came before their batch are through; a rejection is kept for `addBatch`. */
  private early: MaybePromise<void> = undefined;

  constructor(private readonly writer: RowWriter<T>) {}

  addBatch(batchId: number, rows: readonly T[]): MaybePromise<void> {
    return drive(this.batch(batchId, rows));
  }

  addRows(epochId: number, rows: readonly T[]): void {
    this.keep(() => then(this.early, () => drive(this.feed(epochId, rows))));
  }

  /** `process` and what it calls, written out and without closures: V8 inlines it where a row leaves the plan. */
  addRow(batchId: number, row: T): boolean {
    if (this.current !== batchId && this.early === undefined) this.beginEarly(batchId);
    if (this.early !== undefined) return false;
    if (!this.accepted) return true;
    try {
      const answer = this.writer.process(row);
      if (answer !== undefined) this.keepAnswer(answer);
    } catch (error) {
      this.keep(() => drive(this.fail(error)));
    }
    return true;
  }

  private beginEarly(batchId: number): void {
    this.keep(() => drive(this.begin(batchId)));
  }

  private keepAnswer(answer: unknown): void {
    this.keep(() => drive(this.answered(answer)));
  }

  close(error?: unknown): MaybePromise<void> {
    if (this.current < 0) return;
    return this.finish(error ?? new Error('the query stopped before the batch ended'));
  }

  private *batch(batchId: number, rows: readonly T[]): Steps<void> {
    const { early } = this;
    this.early = undefined;
    yield* wait(early);
    yield* this.feed(batchId, rows);
    yield* wait(this.finish());
  }

  /** `addBatch` reports what goes wrong. */
  private keep(step: () => MaybePromise<void>): void {
    try {
      this.early = step();
    } catch (error) {
      this.early = Promise.reject(error);
    }
    if (isPromise(this.early)) this.early.then(undefined, () => undefined);
  }

  private *begin(batchId: number): Steps<void> {
    if (this.current === batchId) return;
    this.accepted = (yield* wait(this.writer.open?.(batchId))) !== false;
    this.current = batchId;
  }

  private *feed(batchId: number, rows: readonly T[]): Steps<void> {
    yield* this.begin(batchId);
    if (!this.accepted) return;
    for (const row of rows) {
      if (this.current !== batchId) return; // closed while a row was being processed
      const answer = this.process(row);
      if (answer !== undefined) yield* wait(answer);
    }
  }

  private process(row: T): MaybePromise<void> {
    let answer: unknown;
    try {
      answer = this.writer.process(row);
    } catch (error) {
      return drive(this.fail(error));
    }
    return answer === undefined ? undefined : drive(this.answered(answer));
  }

  /** What `process` has answered; if that tells of a failure, it is the row's. */
  private *answered(answer: unknown): Steps<void> {
    try {
      refuseObservable('process of foreach', isPromise(answer) ? yield answer : answer);
    } catch (error) {
      yield* this.fail(error);
    }
  }

  /** The writer hears of the error; what it throws itself then must not hide that error. */
  private *fail(error: unknown): Steps<never> {
    try {
      // Any value can be thrown; `close` has to see that something was.
      yield* wait(this.finish(error || new Error(`process threw ${String(error)}`)));
    } catch {
      // the error of the row is the cause of the failed batch
    }
    throw error;
  }

  private finish(error?: unknown): MaybePromise<void> {
    if (this.current < 0) return;
    this.current = -1;
    const answer = error === undefined ? this.writer.close?.() : this.writer.close?.(error);
    return then(answer, () => undefined);
  }
}
