import { StreamingError } from '../errors.js';
import { drive, type MaybePromise, quietly, type Steps, then, wait } from '../maybe.js';
import { BatchExecution } from './batchExecution.js';
import { failureOf } from './batchFailure.js';
import { BatchReport } from './batchReport.js';
import { ContinuousTurns } from './continuousTurns.js';
import { IdleWaiters } from './idleWaiters.js';
import { MicroBatches, type SharedByRuns, type Triggered } from './microBatches.js';
import { metricsOf } from './openPort.js';
import { Stopped } from './operatorError.js';
import type { BatchOutcome } from './pendingCommit.js';
import type { Pipeline } from './pipeline.js';
import type { StreamingQueryProgress } from './progress.js';
import type { QueryCheckpoint } from './queryCheckpoint.js';
import { QueryOutputs } from './queryOutputs.js';
import { QueryRun } from './queryRun.js';
import type { QuerySetup } from './querySetup.js';
import { QueryStatus } from './queryStatus.js';
import { type Outcome, type QueryLife, TriggerLoop } from './triggerLoop.js';
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
  isActive = true;
  readonly status = new QueryStatus();
  queryId: string;
  private readonly loop: TriggerLoop;
  private readonly shared: SharedByRuns;
  /** Of the run that goes on: a restart makes them anew. */
  private batches: MicroBatches;
  private turns: ContinuousTurns | undefined;
  /** Nothing has been committed since a trigger found nothing to do. */
  private isIdle = false;
  private wasOpen = false;
  private readonly endWaiters = new Waiters();

  constructor(private readonly setup: QuerySetup) {
    this.queryId = setup.newQueryId;
    setup.onCorrupt = (error) => this.damaged(error);
    const { trigger } = setup;
    const scheduler = trigger.forQuery?.() ?? trigger;
    this.loop = new TriggerLoop(scheduler, this);
    const report = new BatchReport(setup);
    const writes = new WritesUnderWay(report, {
      forget: (outcome) => this.batches.batch.forget(outcome),
      committed: (outcome, committedAt) => this.committed(outcome, committedAt),
    });
    const { loop, status } = this;
    const idleWaiters = new IdleWaiters();
    this.shared = { setup, report, writes, loop, scheduler, status, idleWaiters };
    this.batches = this.newRun();
    this.turns = this.newTurns();
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
    return this.isActive && (this.loop.isBusy || this.shared.writes.hasCommit);
  }

  get isPaused(): boolean {
    return this.loop.isPaused;
  }

  /** Somebody has called `stop`: the query does not end by itself. */
  get wasStopped(): boolean {
    return this.loop.stopping;
  }

  get lastProgress(): StreamingQueryProgress | null {
    return this.shared.report.recent.at(-1) ?? null;
  }

  get recentProgress(): readonly StreamingQueryProgress[] {
    return this.shared.report.recent;
  }

  private get run(): QueryRun {
    return this.batches.run;
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
    return this.isActive && isPaused && !isBusy ? 'Paused' : this.status.message;
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
    this.batches.batch.stop();
    this.setup.restart.cancel();
    this.loop.stop();
  }

  /** Answers when a trigger has found nothing to do. */
  whenIdle(): Promise<void> {
    if (!this.isActive) return Promise.resolve();
    const idle = this.shared.idleWaiters.wait();
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
    return this.loop.between(() => then(drive(this.shared.writes.settle()), run));
  }

  waiting(): number | undefined {
    this.status.message = 'Waiting for data to arrive';
    return this.run.nextDue();
  }

  // ------------------------------------------------------------------ opening and closing

  private newRun(): MicroBatches {
    const { setup, report, writes, scheduler } = this.shared;
    const run = new QueryRun(setup, () => scheduler.now(), this.wake);
    return new MicroBatches(
      this.shared,
      run,
      new BatchExecution(setup, run, report, writes, this.outputs),
    );
  }

  private newTurns(): ContinuousTurns | undefined {
    const { epochMs } = this.setup.trigger;
    return epochMs === undefined
      ? undefined
      : new ContinuousTurns(epochMs, this.shared, this.batches);
  }

  private *open(): Steps<Outcome> {
    const { run, setup } = this;
    run.openEagerSources();
    yield* run.openCheckpoint();
    this.queryId = run.checkpoint.queryId;
    setup.onStart();
    yield* run.open(this.batches.batch.output, () => this.loop.stopping);
    if (this.loop.stopping) return yield* this.close();
    this.wasOpen = true;
    if (run.checkpoint.lastEpoch?.completed) {
      this.status.message = 'Completed: all sources had ended in an earlier run';
      return yield* this.close();
    }
    if (setup.trigger.bounded && !setup.trigger.single) yield* run.fixEnds();
    this.status.message = 'Waiting for next trigger';
    return 'more';
  }

  *close(): Steps<Outcome> {
    this.status.isTriggerActive = false;
    this.loop.cancel();
    if (this.turns) yield* this.turns.close();
    yield* this.shared.writes.settle();
    yield* this.loop.admit(); // who reads the state after the last commit
    try {
      yield* this.run.close(undefined);
    } catch (error) {
      this.exception = this.wrap(error);
    }
    return this.finish();
  }

  /** Damage found behind the running batches: the batch that runs is not committed. */
  private damaged(error: StreamingError): void {
    this.batches.batch.damage = error;
    if (this.isActive && !this.loop.isBusy) this.loop.fail(error);
  }

  *failed(error: unknown): Steps<Outcome> {
    if (!this.isActive) return 'ended';
    this.status.isTriggerActive = false;
    const cause = (yield* this.shared.writes.end()) ?? error;
    this.turns?.abort();
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
    this.status.message = `Restarting in ${delayMs} ms after: ${failure.message}`;
    setup.onRestart({ exception: failure, restarts: setup.restart.restarts, delayMs });
    yield* wait(setup.restart.wait(delayMs, setup.clock));
    this.batches = this.newRun();
    this.turns = this.newTurns();
    if (this.loop.stopping) return this.finish();
    return yield* this.open();
  }

  private finish(): Outcome {
    this.isActive = false;
    const { exception, shared, status } = this;
    status.isDataAvailable = false;
    status.message = exception ? `Terminated with exception: ${exception.message}` : 'Stopped';
    shared.idleWaiters.end();
    this.isHeard ||= this.outputs.isObserved;
    this.setup.onEnd();
    this.endWaiters.release();
    this.outputs.end(exception);
    return 'ended';
  }

  private wrap(error: unknown): StreamingError {
    return failureOf(error, this.shared.report, this.setup, this.run.ranges);
  }

  // ------------------------------------------------------------------ one trigger

  *trigger(): Steps<Outcome> {
    const { shared, status } = this;
    shared.idleWaiters.triggered();
    if (shared.writes.isAnswered) {
      yield* shared.writes.settle();
      if (this.loop.stopping) return 'idle';
    }
    if (this.setup.trigger.single && this.batches.anyHandedOver) return yield* this.close();
    status.isTriggerActive = true;
    shared.report.triggered(shared.scheduler.now());
    switch (yield* this.next()) {
      case 'more':
        return 'more';
      case 'idle':
        return this.idle();
      case 'committing':
        status.isTriggerActive = false;
        return 'idle';
      case 'completed':
        return yield* this.close();
    }
  }

  /** A batch that was planned before this run comes first. */
  private next(): Steps<Triggered> {
    const replay = this.run.takeReplay();
    if (replay) return this.batches.runBatch(replay, true);
    return (this.turns ?? this.batches).next();
  }

  private idle(): Outcome {
    const { scheduler, idleWaiters, status } = this.shared;
    status.isTriggerActive = false;
    status.isDataAvailable = false;
    if (!this.isIdle) this.setup.onIdle(scheduler.now());
    this.isIdle = true;
    idleWaiters.answer();
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
}
