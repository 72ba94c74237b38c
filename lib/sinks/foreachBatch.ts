import { then } from '../maybe.js';
import { outputModes } from '../plan/outputMode.js';
import { refuseObservable } from './refuseObservable.js';
import type { StreamSink } from './sink.js';

/**
 * Hands the rows of each batch to a function of yours.
 *
 * In:     any mode; empty batches too. A promise is awaited before the batch is committed.
 * Out:    at least once: after a crash, one batch comes again with the same `batchId` and the same
 *         rows. Write the id in the same transaction as the rows, skip ids that are there: exactly once.
 *         `write` MUST NOT wait for its own query (`stop`, `processAllAvailable`, `awaitTermination`,
 *         `savepoint`), which waits for `write`: `void query.stop()` ends it after this batch.
 * Errors: what `write` throws fails the batch, and so does an Observable that it gives: nobody would subscribe.
 * Source: semantics/spark.md 1.17. The rows are an array: reading them twice computes nothing twice.
 *
 * @example
 * const sink = foreachBatch<Row>(async (rows, batchId) => {
 *   if (await db.has(batchId)) return;
 *   await db.transaction(batchId, rows);
 * });
 *
 * @since 0.1.0
 */
export function foreachBatch<T>(
  write: (rows: readonly T[], batchId: number) => unknown,
): StreamSink<T> {
  if (typeof write !== 'function') {
    throw new TypeError('foreachBatch needs a function: foreachBatch((rows, batchId) => …)');
  }
  return {
    kind: 'foreachBatch',
    description: 'ForeachBatchSink',
    modes: outputModes,
    open: () => ({
      addBatch: (batchId, rows) =>
        then(write(rows, batchId), (answer) =>
          refuseObservable('the function of foreachBatch', answer),
        ),
      close: () => undefined,
    }),
  };
}
