import { Subject } from 'rxjs';
import { StreamingError } from '../errors.js';
import { type MaybePromise, type Steps, wait } from '../maybe.js';
import { BatchExecution, Stopped } from './batchExecution.js';
import { BatchReport } from './batchReport.js';
import { ContinuousEpoch } from './continuousEpoch.js';
import { OperatorError, reasonOf } from './operatorError.js';
import type { Pipeline } from './pipeline.js';
import type { StreamingQueryProgress } from './progress.js';
import type { PlanEntry, PlannedRange, QueryCheckpoint } from './queryCheckpoint.js';
import { QueryRun } from './queryRun.js';
import type { QuerySetup } from './querySetup.js';
import type { FailedRow, LateRow } from './sideRows.js';
import { type LoopScheduler, type Outcome, type QueryLife, TriggerLoop } from './triggerLoop.js';

/**
 * The life of a query: recover, then plan → read → compute → sink → commit, batch after batch, until it
 * is stopped, has nothing more to do, or has failed more often than its restart policy makes good.
 */
export class StreamExecution implements QueryLife {
  readonly progress$ = new Subject<StreamingQueryProgress>();
  readonly late$ = new Subject<LateRow>();
  readonly failed$ = new Subject<FailedRow>();
  /** Emits the batch id after each commit. */
  readonly committed$ = new Subject<number>();
  exception: StreamingError | undefined;
  message = 'Initializing sources';
  isDataAvailable = false;
  isTriggerActive = false;
  isActive = true;
  queryId: string;
  /** Result rows of the batch that `committed$` tells of; only while it tells. */
  committedRows: readonly unknown[] = [];
  /** Answers once the query has ended; never rejects. */
  readonly ended: Promise<void>;

  private readonly scheduler: LoopScheduler;
  private readonly loop: TriggerLoop;
  private readonly report: BatchReport;
  private readonly epoch: ContinuousEpoch | undefined;
  private run: QueryRun;
  private batch: BatchExecution;
  private batches = 0;
  private wasOpen = false;
  private idleWaiters: (() => void)[] = [];
  private resolveEnded!: () => void;

  constructor(private readonly setup: QuerySetup) {
    this.queryId = setup.newQueryId;
    setup.onCorrupt = (error) => this.damaged(error);
    const { trigger, clock } = setup;
    this.scheduler = trigger.forQuery?.() ?? trigger;
    this.loop = new TriggerLoop(this.scheduler, this);
    this.report = new BatchReport(setup);
    this.epoch =
      trigger.epochMs === undefined
        ? undefined
        : new ContinuousEpoch(trigger.epochMs, clock, this.wake);
    this.run = this.newRun();
    this.batch = new BatchExecution(setup, this.run, this.report);
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
  }

  /** undefined: no batch of this checkpoint has been committed yet. */
  get lastCommitted(): number | undefined {
    const { nextBatchId } = this.run;
    return nextBatchId === 0 ? undefined : nextBatchId - 1;
  }

  get bounded(): boolean {
    return this.setup.trigger.bounded === true;
  }

  /** A batch is running, or the query is opening or closing. */
  get isWorking(): boolean {
    return this.isActive && this.loop.isBusy;
  }

  get isPaused(): boolean {
    return this.loop.isPaused;
  }

  /** Somebody has called `stop`: the query does not end by itself. */
  get wasStopped(): boolean {
    return this.loop.stopping;
  }

  get lastProgress(): StreamingQueryProgress | null {
    return this.report.recent.at(-1) ?? null;
  }

  get recentProgress(): readonly StreamingQueryProgress[] {
    return this.report.recent;
  }

  /** The compiled plan of this run; undefined until the query is open. */
  get pipeline(): Pipeline | undefined {
    return this.run.pipeline as Pipeline | undefined;
  }

  /** Ids of the operators that keep state. */
  get statefulIds(): readonly string[] {
    const { graph } = this.setup;
    return graph.nodes.filter((node) => node.traits?.stateful).map((node) => graph.idOf(node));
  }

  /** Opens everything, at once if nothing has to be awaited, and asks for the first batch. */
  start(): void {
    this.loop.run(() => this.open());
  }

  readonly wake = (): void => this.loop.wake();

  pause(): void {
    if (!this.isActive) return;
    this.message = 'Paused';
    this.loop.pause();
  }

  resume(): void {
    this.loop.resume();
  }

  /** Ends after the batch that is running; gives up asynchronous operators. */
  stop(): void {
    if (!this.isActive || this.loop.stopping) return;
    this.batch.stop();
    this.setup.restart.cancel();
    this.loop.stop();
  }

  /** Answers when a trigger has found nothing to do. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.isActive) return resolve();
      this.idleWaiters.push(resolve);
      this.wake();
    });
  }

  /** Runs `body` between two batches. */
  between<T>(body: (checkpoint: QueryCheckpoint) => MaybePromise<T>): Promise<T> {
    return this.loop.between(() => {
      if (!this.run.isOpen)
        throw new StreamingError('QUERY_NOT_ACTIVE', { name: this.setup.label });
      return body(this.run.checkpoint);
    });
  }

  waiting(): number | undefined {
    this.message = 'Waiting for data to arrive';
    return this.run.nextDue();
  }

  // ------------------------------------------------------------------ opening and closing

  private newRun(): QueryRun {
    return new QueryRun(this.setup, () => this.scheduler.now(), this.wake);
  }

  private *open(): Steps<Outcome> {
    const { run, setup } = this;
    run.openEagerSources();
    yield* run.open(this.batch.output, () => this.loop.stopping);
    if (this.loop.stopping) return yield* this.close();
    this.queryId = run.checkpoint.queryId;
    this.wasOpen = true;
    if (run.checkpoint.lastEpoch?.completed) {
      this.message = 'Completed: all sources had ended in an earlier run';
      return yield* this.close();
    }
    if (setup.trigger.bounded && !setup.trigger.single) yield* run.fixEnds();
    this.message = 'Waiting for next trigger';
    return 'more';
  }

  *close(): Steps<Outcome> {
    this.isTriggerActive = false;
    this.epoch?.stopTimer();
    this.loop.cancel();
    if (this.epoch && !this.epoch.isEmpty) yield* this.commitEpoch(this.epoch);
    const [problem] = yield* this.run.close(undefined);
    if (problem !== undefined) this.exception = this.wrap(problem);
    return this.finish();
  }

  /** Damage found behind the running batches: the batch that runs is not committed. */
  private damaged(error: StreamingError): void {
    this.batch.damage = error;
    if (this.isActive && !this.loop.isBusy) this.loop.fail(error);
  }

  *failed(error: unknown): Steps<Outcome> {
    if (!this.isActive) return 'ended';
    this.isTriggerActive = false;
    this.epoch?.abort();
    this.run.abort();
    if (error instanceof Stopped) return yield* this.close();
    const failure = this.wrap(error);
    const delayMs = this.wasOpen ? this.setup.restart.next() : undefined;
    yield* this.run.close(failure);
    if (delayMs === undefined || this.loop.stopping) {
      this.exception = failure;
      return this.finish();
    }
    return yield* this.restart(failure, delayMs);
  }

  /** Goes on from the last commit, after a while. */
  private *restart(failure: StreamingError, delayMs: number): Steps<Outcome> {
    const { setup } = this;
    this.message = `Restarting in ${delayMs} ms after: ${failure.message}`;
    setup.onRestart({ exception: failure, restarts: setup.restart.restarts, delayMs });
    yield* wait(setup.restart.wait(delayMs, setup.clock));
    this.epoch?.stopTimer();
    this.run = this.newRun();
    this.batch = new BatchExecution(setup, this.run, this.report);
    if (this.loop.stopping) return this.finish();
    return yield* this.open();
  }

  private finish(): Outcome {
    this.isActive = false;
    this.isDataAvailable = false;
    this.epoch?.stopTimer();
    const { exception } = this;
    this.message = exception ? `Terminated with exception: ${exception.message}` : 'Stopped';
    this.answerIdle();
    this.setup.onEnd();
    this.resolveEnded();
    for (const subject of [this.progress$, this.late$, this.failed$, this.committed$]) {
      if (exception) subject.error(exception);
      else subject.complete();
    }
    return 'ended';
  }

  /** A failed batch as users see it: batch id, ranges, operator, cause. */
  private wrap(error: unknown): StreamingError {
    const cause = error instanceof OperatorError ? error.cause : error;
    const reason = reasonOf(cause);
    const { report } = this;
    if (!report.running) {
      if (cause instanceof StreamingError) return cause;
      return new StreamingError('QUERY_FAILED', { name: this.setup.label, reason }, { cause });
    }
    report.running = false;
    const operator = error instanceof OperatorError ? error.operatorId : report.phase;
    const ranges = this.run.sources.map(({ id, startOffset, endOffset }) => {
      return `${id}: ${JSON.stringify(startOffset)} to ${JSON.stringify(endOffset)}`;
    });
    return new StreamingError(
      'BATCH_FAILED',
      { batchId: report.batchId, operator, ranges: ranges.join(', '), reason },
      { cause },
    );
  }

  // ------------------------------------------------------------------ one trigger

  *trigger(): Steps<Outcome> {
    const { run } = this;
    const { trigger, bounded } = this.setup;
    if (trigger.single && this.batches > 0) return yield* this.close();
    this.isTriggerActive = true;
    this.report.triggered(this.scheduler.now());
    const replay = run.takeReplay();
    if (replay) return yield* this.runBatch(replay, true);
    if (trigger.single) yield* run.fixEnds();
    if (this.epoch) return yield* this.continuousTurn(this.epoch);
    this.setup.killPoint('kp3:before');
    const ranges = yield* this.nextRanges();
    const next = run.watermark.next(run.sources);
    const due = !trigger.single && !bounded && run.isDue(next);
    if (ranges || due) return yield* this.planAndRun(ranges ?? run.emptyRanges(), next, false);
    if (bounded || run.allCompleted) return yield* this.planAndRun(run.emptyRanges(), next, true);
    return this.idle();
  }

  private *nextRanges(): Steps<PlannedRange[] | undefined> {
    const started = this.report.now();
    const limit = this.setup.trigger.ignoresLimits ? 'everything' : 'one batch';
    const ranges = yield* this.run.nextRanges(limit, ({ node: { source } }) => {
      this.message = `Getting offsets from ${source.description}`;
      this.report.phase = source.description;
    });
    this.report.took('latestOffset', started);
    this.isDataAvailable = ranges !== undefined;
    return ranges;
  }

  private *planAndRun(
    ranges: PlannedRange[],
    watermarkMs: number,
    closing: boolean,
  ): Steps<Outcome> {
    const { run, report } = this;
    const plan: PlanEntry = {
      batchId: run.nextBatchId,
      previousWatermarkMs: run.watermark.used,
      turns: [{ timestampMs: this.scheduler.now(), watermarkMs, ranges }],
      closing,
    };
    report.phase = 'the checkpoint';
    const started = report.now();
    yield* wait(run.checkpoint.plan(plan));
    report.took('walCommit', started);
    return yield* this.runBatch(plan, false);
  }

  private *runBatch(plan: PlanEntry, replay: boolean): Steps<Outcome> {
    this.message = 'Processing new data';
    yield* this.batch.whole(plan, replay);
    this.committed(plan.batchId);
    if (!plan.closing) return 'more';
    this.message = 'Completed: all sources have ended';
    return yield* this.close();
  }

  private idle(): Outcome {
    this.isTriggerActive = false;
    this.isDataAvailable = false;
    this.answerIdle();
    return 'idle';
  }

  private answerIdle(): void {
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  private committed(batchId: number): void {
    const { report, run, batch, setup } = this;
    this.batches += 1;
    setup.restart.committed();
    const { tracker, used } = run.watermark;
    const progress = report.end(this.queryId, run.pipeline, run.sources, batch.rows.length, {
      watermarkMs: tracker.isEmpty ? undefined : used,
      sinkMetrics: run.sink.metrics?.() ?? {},
      backend: run.checkpoint.backend,
      nowMs: this.scheduler.now(),
    });
    this.committedRows = batch.rows;
    batch.rows = [];
    this.message = 'Waiting for next trigger';
    this.isTriggerActive = false;
    for (const row of report.lateRows) this.late$.next(row);
    for (const row of report.failedRows) this.failed$.next(row);
    this.committed$.next(batchId);
    this.committedRows = [];
    this.progress$.next(progress);
    setup.onProgress(progress);
  }

  // ------------------------------------------------------------------ continuous mode

  /** One turn: what is there goes through at once; the epoch is committed when it is over. */
  private *continuousTurn(epoch: ContinuousEpoch): Steps<Outcome> {
    const { run } = this;
    epoch.startTimer();
    const ranges = yield* this.nextRanges();
    const watermarkMs = run.watermark.next(run.sources);
    const due = run.isDue(watermarkMs);
    if (ranges || due) {
      const timestampMs = this.scheduler.now();
      const turn = { timestampMs, watermarkMs, ranges: ranges ?? run.emptyRanges() };
      yield* epoch.turn(turn, run, this.batch);
    }
    const isQuiet = !ranges && !due;
    const completed = isQuiet && run.allCompleted;
    // Whoever waits for all that there is waits for its commit, though the epoch may go on.
    const isAwaited = isQuiet && this.idleWaiters.length > 0;
    const commits = epoch.isOver || ((completed || isAwaited) && !epoch.isEmpty);
    if (commits) yield* this.commitEpoch(epoch);
    epoch.rest();
    if (completed) return yield* this.planAndRun(run.emptyRanges(), watermarkMs, true);
    // Rows may have come, and somebody may wait for them, while the commit was on its way.
    return isQuiet && !commits ? this.idle() : 'more';
  }

  private *commitEpoch(epoch: ContinuousEpoch): Steps<void> {
    const { nextBatchId } = this.run;
    yield* epoch.commit(this.run, this.batch, this.report);
    this.committed(nextBatchId);
  }
}
