import { StreamingError } from '../errors.js';
import { drive, type MaybePromise, quietly, type Steps, then, wait } from '../maybe.js';
import { BatchExecution } from './batchExecution.js';
import { failureOf } from './batchFailure.js';
import { BatchReport } from './batchReport.js';
import { ContinuousEpoch } from './continuousEpoch.js';
import { IdleWaiters } from './idleWaiters.js';
import { metricsOf } from './openPort.js';
import { Stopped } from './operatorError.js';
import type { BatchOutcome, ReadRange } from './pendingCommit.js';
import type { Pipeline } from './pipeline.js';
import type { StreamingQueryProgress } from './progress.js';
import type { PlanEntry, PlannedRange, QueryCheckpoint } from './queryCheckpoint.js';
import { QueryOutputs } from './queryOutputs.js';
import { QueryRun } from './queryRun.js';
import type { QuerySetup } from './querySetup.js';
import type { SourceRun } from './sourceRun.js';
import { type LoopScheduler, type Outcome, type QueryLife, TriggerLoop } from './triggerLoop.js';
import { Waiters } from './waiters.js';
import { WritesUnderWay } from './writesUnderWay.js';

/**
 * The life of a query: recover, then plan → read → compute → sink → commit, batch after batch, until it
 * is stopped, has nothing more to do, or has failed more often than its restart policy makes good.
 */
export class StreamExecution implements QueryLife {
  readonly outputs = new QueryOutputs();
  exception: StreamingError | undefined;
  /** Somebody has waited for the end, or has been given the exception: a failure needs no other report. */
  isHeard = false;
  message = 'Initializing sources';
  isDataAvailable = false;
  isTriggerActive = false;
  isActive = true;
  queryId: string;
  private readonly scheduler: LoopScheduler;
  private readonly loop: TriggerLoop;
  private readonly report: BatchReport;
  private readonly epoch: ContinuousEpoch | undefined;
  private run: QueryRun;
  private batch: BatchExecution;
  private readonly writes: WritesUnderWay;
  private batches = 0;
  /** Nothing has been committed since a trigger found nothing to do. */
  private isIdle = false;
  private wasOpen = false;
  private readonly idleWaiters = new IdleWaiters();
  private readonly endWaiters = new Waiters();

  constructor(private readonly setup: QuerySetup) {
    this.queryId = setup.newQueryId;
    setup.onCorrupt = (error) => this.damaged(error);
    const { trigger } = setup;
    this.scheduler = trigger.forQuery?.() ?? trigger;
    this.loop = new TriggerLoop(this.scheduler, this);
    this.report = new BatchReport(setup);
    this.writes = new WritesUnderWay(this.report, {
      forget: (outcome) => this.batch.forget(outcome),
      committed: (outcome, committedAt) => this.committed(outcome, committedAt),
    });
    this.epoch =
      trigger.epochMs === undefined
        ? undefined
        : new ContinuousEpoch(trigger.epochMs, this.scheduler, this.wake);
    this.run = this.newRun();
    this.batch = this.newBatch();
  }

  /** True once the query has ended, failed or not; false if `timeoutMs` pass first. */
  async whenEnded(timeoutMs?: number): Promise<boolean> {
    return !this.isActive || (await this.endWaiters.wait(this.setup.clock, timeoutMs));
  }

  /** undefined: no batch of this checkpoint has been committed yet. */
  get lastCommitted(): number | undefined {
    return this.run.lastCommitted;
  }

  get bounded(): boolean {
    return this.setup.trigger.bounded === true;
  }

  /** A batch is running or being committed, or the query is opening or closing. */
  get isWorking(): boolean {
    return this.isActive && (this.loop.isBusy || this.writes.hasCommit);
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

  /** What it is at; it is paused when the batch that was running has ended. */
  get statusMessage(): string {
    const { isPaused, isBusy } = this.loop;
    return this.isActive && isPaused && !isBusy ? 'Paused' : this.message;
  }

  pause(): void {
    if (this.isActive) this.loop.pause();
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
    if (!this.isActive) return Promise.resolve();
    const idle = this.idleWaiters.wait();
    this.wake();
    return idle;
  }

  /** Runs `body` between two batches. */
  between<T>(body: (checkpoint: QueryCheckpoint) => MaybePromise<T>): Promise<T> {
    const run = (): MaybePromise<T> => {
      if (!this.run.isOpen)
        throw new StreamingError('QUERY_NOT_ACTIVE', { name: this.setup.label });
      return body(this.run.checkpoint);
    };
    return this.loop.between(() => then(drive(this.writes.settle()), run));
  }

  waiting(): number | undefined {
    this.message = 'Waiting for data to arrive';
    return this.run.nextDue();
  }

  // ------------------------------------------------------------------ opening and closing

  private newRun(): QueryRun {
    return new QueryRun(this.setup, () => this.scheduler.now(), this.wake);
  }

  private newBatch(): BatchExecution {
    return new BatchExecution(this.setup, this.run, this.report, {
      isWriting: () => !this.writes.isEmpty,
      settle: () => this.writes.settle(),
    });
  }

  private *open(): Steps<Outcome> {
    const { run, setup } = this;
    run.openEagerSources();
    yield* run.openCheckpoint();
    this.queryId = run.checkpoint.queryId;
    setup.onStart();
    yield* run.open(this.batch.output, () => this.loop.stopping);
    if (this.loop.stopping) return yield* this.close();
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
    yield* this.writes.settle();
    try {
      yield* this.run.close(undefined);
    } catch (error) {
      this.exception = this.wrap(error);
    }
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
    const cause = (yield* this.writes.end()) ?? error;
    this.epoch?.abort();
    this.run.abort();
    if (cause instanceof Stopped) return yield* this.close();
    const failure = this.wrap(cause);
    const delayMs = this.wasOpen ? this.setup.restart.next() : undefined;
    yield* quietly(() => drive(this.run.close(failure)));
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
    this.batch = this.newBatch();
    if (this.loop.stopping) return this.finish();
    return yield* this.open();
  }

  private finish(): Outcome {
    this.isActive = false;
    this.isDataAvailable = false;
    this.epoch?.stopTimer();
    const { exception } = this;
    this.message = exception ? `Terminated with exception: ${exception.message}` : 'Stopped';
    this.idleWaiters.end();
    this.isHeard ||= this.outputs.isObserved;
    this.setup.onEnd();
    this.endWaiters.release();
    this.outputs.end(exception);
    return 'ended';
  }

  private wrap(error: unknown): StreamingError {
    return failureOf(error, this.report, this.setup, this.ranges);
  }

  /** Of the batch that runs. */
  private get ranges(): readonly ReadRange[] {
    return this.run.sources.map((source) => {
      const { startOffset: after, endOffset: upTo, position } = source;
      return { source, after, upTo, position };
    });
  }

  // ------------------------------------------------------------------ one trigger

  *trigger(): Steps<Outcome> {
    const { run } = this;
    const { trigger, bounded } = this.setup;
    this.idleWaiters.triggered();
    if (this.writes.isAnswered) {
      yield* this.writes.settle();
      if (this.loop.stopping) return 'idle';
    }
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
    if (!this.writes.hasCommit) return this.idle();
    yield* this.writes.settle();
    return 'more';
  }

  private readonly asking = ({ node: { source } }: SourceRun): void => {
    this.message = `Getting offsets from ${source.description}`;
    this.report.phase = source.description;
  };

  private *nextRanges(): Steps<PlannedRange[] | undefined> {
    const started = this.report.now();
    const limit = this.setup.trigger.ignoresLimits ? 'everything' : 'one batch';
    const ranges = yield* this.run.nextRanges(limit, this.asking);
    this.report.took('latestOffset', started);
    this.isDataAvailable = ranges !== undefined;
    return ranges;
  }

  private *planAndRun(
    ranges: PlannedRange[],
    watermarkMs: number,
    closing: boolean,
  ): Steps<Outcome> {
    const { run } = this;
    const plan: PlanEntry = {
      batchId: run.nextBatchId,
      previousWatermarkMs: run.watermark.used,
      turns: [{ timestampMs: this.scheduler.now(), watermarkMs, ranges }],
      closing,
    };
    this.report.phase = 'the checkpoint';
    this.writes.plan(run.checkpoint, plan);
    return yield* this.runBatch(plan, false);
  }

  private *runBatch(plan: PlanEntry, replay: boolean): Steps<Outcome> {
    const { batch, report, loop } = this;
    const { batchId, closing } = plan;
    this.message = 'Processing new data';
    yield* batch.turns(plan, replay);
    const wasStopping = loop.stopping;
    yield* this.writes.settle();
    // Whoever has seen the batch before and stopped the query does not want another.
    if (loop.stopping && !wasStopping) throw new Stopped();
    report.phase = 'the checkpoint';
    yield* this.writes.whenPlanned();
    const started = report.now();
    this.message = `Waiting for ${this.setup.sink.description} to take batch ${batchId}`;
    yield* batch.deliver(batch.delivery(batchId), report);
    report.took('addBatch', started);
    yield* this.handOver(batchId, closing, undefined, { phase: report.phase });
    if (!closing) return 'more';
    yield* this.writes.settle();
    this.message = 'Completed: all sources have ended';
    return yield* this.close();
  }

  /** A batch has run: its commit begins, and when that has answered, at once or later, it is told. */
  private *handOver(
    batchId: number,
    closing: boolean,
    delivered: MaybePromise<void>,
    at: { phase: string },
  ): Steps<void> {
    const { batch, report, run } = this;
    const { tracker, used } = run.watermark;
    const started = report.now();
    const answer = batch.commit(batchId, closing, delivered);
    report.took('commitOffsets', started);
    this.batches += 1;
    const outcome = {
      ...batch.delivery(batchId),
      ranges: this.ranges,
      at,
      progress: report.end(this.queryId, run.pipeline, run.sources, batch.rows.length, {
        watermarkMs: tracker.isEmpty ? undefined : used,
        backend: run.checkpoint.backend,
      }),
    };
    batch.rows = [];
    this.message = 'Waiting for next trigger';
    this.isTriggerActive = false;
    this.writes.commit(outcome, answer, () => this.loop.attend(() => this.attend()));
    if (this.writes.isAnswered) yield* this.writes.settle();
  }

  private *attend(): Steps<Outcome> {
    yield* this.writes.settle();
    return 'more';
  }

  private idle(): Outcome {
    this.isTriggerActive = false;
    this.isDataAvailable = false;
    if (!this.isIdle) this.setup.onIdle(this.scheduler.now());
    this.isIdle = true;
    this.idleWaiters.answer();
    return 'idle';
  }

  private committed(outcome: BatchOutcome, committedAt: number): void {
    const { run, setup } = this;
    setup.restart.committed();
    const progress = outcome.progress(committedAt, metricsOf(setup.sink.description, run.sink));
    this.outputs.tell(outcome, progress);
    this.isIdle = false;
    setup.onProgress(progress);
  }

  // ------------------------------------------------------------------ continuous mode

  /** One turn: what is there goes through at once; the epoch is committed when it is over. */
  private *continuousTurn(epoch: ContinuousEpoch): Steps<Outcome> {
    const { run } = this;
    epoch.startTimer();
    epoch.show(run, this.batch);
    const ranges = yield* this.nextRanges();
    let watermarkMs = run.watermark.next(run.sources);
    let isQuiet = !ranges && !run.isDue(watermarkMs);
    if (!isQuiet) {
      const timestampMs = this.scheduler.now();
      const turn = { timestampMs, watermarkMs, ranges: ranges ?? run.emptyRanges() };
      yield* this.batch.turn(turn, epoch.begin(run, this.batch));
      epoch.ran(turn, run, this.batch);
      watermarkMs = run.watermark.next(run.sources);
      // Live sources say when rows have come: there is no need for another trigger that finds none.
      isQuiet = run.isLive && !this.loop.isWoken && !run.isDue(watermarkMs);
      this.isDataAvailable = !isQuiet;
    }
    const completed = isQuiet && run.allCompleted;
    // Whoever waits for all that there is waits for its commit, though the epoch may go on.
    const isAwaited = isQuiet && !this.idleWaiters.isEmpty;
    const commits = epoch.isOver || ((completed || isAwaited) && !epoch.isEmpty);
    if (commits) yield* this.commitEpoch(epoch);
    epoch.rest();
    if (completed) return yield* this.planAndRun(run.emptyRanges(), watermarkMs, true);
    // Rows may have come, and somebody may wait for them, while the commit was on its way.
    if (!isQuiet || commits) return 'more';
    if (!this.writes.hasCommit) return this.idle();
    this.isTriggerActive = false;
    if (!isAwaited) return 'idle'; // its answer is attended to, whenever it comes
    yield* this.writes.settle();
    return 'more';
  }

  /** The rows of the next epoch go on while this one is planned, delivered and committed. */
  private *commitEpoch(epoch: ContinuousEpoch): Steps<void> {
    yield* this.writes.settle();
    const { batch, run } = this;
    const { nextBatchId } = run;
    const delivery = batch.delivery(nextBatchId);
    const at = { phase: 'the checkpoint' };
    const delivered = then(epoch.plan(run), () => drive(batch.deliver(delivery, at)));
    epoch.delivering(delivered);
    yield* this.handOver(nextBatchId, false, delivered, at);
  }
}
