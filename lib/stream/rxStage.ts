import { Observable, type Operator, type Subscriber } from 'rxjs';
import { StreamingError } from '../errors.js';
import type { Stage, StageContext } from '../plan/planNode.js';
import { inOperator } from '../query/operatorError.js';
import { EventTimes } from './eventTimes.js';
import { insideRxNode } from './nestedStream.js';
import { subscriberOf } from './subscriberOf.js';

/**
 * An RxJS operator in a query: each batch is one finite Observable to it, subscribed at the first row
 * that reaches it and completed after the last; the batch ends when its output has completed.
 *
 * The rows of the batch are kept until its end, so that an operator that subscribes late, or again
 * (`repeat`, `retry`), sees all of them.
 */
export class RxStage implements Stage {
  private rows: unknown[] = [];
  private rowTimes: number[] = [];
  private times: EventTimes;
  private readers: Subscriber<unknown>[] = [];
  private output: Subscriber<unknown> | undefined;
  private wasRead = false;
  private emitted = false;
  private inputEnded = false;
  private outputEnded = false;
  private settle: { resolve(): void; reject(error: unknown): void } | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly operator: Operator<unknown, unknown>,
    private readonly ctx: StageContext,
    private readonly out: Stage,
    /** The operator downstream that would miss an event time, if any. */
    private readonly timeReader: string | undefined,
    private readonly name: string,
  ) {
    this.times = new EventTimes(timeReader !== undefined, false);
  }

  next(row: unknown, time: number): void {
    this.rows.push(row);
    this.rowTimes.push(time);
    this.times.enter(row, time);
    insideRxNode(() => {
      if (!this.output) this.subscribe();
      // A reader that subscribed in `subscribe` has been given this row with the rows so far.
      else for (const reader of [...this.readers]) reader.next(row);
    });
    this.times.leave();
    this.rethrow();
  }

  endBatch(): void {
    if (!this.output) return this.out.endBatch();
    this.inputEnded = true;
    try {
      insideRxNode(() => {
        for (const reader of [...this.readers]) reader.complete();
      });
    } catch (error) {
      this.refuse(error); // of what lets go, as in `finalize`
    }
    this.rethrow();
    if (this.outputEnded) return this.finish();
    this.ctx.pending(
      new Promise<void>((resolve, reject) => {
        this.settle = { resolve, reject };
      }),
    );
  }

  cancel(): void {
    this.output?.unsubscribe();
    this.settle?.resolve();
    this.reset();
  }

  private subscribe(): void {
    const input = new Observable<unknown>((reader) => {
      this.wasRead = true;
      this.replayTo(reader);
      if (this.inputEnded) return reader.complete();
      this.readers.push(reader);
      return () => {
        this.readers = this.readers.filter((other) => other !== reader);
      };
    });
    const lifted = Observable.prototype.lift.call(input, this.operator as never);
    this.output = subscriberOf<unknown>({
      next: (row) => this.emit(row),
      error: (error: unknown) => this.refuse(error),
      complete: () => this.complete(),
    });
    lifted.subscribe(this.output);
  }

  /** The rows of this batch so far, for a reader that comes late or again. */
  private replayTo(reader: Subscriber<unknown>): void {
    for (const [i, row] of this.rows.entries()) {
      this.times.enter(row, this.rowTimes[i] as number);
      reader.next(row);
    }
    this.times.leave();
  }

  private emit(row: unknown): void {
    if (this.failure) return;
    this.emitted = true;
    const time = this.times.of(row);
    if (time === undefined) {
      return this.refuse(
        new StreamingError('RX_ROW_WITHOUT_EVENT_TIME', {
          operator: this.name,
          reader: this.timeReader ?? '',
        }),
      );
    }
    try {
      this.out.next(row, time);
    } catch (error) {
      this.fail(error); // of an operator further down: not named here
    }
  }

  /** One that has emitted and never asked for the rows kept them from an earlier batch. */
  private complete(): void {
    if (this.emitted && !this.wasRead) {
      return this.refuse(new StreamingError('RX_NOT_REPEATABLE', { operator: this.name }));
    }
    this.outputEnded = true;
    if (!this.settle) return; // inside the batch's rows: `endBatch` goes on
    const { resolve, reject } = this.settle;
    try {
      this.finish();
      resolve();
    } catch (error) {
      reject(error);
    }
  }

  /** The operator itself has failed. */
  private refuse(error: unknown): void {
    this.fail(inOperator(this.name, error));
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.output?.unsubscribe();
    this.settle?.reject(error);
  }

  private rethrow(): void {
    if (!this.failure) return;
    throw this.failure.error;
  }

  private finish(): void {
    this.reset();
    this.out.endBatch();
  }

  private reset(): void {
    this.rows = [];
    this.rowTimes = [];
    this.times = new EventTimes(this.timeReader !== undefined, false);
    this.readers = [];
    this.output = undefined;
    this.wasRead = false;
    this.emitted = false;
    this.inputEnded = false;
    this.outputEnded = false;
    this.settle = undefined;
    this.failure = undefined;
  }
}
