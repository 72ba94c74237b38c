import { Observable, type SchedulerLike, type Subscriber, type Subscription } from 'rxjs';
import { nodeFileSystem } from '../checkpoint/nodeFileSystem.js';
import { drive, isPromise, quietly, type Steps, wait } from '../maybe.js';
import { checkChunk, checkChunks, checkOffset, openedSource } from '../query/openPort.js';
import { inOperator, OperatorError } from '../query/operatorError.js';
import { reportUnhandled } from '../query/reportUnhandled.js';
import type { Json, Source, StreamSource } from '../sources/source.js';
import { scheduleAfter } from '../triggers/scheduleAfter.js';

/** A source read as an Observable, without a query: rows as they are there, nothing is committed. */
export function openLive<T>(source: StreamSource<T>, clock: SchedulerLike): Observable<T> {
  return new Observable<T>((subscriber) => {
    const reader = new LiveReader(source, subscriber, clock);
    reader.wake();
    return () => reader.close();
  });
}

class LiveReader<T> {
  private source: Source<T> | undefined;
  private position: Json = null;
  private busy = false;
  private again = false;
  private closed = false;
  /** The next look at a source that polls. */
  private look: Subscription | undefined;

  constructor(
    private readonly description: StreamSource<T>,
    private readonly subscriber: Subscriber<T>,
    private readonly clock: SchedulerLike,
  ) {}

  wake(): void {
    if (this.closed) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    this.again = false;
    try {
      const round = drive(this.round());
      if (isPromise(round)) {
        round.then(
          () => this.roundEnded(),
          (error: unknown) => this.fail(error),
        );
      } else this.roundEnded();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const { source } = this;
    this.source = undefined;
    void drive(quietly(() => source?.close()));
    this.subscriber.error(error instanceof OperatorError ? error.cause : error);
  }

  close(): void {
    this.closed = true;
    this.look?.unsubscribe();
    if (this.source) void drive(this.letGo(this.source));
  }

  /** What goes wrong is the subscriber's error; if it has left, it is reported as RxJS reports it. */
  private *letGo(source: Source<T>): Steps<void> {
    this.source = undefined;
    try {
      yield* wait(source.close());
    } catch (error) {
      if (!this.closed) throw error;
      reportUnhandled(`${this.description.description} could not be closed`, error);
    }
  }

  private roundEnded(): void {
    this.busy = false;
    if (this.closed) return;
    if (this.again) return this.wake();
    const poll = this.source?.pollIntervalMs;
    if (poll === undefined) return;
    this.look?.unsubscribe(); // RxJS keeps a timer that has fired open
    this.look = scheduleAfter(this.clock, () => this.wake(), poll);
  }

  private *round(): Steps<void> {
    const source = this.source ?? (yield* this.open());
    if (this.closed) return yield* this.letGo(source); // unsubscribed while it was being opened
    this.source = source;
    yield* this.readOn(source);
    if (this.closed || !source.completed) return;
    yield* this.letGo(source);
    this.subscriber.complete();
  }

  /** Until nothing new is there. */
  private *readOn(source: Source<T>): Steps<void> {
    for (;;) {
      const upTo = yield* wait(source.latestOffset(this.position, 'one batch'));
      checkOffset(this.description.description, upTo);
      if (upTo === null || JSON.stringify(upTo) === JSON.stringify(this.position)) return;
      yield* this.readTo(source, upTo);
      if (this.closed) return;
      yield* wait(source.commit(upTo));
      this.position = upTo;
    }
  }

  private open(): Steps<Source<T>> {
    return openedSource(this.description, {
      sourceId: '0',
      directory: undefined,
      fileSystem: nodeFileSystem(),
      resumeFrom: null,
      now: () => this.clock.now(),
      wake: () => this.wake(),
    });
  }

  private *readTo(source: Source<T>, upTo: Json): Steps<void> {
    const chunks = source.read(this.position, upTo, {
      failed: (_raw, error) => {
        throw inOperator(this.description.description, error).cause;
      },
      dropped: () => undefined,
    });
    checkChunks(this.description.description, chunks);
    if (Symbol.iterator in chunks) {
      for (const chunk of chunks) {
        this.emit(chunk);
        if (this.closed) return;
      }
      return;
    }
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = (yield iterator.next()) as IteratorResult<readonly T[]>;
        if (done || this.closed) return;
        this.emit(value);
      }
    } finally {
      yield* quietly(() => iterator.return?.()); // it may have a file open
    }
  }

  private emit(chunk: readonly T[]): void {
    checkChunk(this.description.description, chunk);
    for (const row of chunk) {
      if (this.closed) return;
      this.subscriber.next(row);
    }
  }
}
