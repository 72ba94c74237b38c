import type { Json } from '../sources/source.js';

/** One batch in figures, with Spark's field names. Source: semantics/spark.md 1.14. */
export interface StreamingQueryProgress {
  readonly id: string;
  readonly runId: string;
  readonly name: string | null;
  /** Start of the trigger, ISO-8601 in UTC with ms. */
  readonly timestamp: string;
  readonly batchId: number;
  /** ms. */
  readonly batchDuration: number;
  readonly numInputRows: number;
  /** Rows per second since the previous trigger began; absent if that cannot be said. */
  readonly inputRowsPerSecond?: number;
  readonly processedRowsPerSecond?: number;
  /** Phases of the batch in ms: triggerExecution, latestOffset, walCommit, getBatch, addBatch, commitOffsets. */
  readonly durationMs: Readonly<Record<string, number>>;
  /**
   * `watermark` used in this batch and, if rows were seen, `max min avg`; ISO-8601. As in Spark a null
   * time counts as 1970 in them, and of several watermarks they are those of the first that has seen rows,
   * left before right.
   */
  readonly eventTime: Readonly<Record<string, string>>;
  /** Downstream operator first. */
  readonly stateOperators: readonly StateOperatorProgress[];
  readonly sources: readonly SourceProgress[];
  readonly sink: SinkProgress;
  /**
   * Values as the aggregates gave them. In `JSON.stringify` a bigint is a number, or its digits as text
   * where a number is not exact.
   */
  readonly observedMetrics: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Rows to the failed output, and dropped by policy, in this batch. */
  readonly numFailedRows: number;
  /** Rows of sources that cannot replay, lost by a crash before this batch was committed. */
  readonly lostRows?: number;
  /** Restarts of the query by its restart policy, if there were any. */
  readonly restarts?: number;
}

/** One stateful operator in a batch. Counts are of rows, memory in bytes. */
export interface StateOperatorProgress {
  readonly operatorName: string;
  /** Stable id of the operator in the plan: `aggregate-0`. */
  readonly operatorId: string;
  readonly numRowsTotal: number;
  readonly numRowsUpdated: number;
  readonly numRowsRemoved: number;
  /** Late input rows of this batch. */
  readonly numRowsDroppedByWatermark: number;
  readonly memoryUsedBytes: number;
  readonly customMetrics: Readonly<Record<string, number>>;
}

/** One source's part of a batch. Offsets are the source's own JSON. */
export interface SourceProgress {
  readonly description: string;
  readonly startOffset: Json;
  readonly endOffset: Json;
  readonly latestOffset: Json;
  readonly numInputRows: number;
  readonly inputRowsPerSecond?: number;
  readonly processedRowsPerSecond?: number;
  readonly metrics: Readonly<Record<string, string>>;
}

/** The sink's part of a batch. */
export interface SinkProgress {
  readonly description: string;
  readonly numOutputRows: number;
  readonly metrics: Readonly<Record<string, string>>;
}

/** Rows per second, one decimal, half up; undefined where it is not a number. */
export function rate(rows: number, ms: number): number | undefined {
  const perSecond = (rows * 1000) / ms;
  return Number.isFinite(perSecond) ? Math.floor(perSecond * 10 + 0.5) / 10 : undefined;
}
