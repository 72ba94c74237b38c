import type { FileSystem } from '../checkpoint/fileSystem.js';
import type { MaybePromise } from '../maybe.js';
import type { OutputMode } from '../plan/outputMode.js';
import type { StructType } from '../schema/types.js';
import type { WrittenFolder } from '../sources/source.js';

/**
 * An immutable description of a sink, given to `writeStream`; opened once per run.
 */
export interface StreamSink<T> {
  /** 'console', 'memory', 'file', …: for errors and `sink.description` in progress. */
  readonly kind: string;
  /** As in progress: `FileSink[out]`. Without secrets. */
  readonly description: string;
  /** Modes that the sink takes. */
  readonly modes: readonly OutputMode[];
  /** What must not change between two runs on one checkpoint (a folder); compared as JSON. */
  readonly signature?: unknown;
  /** The folder that it writes, of a sink that writes files: no source of the query may read there. */
  readonly writes?: Omit<WrittenFolder, 'output'>;
  open(ctx: SinkContext): MaybePromise<Sink<T>>;
}

/** What a sink is opened with. */
export interface SinkContext {
  /** Stable over restarts: with the batch id it names what has been written. */
  readonly queryId: string;
  readonly queryName: string | undefined;
  readonly outputMode: OutputMode;
  /** Batch that will come next: 0 in a new query. */
  readonly nextBatchId: number;
  /**
   * Newest batch that will come as it was planned before, `nextBatchId` at least: the sink may have
   * batches up to this one already. Absent: `nextBatchId`.
   */
  readonly replayedUpTo?: number;
  /**
   * First batch that the sink got under this id: 0, or behind the savepoint in a query made `from` one.
   * It has had every batch from this one to before `nextBatchId`. Absent: nobody knows, as with the
   * outputs for late and failed rows, which a query may be given later.
   */
  readonly sinceBatchId?: number;
  /** Whether this query has a checkpoint and so may be started again. */
  readonly durable: boolean;
  readonly fileSystem: FileSystem;
  /** Processing time in ms since the epoch: what `retention` of a file sink is measured by. */
  readonly now?: () => number;
  /** Type of the rows, where it is known. */
  readonly schema: StructType | undefined;
}

/**
 * A running sink.
 *
 * - `addBatch` MUST answer only when the rows are durable, and the same batch id twice MUST take
 *   effect once if the sink says so in its docs. It is called for empty batches too.
 * - In continuous mode a batch is an epoch. A sink with `addRows` is given the rows of each turn as they
 *   come, and `addBatch` what is left.
 * - Without a checkpoint nothing is planned before a sink may see a row. Then a sink with `addRow` is given
 *   the rows of a micro-batch while it is computed, which nobody has to keep, and `addBatch` what is left.
 * - `rows` MUST NOT be changed.
 * - `close(error)` comes once, also after a failure; nothing follows it.
 */
export interface Sink<T> {
  addBatch(batchId: number, rows: readonly T[], mode: OutputMode): MaybePromise<void>;
  /** Plain sinks only (console, foreach): rows of one turn in continuous mode, shown at once. */
  addRows?(epochId: number, rows: readonly T[]): void;
  /** MUST NOT throw. false: `addBatch` shall have this row, and those that follow in the batch. */
  addRow?(batchId: number, row: T): boolean;
  close(error?: unknown): MaybePromise<void>;
  metrics?(): Readonly<Record<string, string>>;
}
