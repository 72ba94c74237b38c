import type { OutputMode } from '../plan/outputMode.js';
import { outputModes } from '../plan/outputMode.js';
import type { Source, SourceContext, StreamSource } from '../sources/source.js';
import type { Sink, SinkContext, StreamSink } from './sink.js';

/** One batch as the memory table received it. */
export interface MemoryBatch<T> {
  readonly batchId: number;
  readonly rows: readonly T[];
}

/** What {@link memorySink} gives: a sink to write to and a table to read from. */
export interface MemorySink<T> extends StreamSink<T> {
  /** The result table: in complete mode the last batch, otherwise every row so far, in order. */
  rows(): readonly T[];
  /** The same rows in a new array. */
  toArray(): T[];
  /** The batches that reached the table, empty ones too; in complete mode the last one only. */
  batches(): readonly MemoryBatch<T>[];
  /** Forgets rows and batch ids. */
  clear(): void;
  /** Calls `listener` after each batch that took effect; the answer ends that. */
  onBatch(listener: (batch: MemoryBatch<T>) => void): () => void;
  /** A finite source over the rows that are there when it is opened, for `readBatch`. */
  source(): StreamSource<T>;
}

/**
 * Keeps the result in memory, as a table to read.
 *
 * In:     any mode. Append and update add rows, complete replaces them.
 * Out:    a batch id at or below the newest one of the same query is ignored: written again, no effect.
 * State:  every row, without bound. The rows live and die with the process: a query that goes on from
 *         a checkpoint in a new process finds an empty table, and fills it from there.
 * Source: semantics/spark.md 1.3, 2.18 (which refuses that restart except in complete mode).
 *
 * @example
 * const table = memorySink<{ word: string; n: number }>('counts');
 * const query = writeStream(counts, { sink: table, outputMode: 'complete' });
 * await query.processAllAvailable();
 * table.rows(); // [{ word: 'a', n: 2 }]
 *
 * @since 0.1.0
 */
export function memorySink<T>(name?: string): MemorySink<T> {
  return new Table<T>(name);
}

class Table<T> implements MemorySink<T> {
  readonly kind = 'memory';
  readonly description: string;
  readonly modes = outputModes;
  private kept: MemoryBatch<T>[] = [];
  private all: readonly T[] | undefined = [];
  private readonly newest = new Map<string, number>();
  private readonly listeners = new Set<(batch: MemoryBatch<T>) => void>();

  constructor(name: string | undefined) {
    this.description = name === undefined ? 'MemorySink' : `MemorySink[${name}]`;
  }

  open(ctx: SinkContext): Sink<T> {
    const { queryId } = ctx;
    return {
      addBatch: (batchId, rows, mode) => this.add(queryId, batchId, rows, mode),
      close: () => undefined,
    };
  }

  rows(): readonly T[] {
    this.all ??= this.kept.flatMap((batch) => batch.rows);
    return this.all;
  }

  toArray(): T[] {
    return [...this.rows()];
  }

  batches(): readonly MemoryBatch<T>[] {
    return [...this.kept];
  }

  clear(): void {
    this.kept = [];
    this.all = [];
    this.newest.clear();
  }

  onBatch(listener: (batch: MemoryBatch<T>) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  source(): StreamSource<T> {
    return {
      kind: 'memoryTable',
      description: this.description,
      replayable: false,
      finite: true,
      open: (_ctx: SourceContext) => snapshotOf(this.rows()),
    };
  }

  private add(queryId: string, batchId: number, rows: readonly T[], mode: OutputMode): void {
    if (batchId <= (this.newest.get(queryId) ?? -1)) return;
    this.newest.set(queryId, batchId);
    const batch: MemoryBatch<T> = { batchId, rows: [...rows] }; // the engine may reuse its array
    if (mode === 'complete') this.kept = [batch];
    else this.kept.push(batch);
    this.all = undefined;
    for (const listener of this.listeners) listener(batch);
  }
}

/** A source whose offset is the number of rows read. */
function snapshotOf<T>(rows: readonly T[]): Source<T, number> {
  return {
    completed: true,
    latestOffset: (start) => (rows.length > (start ?? 0) ? rows.length : start),
    read: (after, upTo) => [rows.slice(after ?? 0, upTo)],
    commit: () => undefined,
    close: () => undefined,
    fixEnd: () => undefined,
  };
}
