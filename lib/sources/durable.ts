import { type Observable, ReplaySubject, type Subscriber } from 'rxjs';
import { StreamingError } from '../errors.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { leaveOut, positiveIntegerOption } from '../options/optionValues.js';
import { type SchemaInput, toStructType } from '../schema/structType.js';
import type { StructType } from '../schema/types.js';
import { subscriberOf } from '../stream/subscriberOf.js';
import { DurableLog } from './durable/durableLog.js';
import { type DurableFeed, DurableSource } from './durable/durableSource.js';
import { nodeAppendFiles } from './durable/nodeAppendFiles.js';
import { encodeRow, NotEncodable } from './durable/rowCodec.js';
import type { Source, SourceContext, StreamSource } from './source.js';

/** Options of {@link durable}. */
export interface DurableOptions {
  /** Names the source in progress and errors; may not change on one checkpoint. */
  readonly name: string;
  /** Type of the rows; rows are not checked against it. */
  readonly schema?: SchemaInput;
  /** Rows waiting for a commit may take this much; then `push` is refused. Default 64 MiB. */
  readonly maxBytes?: number;
  /** At most this many rows in one batch. Default: all. */
  readonly maxRowsPerTrigger?: number;
}

const optionNames: OptionNames<DurableOptions> = {
  name: true,
  schema: true,
  maxBytes: true,
  maxRowsPerTrigger: true,
};

/** A source that keeps what it was given: see {@link durable}. */
export interface Durable<T> extends StreamSource<T> {
  /**
   * Answers the row's offset once the row is on disk. While no query reads the source it waits for the
   * next one to start, in memory and unacknowledged.
   */
  push(row: T): Promise<number>;
  /** Offset of the newest row on disk, whenever it changes; the last one on subscription. */
  readonly durableUpTo$: Observable<number>;
  /** Says that no row will be pushed again: the query then closes its windows and ends. */
  complete(): void;
}

/**
 * Makes a replayable source of an Observable, or of rows that a program pushes: each row is written to
 * a log in the query's checkpoint before it counts.
 *
 * Out:    the rows, equal but not identical: Dates, bytes, bigint, Decimal, Map, Set, arrays and plain
 *         objects come back as such.
 * State:  the log, cut off behind each commit. Rows pushed together share one fsync (group commit).
 * Errors: `push` rejects with `DURABLE_FULL` (back-pressure), `DURABLE_LOG_FAILED` (kept or not is
 *         unknown) and `DURABLE_ROW_NOT_ENCODABLE`; what comes of the Observable fails
 *         the query instead. `DURABLE_NEEDS_CHECKPOINT`, `DURABLE_IN_USE` and `CHECKPOINT_DAMAGED`
 *         when a query starts.
 *
 * @example
 * const orders = durable<Order>(undefined, { name: 'orders' });
 * const query = writeStream(readStream(orders), { sink, checkpointLocation: './checkpoint' });
 * app.post('/orders', async (req, res) => res.json({ offset: await orders.push(req.body) }));
 * @since 0.1.0
 */
export function durable<T>(rows: Observable<T> | undefined, options: DurableOptions): Durable<T> {
  if (typeof options?.name !== 'string' || options.name === '') {
    throw new TypeError("durable needs a name: durable(rows$, { name: 'orders' })");
  }
  requireKnownOptions('durable', options, optionNames);
  return new DurableRows<T>(rows, options);
}

const defaultMaxBytes = 64 * 1024 * 1024;

/** Rows that came while no query read the source. */
interface Waiting {
  readonly payload: Uint8Array;
  resolve(offset: Promise<number>): void;
  reject(error: unknown): void;
}

class DurableRows<T> implements Durable<T>, DurableFeed {
  readonly kind = 'durable';
  readonly description: string;
  readonly replayable = true;
  readonly schema?: StructType;
  readonly signature: { readonly name: string };
  readonly durableUpTo$ = new ReplaySubject<number>(1);
  failure: unknown;
  private saidComplete = false;
  private rowsEnded = false;
  private readonly maxBytes: number;
  private readonly maxRows: number;
  private inUse = false;
  private log: DurableLog | undefined;
  private wake: () => void = () => {};
  private subscriber: Subscriber<T> | undefined;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;

  constructor(
    private readonly rows: Observable<T> | undefined,
    options: DurableOptions,
  ) {
    this.description = `Durable[${options.name}]`;
    this.signature = { name: options.name };
    if (options.schema !== undefined) {
      this.schema = toStructType(options.schema, 'durable: schema');
    }
    const { maxBytes = defaultMaxBytes, maxRowsPerTrigger } = options;
    this.maxBytes = positiveIntegerOption('durable', 'maxBytes', maxBytes, leaveOut);
    this.maxRows = positiveIntegerOption('durable', 'maxRowsPerTrigger', maxRowsPerTrigger);
  }

  push(row: T): Promise<number> {
    try {
      return this.keep(row);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Throws at once what can be told at once: an Observable that never pauses would not hear of it later. */
  private keep(row: T): Promise<number> {
    const source = this.description;
    if (this.saidComplete) throw new TypeError(`${source}: push after complete(); make a new one`);
    const payload = encoded(source, row);
    return this.log ? this.log.push(payload) : this.wait(payload);
  }

  /** The Observable is subscribed anew by the next run, so its end ends only this one. */
  get completed(): boolean {
    return this.saidComplete || this.rowsEnded;
  }

  complete(): void {
    this.saidComplete = true;
    this.wake();
  }

  async open(ctx: SourceContext): Promise<Source<T, number>> {
    const source = this.description;
    if (this.inUse) throw new StreamingError('DURABLE_IN_USE', { source });
    this.inUse = true;
    try {
      return await this.start(ctx);
    } catch (error) {
      this.over();
      for (const { reject } of this.waiting.splice(0)) reject(error);
      this.waitingBytes = 0;
      throw error;
    }
  }

  closing(): void {
    this.log = undefined;
    this.wake = () => {};
    this.subscriber?.unsubscribe();
  }

  over(): void {
    this.closing();
    this.inUse = false;
  }

  private async start(ctx: SourceContext): Promise<Source<T, number>> {
    const { directory, fileSystem } = ctx;
    const source = this.description;
    if (directory === undefined) throw new StreamingError('DURABLE_NEEDS_CHECKPOINT', { source });
    const appendFiles = fileSystem.appendFiles ?? nodeAppendFiles;
    this.failure = undefined;
    this.rowsEnded = false;
    const log = await DurableLog.open(
      { source, directory, fileSystem, appendFiles, maxBytes: this.maxBytes },
      {
        durable: (upTo) => {
          this.durableUpTo$.next(upTo);
          ctx.wake();
        },
        failed: (error) => this.fail(error),
      },
    );
    const opened = new DurableSource<T>(this, log, this.maxRows, ctx);
    this.log = log;
    this.wake = () => ctx.wake();
    this.durableUpTo$.next(log.durableUpTo);
    for (const { payload, resolve, reject } of this.waiting.splice(0)) {
      try {
        resolve(log.push(payload));
      } catch (error) {
        reject(error);
      }
    }
    this.waitingBytes = 0;
    this.subscriber = subscriberOf<T>({
      next: (row) => this.receive(row),
      error: (error: unknown) => this.fail(error),
      complete: () => {
        this.rowsEnded = true;
        this.wake();
      },
    });
    this.rows?.subscribe(this.subscriber);
    return opened;
  }

  private receive(row: T): void {
    const failed = (error: unknown) => this.fail(error);
    try {
      this.keep(row).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  private wait(payload: Uint8Array): Promise<number> {
    const { description: source, maxBytes } = this;
    if (this.waitingBytes + payload.length > maxBytes) {
      throw new StreamingError('DURABLE_FULL', { source, maxBytes });
    }
    this.waitingBytes += payload.length;
    return new Promise((resolve, reject) => this.waiting.push({ payload, resolve, reject }));
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    this.subscriber?.unsubscribe(); // no row behind one that is lost
    this.wake();
  }
}

function encoded(source: string, row: unknown): Uint8Array {
  try {
    return encodeRow(row);
  } catch (error) {
    if (!(error instanceof NotEncodable)) throw error;
    const { path, found } = error;
    throw new StreamingError('DURABLE_ROW_NOT_ENCODABLE', { source, path, found });
  }
}
