import type { Observable, Subscriber } from 'rxjs';
import { StreamingError } from '../errors.js';
import type { MaybePromise } from '../maybe.js';
import { oneOf } from '../options/optionValues.js';
import type {
  RowChunks,
  Source,
  SourceContext,
  SourceReport,
  StreamSource,
} from '../sources/source.js';
import { subscriberOf } from './subscriberOf.js';

/** How rows of an Observable wait between two triggers of a query. */
export interface LiveOptions {
  /** Shown in progress and errors. Default `observable`. */
  readonly name?: string;
  /** Rows that may wait; default 1,000,000. */
  readonly bufferSize?: number;
  /** When one more comes: fail the query (default), or drop a waiting row or the new one, counted. */
  readonly whenFull?: 'error' | 'dropOldest' | 'dropNewest';
}

const defaultBufferSize = 1_000_000;

/** Any Observable as a source of a query: at most once, see reliability in docs/guide. */
export function liveSource<T>(rows: Observable<T>, options: LiveOptions = {}): StreamSource<T> {
  const bufferSize = options.bufferSize ?? defaultBufferSize;
  if (!Number.isInteger(bufferSize) || bufferSize < 1) {
    throw new RangeError(`bufferSize must be a whole number of rows above 0, not ${bufferSize}`);
  }
  const whenFull = options.whenFull ?? 'error';
  oneOf('readStream', 'whenFull', whenFull, ['error', 'dropOldest', 'dropNewest']);
  const name = options.name ?? 'observable';
  return {
    kind: 'live',
    description: `Live[${name}]`,
    replayable: false,
    open: (ctx) => new LiveSource(rows, name, bufferSize, whenFull, ctx),
  };
}

/** Offsets count the rows received since the query was first started. */
class LiveSource<T> implements Source<T, number> {
  private buffer: T[] = [];
  /** Rows at the front of `buffer` that are gone; cut off when they are half of it. */
  private gone = 0;
  /** Offset of the row before the first that waits. */
  private base = 0;
  private resumed = false;
  /** Newest offset that has been read. */
  private given = 0;
  private limit = Number.POSITIVE_INFINITY;
  private droppedRows = 0;
  private done = false;
  private failure: { readonly error: unknown } | undefined;
  private overflow: StreamingError | undefined;
  private ended: () => void = () => undefined;
  private readonly subscriber: Subscriber<T>;

  constructor(
    rows: Observable<T>,
    private readonly name: string,
    private readonly bufferSize: number,
    private readonly whenFull: 'error' | 'dropOldest' | 'dropNewest',
    private readonly ctx: SourceContext,
  ) {
    this.subscriber = subscriberOf<T>({
      next: (row) => this.receive(row),
      error: (error: unknown) => {
        this.failure = { error };
        this.ended();
        this.ctx.wake();
      },
      complete: () => {
        this.done = true;
        this.ended();
        this.ctx.wake();
      },
    });
    rows.subscribe(this.subscriber);
  }

  /** True when the rows have all been read too: then nothing will ever come again. */
  get completed(): boolean {
    return this.done && this.given >= this.end;
  }

  latestOffset(start: number | null): number | null {
    if (this.overflow) throw this.overflow;
    this.resume();
    const end = Math.min(this.end, this.limit);
    if (end > (start ?? 0)) return end;
    if (this.failure) throw this.failure.error; // after the rows that came before it
    return start;
  }

  read(after: number | null, upTo: number, report: SourceReport): RowChunks<T> {
    if (this.droppedRows > 0) {
      report.dropped(this.droppedRows);
      this.droppedRows = 0;
    }
    this.resume();
    this.given = Math.max(this.given, upTo);
    if (this.failure && this.given >= this.end) this.ctx.wake(); // the next look at it fails
    // Rows before `base` were given by a Subject of an earlier run: they are gone.
    const from = Math.max(0, (after ?? 0) - this.base);
    const to = Math.max(0, upTo - this.base);
    return to > from ? [this.buffer.slice(this.gone + from, this.gone + to)] : [];
  }

  commit(upTo: number): void {
    const passed = upTo - this.base;
    if (passed <= 0) return;
    this.forget(Math.min(passed, this.waiting));
    this.base = upTo;
  }

  fixEnd(): void {
    if (this.overflow) throw this.overflow;
    if (this.failure) throw this.failure.error;
    if (!this.done) throw new StreamingError('SOURCE_HAS_NO_END', { source: this.name });
    this.limit = this.end;
  }

  whenCompleted(): MaybePromise<void> {
    if (this.done || this.failure || this.overflow) return;
    return new Promise((resolve) => {
      this.ended = resolve;
    });
  }

  close(): void {
    this.subscriber.unsubscribe();
  }

  /** Subscribed before the checkpoint was read: its position counts from here on. */
  private resume(): void {
    if (this.resumed) return;
    this.resumed = true;
    if (typeof this.ctx.resumeFrom === 'number') {
      this.base += this.ctx.resumeFrom;
      this.given = this.ctx.resumeFrom;
    }
  }

  private receive(row: T): void {
    if (this.waiting >= this.bufferSize && !this.makeRoom()) return;
    this.buffer.push(row);
    this.ctx.wake();
  }

  private get waiting(): number {
    return this.buffer.length - this.gone;
  }

  /** Offset of the newest row. */
  private get end(): number {
    return this.base + this.waiting;
  }

  private forget(rows: number): void {
    this.gone += rows;
    if (this.gone * 2 < this.buffer.length) return;
    this.buffer = this.buffer.slice(this.gone);
    this.gone = 0;
  }

  private makeRoom(): boolean {
    switch (this.whenFull) {
      case 'dropNewest':
        this.droppedRows += 1;
        return false;
      case 'dropOldest':
        this.droppedRows += 1;
        this.forget(1);
        this.base += 1;
        return true;
      case 'error':
        this.overflow = new StreamingError('BUFFER_FULL', {
          source: this.name,
          bufferSize: this.bufferSize,
        });
        this.subscriber.unsubscribe();
        this.ended();
        this.ctx.wake();
        return false;
    }
  }
}
