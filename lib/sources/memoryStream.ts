import { StreamingError } from '../errors.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { positiveIntegerOption } from '../options/optionValues.js';
import { type SchemaInput, toStructType } from '../schema/structType.js';
import type { StructType } from '../schema/types.js';
import type { Source, SourceContext, StreamSource } from './source.js';

/** Options of {@link memoryStream}. */
export interface MemoryStreamOptions {
  /** Name in `explain()` and progress. Default `memory`. */
  readonly name?: string;
  /** Type of the rows, also as DDL; rows are not checked against it. */
  readonly schema?: SchemaInput;
  /** At most this many `addData` calls in one batch. Default: all. */
  readonly maxCallsPerTrigger?: number;
  /** Whole `addData` calls up to this many rows in one batch, but at least one. Default: all. */
  readonly maxRowsPerTrigger?: number;
}

const optionNames: OptionNames<MemoryStreamOptions> = {
  name: true,
  schema: true,
  maxCallsPerTrigger: true,
  maxRowsPerTrigger: true,
};

/** A source that a program or a test fills by hand: see {@link memoryStream}. */
export interface MemoryStream<T> extends StreamSource<T> {
  /**
   * Appends `rows` as one unit and wakes the queries that read them, in the same tick. Answers the
   * offset of the call: the number of calls so far. A call without rows counts too.
   */
  addData(...rows: readonly T[]): number;
  /** As `addData`, for arrays too long to be arguments; `rows` is kept, so do not change it. */
  addAll(rows: readonly T[]): number;
  /** Says that no row will come again: a query or subscription then closes its windows and ends. */
  complete(): void;
}

/**
 * Makes a source whose rows are added by `addData`; everything it does is synchronous.
 *
 * Offset: the number of `addData` calls. Batches take whole calls.
 * State:  keeps all rows as long as the object lives, so that a query stopped and started again on
 *         the same object, or crashed, reads the same ranges. Nothing outlives the process.
 * Errors: `SOURCE_RANGE_GONE` if the checkpoint stands at calls that this object never had.
 * Source: semantics/spark.md 4.6; as Spark's MemoryStream, but offsets count from 1.
 *
 * @example
 * const words = memoryStream<string>();
 * const query = writeStream(readStream(words).pipe(groupByKey((w) => w), count()), { sink });
 * words.addData('a', 'b', 'a');
 * @since 0.1.0
 */
export function memoryStream<T>(nameOrOptions?: string | MemoryStreamOptions): MemoryStream<T> {
  const options = typeof nameOrOptions === 'string' ? { name: nameOrOptions } : nameOrOptions;
  requireKnownOptions('memoryStream', options, optionNames);
  return new Memory<T>(options ?? {});
}

class Memory<T> implements MemoryStream<T> {
  readonly kind = 'memory';
  readonly description: string;
  readonly replayable = true;
  readonly schema?: StructType;
  readonly calls: (readonly T[])[] = [];
  readonly opened = new Set<SourceContext>();
  readonly maxCalls: number;
  readonly maxRows: number;
  completed = false;

  constructor(options: MemoryStreamOptions) {
    this.description = `MemoryStream[${options.name ?? 'memory'}]`;
    const owner = 'memoryStream';
    if (options.schema !== undefined) {
      this.schema = toStructType(options.schema, `${owner}: schema`);
    }
    this.maxCalls = positiveIntegerOption(owner, 'maxCallsPerTrigger', options.maxCallsPerTrigger);
    this.maxRows = positiveIntegerOption(owner, 'maxRowsPerTrigger', options.maxRowsPerTrigger);
  }

  /** Only a completed one can be read to its end by `readBatch`. */
  get finite(): boolean {
    return this.completed;
  }

  addData(...rows: readonly T[]): number {
    return this.addAll(rows);
  }

  addAll(rows: readonly T[]): number {
    if (this.completed) {
      throw new TypeError(`${this.description}: addData after complete(); make a new memoryStream`);
    }
    const offset = this.calls.push(rows);
    this.wakeAll();
    return offset;
  }

  complete(): void {
    this.completed = true;
    this.wakeAll();
  }

  open(ctx: SourceContext): Source<T, number> {
    this.opened.add(ctx);
    return new MemorySource<T>(this, ctx);
  }

  /** A woken query may run its batch here and now, and close this source or open another. */
  private wakeAll(): void {
    for (const ctx of [...this.opened]) if (this.opened.has(ctx)) ctx.wake();
  }
}

class MemorySource<T> implements Source<T, number> {
  private fixedEnd = Number.POSITIVE_INFINITY;
  private committed: number;

  constructor(
    private readonly stream: Memory<T>,
    private readonly ctx: SourceContext,
  ) {
    this.committed = typeof ctx.resumeFrom === 'number' ? ctx.resumeFrom : 0;
  }

  /** Not before the rows are processed too: then nothing will ever come again. */
  get completed(): boolean {
    return this.stream.completed && this.committed >= this.stream.calls.length;
  }

  latestOffset(start: number | null, limit: 'one batch' | 'everything'): number | null {
    const { calls, maxCalls, maxRows } = this.stream;
    const from = start ?? 0;
    this.requireCalls(from);
    const end = Math.min(calls.length, this.fixedEnd);
    if (from >= end) return start;
    if (limit === 'everything') return end;
    let upTo = from + 1;
    let rows = calls[from]?.length ?? 0;
    while (upTo < end && upTo - from < maxCalls) {
      rows += calls[upTo]?.length ?? 0;
      if (rows > maxRows) break;
      upTo++;
    }
    return upTo;
  }

  *read(after: number | null, upTo: number): Iterable<readonly T[]> {
    this.requireCalls(upTo);
    for (let call = after ?? 0; call < upTo; call++) {
      const rows = this.stream.calls[call];
      if (rows && rows.length > 0) yield rows;
    }
  }

  commit(upTo: number): void {
    this.committed = upTo;
  }

  close(): void {
    this.stream.opened.delete(this.ctx);
  }

  fixEnd(): void {
    this.fixedEnd = this.stream.calls.length;
  }

  /** A new process, or a new object, does not have what the checkpoint has already planned. */
  private requireCalls(offset: number): void {
    const has = this.stream.calls.length;
    if (offset <= has) return;
    throw new StreamingError('SOURCE_RANGE_GONE', {
      source: this.stream.description,
      wanted: `addData call ${offset}`,
      available: `${has} calls`,
      fix: 'a memoryStream lives as long as its process: add the same rows before starting, or start on a new checkpoint',
    });
  }
}
