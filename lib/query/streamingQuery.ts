import { Observable } from 'rxjs';
import { StreamingError } from '../errors.js';
import type { SavepointInfo } from '../savepoint/beginSavepoint.js';
import { type DurationInput, durationMs } from '../time/duration.js';
import { explainPlan } from './explain.js';
import type { StreamingQueryProgress } from './progress.js';
import type { QuerySetup } from './querySetup.js';
import { type QueryState, queryState } from './queryState.js';
import { savepointOf } from './savepointOf.js';
import type { FailedRow, LateRow } from './sideRows.js';
import type { StreamExecution } from './streamExecution.js';

/** What a query is doing. Source: semantics/spark.md 1.14. */
export interface StreamingQueryStatus {
  readonly message: string;
  readonly isDataAvailable: boolean;
  readonly isTriggerActive: boolean;
}

/**
 * A running query, as `writeStream` gives it.
 *
 * Time: durations in ms unless a unit is written (`'10 seconds'`).
 * Errors: a failed batch ends the query; `exception` and every waiting promise carry it
 * (`BATCH_FAILED`, with batch id, ranges, operator and cause).
 * Source: semantics/spark.md 1.14.
 * @example
 * const query = writeStream(counts, { sink: memorySink(), outputMode: 'update' });
 * query.progress$.subscribe((p) => console.log(p.batchId, p.numInputRows));
 * await query.stop();
 * @since 0.1.0
 */
export class StreamingQuery {
  /** The name given as `queryName`, or null. */
  readonly name: string | null;
  /** Unique to this start. */
  readonly runId: string;
  /** One value per batch that was executed. Completes when the query stops, errors when it fails. */
  readonly progress$: Observable<StreamingQueryProgress>;
  /** Rows that came after the watermark had passed them, after their batch is committed. */
  readonly late$: Observable<LateRow>;
  /** Rows kept by the policy `deadLetter`, after their batch is committed. */
  readonly failed$: Observable<FailedRow>;

  /** @internal */
  constructor(
    private readonly setup: QuerySetup,
    private readonly execution: StreamExecution,
    private readonly stopTimeoutMs: number,
  ) {
    this.name = setup.queryName ?? null;
    this.runId = setup.runId;
    this.progress$ = this.shown(execution.outputs.progress$);
    this.late$ = this.shown(execution.outputs.late$);
    this.failed$ = this.shown(execution.outputs.failed$);
  }

  /** Stable over restarts from one checkpoint. Known once the checkpoint has been read. */
  get id(): string {
    return this.execution.queryId;
  }

  get isActive(): boolean {
    return this.execution.isActive;
  }

  /** Why the query failed; undefined while it runs and after a clean stop. */
  get exception(): StreamingError | undefined {
    this.execution.isHeard ||= this.execution.exception !== undefined;
    return this.execution.exception;
  }

  get status(): StreamingQueryStatus {
    const { statusMessage: message, status } = this.execution;
    const { isDataAvailable, isTriggerActive } = status;
    return { message, isDataAvailable, isTriggerActive };
  }

  get lastProgress(): StreamingQueryProgress | null {
    return this.execution.lastProgress;
  }

  /** The last 100, oldest first. */
  get recentProgress(): readonly StreamingQueryProgress[] {
    return this.execution.recentProgress;
  }

  /** No new batch begins until `resume`. */
  pause(): void {
    this.execution.pause();
  }

  resume(): void {
    this.execution.resume();
  }

  get isPaused(): boolean {
    return this.execution.isPaused;
  }

  /**
   * Waits for the end of the query: true once it has ended, false if `timeout` passes first. Rejects
   * with the error of a failed query. Never await it in a sink of this query: see {@link stop}.
   *
   * @param timeout ms or `'10 seconds'`; none: as long as it takes.
   */
  async awaitTermination(timeout?: DurationInput): Promise<boolean> {
    this.execution.isHeard = true;
    const ended = await this.execution.whenEnded(
      timeout === undefined ? undefined : durationMs(timeout, 'awaitTermination(timeout)'),
    );
    if (ended && this.exception) throw this.exception;
    return ended;
  }

  /**
   * Answers when all rows that were there at the call have been processed, no-data batches included.
   * Rejects if the query fails. For tests; an endless fast source may never be idle.
   * Never await it in a sink of this query: see {@link stop}.
   */
  async processAllAvailable(): Promise<void> {
    await this.execution.whenIdle();
    if (this.exception) throw this.exception;
  }

  /**
   * Ends the query after the batch that is running. Stopping twice is fine. `STOP_TIMEOUT` if the sink
   * or a source does not answer within `stopTimeout`: the batch is committed once it does, or runs again.
   *
   * A sink (`foreachBatch`) MUST NOT await it: the query waits for the sink, and neither would ever go on.
   * `void query.stop()` there is fine: the batch is committed, and the query ends.
   */
  async stop(): Promise<void> {
    this.execution.stop();
    // 0: however long it takes
    if (!(await this.execution.whenEnded(this.stopTimeoutMs || undefined))) {
      throw new StreamingError('STOP_TIMEOUT', {
        name: this.setup.label,
        timeoutMs: this.stopTimeoutMs,
      });
    }
  }

  /** As {@link stop}, at the end of a block that begins with `await using query = writeStream(…)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /**
   * Copies state and position into a folder that is new, while the query runs: as the last commit left
   * them, between two batches: never await it in a sink of this query. `writeStream(…, { from })` starts another query there, `millrace restore` mends this one.
   *
   * Errors: `SAVEPOINT_UNAVAILABLE` without a checkpoint or before the first commit, `SAVEPOINT_EXISTS`,
   *         `SAVEPOINT_LOCATION` inside the checkpoint, or where nothing can be written, `QUERY_NOT_ACTIVE`,
   *         `STATE_CORRUPT`.
   */
  savepoint(directory: string): Promise<SavepointInfo> {
    return savepointOf(this.execution, this.setup, directory);
  }

  /** The plan as a person reads it, sink first. */
  explain(): string {
    return explainPlan(this.setup);
  }

  /** The live state of one operator, by its id in `explain()`: `aggregate-0`. */
  state(operatorId: string): QueryState {
    return queryState(this.execution, operatorId);
  }

  /** @internal for state readers, savepoints and the live page */
  get internals(): { readonly execution: StreamExecution; readonly setup: QuerySetup } {
    return { execution: this.execution, setup: this.setup };
  }

  /** Whoever subscribes once the query has failed gets its error at once. */
  private shown<T>(subject: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      this.execution.isHeard ||= this.execution.exception !== undefined;
      return subject.subscribe(subscriber);
    });
  }
}
