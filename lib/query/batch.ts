/** What is fixed about a batch before a sink sees its rows; the same when it is replayed. */
export interface Batch {
  readonly batchId: number;
  /** Global watermark used for eviction in this batch, and the one of the batch before (ms). */
  readonly watermarkMs: number;
  readonly previousWatermarkMs: number;
  readonly timestampMs: number;
  readonly closing: boolean;
  readonly firstBatch: boolean;
  /** All there will ever be comes in this one batch (`readBatch`): no row is late. */
  readonly bounded: boolean;
}
