import { type SchedulerLike, Subject, type Subscription } from 'rxjs';
import { StreamingError } from '../errors.js';
import { drive, isPromise, type MaybePromise, type Steps, wait } from '../maybe.js';
import type { Stage } from '../plan/planNode.js';
import { timeReaderOf } from '../plan/timeReader.js';
import { WatermarkTracker } from '../plan/watermarkTracker.js';
import type { Sink, SinkContext } from '../sinks/sink.js';
import type { EpochRecord } from '../state/stateBackend.js';
import { RxStage } from '../stream/rxStage.js';
import { isSourceNode } from '../stream/sourceNode.js';
import { BatchReport } from './batchReport.js';
import { IdleClock } from './idleClock.js';
import { inOperator, OperatorError } from './operatorError.js';
import { Pipeline } from './pipeline.js';
import type { StreamingQueryProgress } from './progress.js';
import type { PlanEntry, PlannedRange, PlannedTurn, QueryCheckpoint } from './queryCheckpoint.js';
import type { QuerySetup } from './querySetup.js';
import type { FailedRow, LateRow } from './sideRows.js';
import { Slice } from './slice.js';
import { SourceRun, sameOffset } from './sourceRun.js';

export type QueryState = 'initializing' | 'active' | 'stopped' | 'failed';

/** Thrown inside a batch that `stop()` gives up; never seen by users. */
class Stopped extends Error {}

/**
 * The life of a query: recover, then plan → read → compute → sink → commit, batch after batch.
 *
 * The order of the steps is the guarantee (docs/reliability.md): a batch is planned before it is read,
 * the sink has it before it is committed, it is committed before sources forget.
 */
export class StreamExecution {
  readonly progress$ = new Subject<StreamingQueryProgress>();
  readonly late$ = new Subject<LateRow>();
  readonly failed$ = new Subject<FailedRow>();
  /** Emits the committed batch id after each commit. */
  readonly committed$ = new Subject<number>();
  state: QueryState = 'initializing';
  exception: StreamingError | undefined;
  message = 'Initializing sources';
  isDataAvailable = false;
  isTriggerActive = false;
  queryId: string;
  /** Answers once the query has ended; never rejects. */
  readonly ended: Promise<void>;

  private readonly scheduler: SchedulerLike & { idle?(): void };
  private readonly tracker: WatermarkTracker;
  private readonly idleClock: IdleClock;
  private readonly slice: Slice;
  private readonly report: BatchReport;
  private pipeline: Pipeline | undefined;
  private sources: SourceRun[] = [];
  private checkpoint!: QueryCheckpoint; // from `open` on
  private sink: Sink<unknown> | undefined;
  private lateSink: Sink<unknown> | undefined;
  private failedSink: Sink<unknown> | undefined;
  private scheduled: { subscription: Subscription; at: number } | undefined;
  private opened = false;
  private busy = false;
  private woken = false;
  private stopping = false;
  private paused = false;
  private batches = 0;
  private nextBatchId = 0;
  private usedWatermark = 0;
  private anyBatch = false;
  private pendingReplay: PlanEntry | undefined;
  private rows: unknown[] = [];
  private shownRows = 0;
  private pipelineEnded = true;
  private readonly timers = new Map<string, number>();
  private batchWaiter: { resolve(): void; reject(error: unknown): void } | undefined;
  private idleWaiters: (() => void)[] = [];
  private epochTurns: PlannedTurn[] = [];
  private epochPrevious = 0;
  private epochDue = false;
  private epochTimer: Subscription | undefined;
  private resolveEnded!: () => void;

  constructor(private readonly setup: QuerySetup) {
    this.queryId = setup.newQueryId;
    (setup as { onCorrupt: QuerySetup['onCorrupt'] }).onCorrupt = (error) => this.fail(error);
    this.scheduler = setup.trigger.forQuery?.() ?? setup.trigger;
    this.tracker = new WatermarkTracker(setup.watermarkPolicy);
    this.idleClock = new IdleClock(setup.graph, () => this.scheduler.now());
    this.slice = new Slice(setup.durable);
    this.report = new BatchReport(setup);
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
  }

  get isActive(): boolean {
    return this.state === 'initializing' || this.state === 'active';
  }

  /** A batch is running, or the query is opening or closing. */
  get isWorking(): boolean {
    return this.isActive && this.busy;
  }

  get lastProgress(): StreamingQueryProgress | null {
    return this.report.recent.at(-1) ?? null;
  }

  get recentProgress(): readonly StreamingQueryProgress[] {
    return this.report.recent;
  }

  /** Opens everything, at once if nothing has to be awaited, and asks for the first batch. */
  start(): void {
    this.openEagerSources();
    this.busy = true;
    this.settle(() => drive(this.open()));
  }

  /** Rows have arrived somewhere. */
  wake(): void {
    if (!this.isActive || this.paused) return;
    if (this.busy) this.woken = true;
    else this.request(0);
  }

  pause(): void {
    this.paused = true;
    this.message = 'Paused';
    this.scheduled?.subscription.unsubscribe();
    this.scheduled = undefined;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.wake();
  }

  get isPaused(): boolean {
    return this.paused;
  }

  /** Ends after the batch that is running; gives up asynchronous operators. */
  stop(): void {
    if (!this.isActive || this.stopping) return;
    this.stopping = true;
    this.scheduled?.subscription.unsubscribe();
    this.scheduled = undefined;
    this.batchWaiter?.reject(new Stopped());
    if (!this.busy) this.settle(() => drive(this.close(undefined)));
  }

  /** Answers when a trigger has found nothing to do. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.isActive) return resolve();
      this.idleWaiters.push(resolve);
      if (this.setup.trigger.epochMs !== undefined) this.epochDue = true;
      this.wake();
    });
  }

  /** Runs `body` between two batches. */
  async between<T>(body: (checkpoint: QueryCheckpoint) => MaybePromise<T>): Promise<T> {
    while (this.busy) await this.nextPause();
    if (!this.opened) throw new StreamingError('QUERY_NOT_ACTIVE', { name: this.setup.label });
    this.busy = true;
    try {
      return await body(this.checkpoint);
    } finally {
      this.busy = false;
      this.wake();
    }
  }

  /** The compiled plan, once the query is open. */
  get running(): Pipeline | undefined {
    return this.pipeline;
  }

  /** Ids of the operators that keep state. */
  get statefulIds(): readonly string[] {
    const { graph } = this.setup;
    return graph.nodes.filter((node) => node.traits?.stateful).map((node) => graph.idOf(node));
  }

  get backend(): QueryCheckpoint['backend'] | undefined {
    return this.opened ? this.checkpoint.backend : undefined;
  }

  private pauses: (() => void)[] = [];

  private nextPause(): Promise<void> {
    return new Promise((resolve) => {
      this.pauses.push(resolve);
    });
  }

  // ------------------------------------------------------------------ scheduling

  private request(delayMs: number): void {
    if (this.stopping || this.paused || !this.isActive) return;
    const at = this.scheduler.now() + delayMs;
    if (this.scheduled) {
      if (this.scheduled.at <= at) return;
      this.scheduled.subscription.unsubscribe();
    }
    const slot = { subscription: undefined as unknown as Subscription, at };
    this.scheduled = slot;
    let ran = false;
    const subscription = this.scheduler.schedule(() => {
      ran = true;
      if (this.scheduled === slot) this.scheduled = undefined;
      this.fire();
    }, delayMs);
    slot.subscription = subscription;
    if (!ran && subscription.closed) {
      this.scheduled = undefined;
      this.busy = true;
      this.settle(() => drive(this.close(undefined)));
    }
  }

  private fire(): void {
    if (this.busy || !this.isActive || this.paused) return;
    this.busy = true;
    this.woken = false;
    this.settle(() => drive(this.trigger()));
  }

  /** Runs steps and goes on with what they say, at once or later; an error ends the query. */
  private settle(run: () => MaybePromise<'more' | 'idle' | 'ended'>): void {
    let outcome: MaybePromise<'more' | 'idle' | 'ended'>;
    try {
      outcome = run();
    } catch (error) {
      return this.fail(error);
    }
    if (isPromise(outcome)) {
      outcome.then(
        (value) => this.continue(value),
        (error: unknown) => this.fail(error),
      );
    } else this.continue(outcome);
  }

  private continue(outcome: 'more' | 'idle' | 'ended'): void {
    this.busy = false;
    for (const resolve of this.pauses.splice(0)) resolve();
    if (outcome === 'ended') return;
    if (this.stopping) {
      this.busy = true;
      return this.settle(() => drive(this.close(undefined)));
    }
    if (outcome === 'more' || this.woken) return this.request(0);
    if (this.setup.trigger.bounded) {
      this.busy = true;
      return this.settle(() => drive(this.close(undefined)));
    }
    this.scheduler.idle?.();
    this.message = 'Waiting for data to arrive';
    const due = this.nextDue();
    if (due !== undefined) this.request(Math.max(0, due - this.scheduler.now()));
  }

  /** When something is due without new rows: a timer, a folder to look at, an idle watermark. */
  private nextDue(): number | undefined {
    let due = this.idleClock.nextDue();
    for (const at of this.timers.values()) if (due === undefined || at < due) due = at;
    for (const { open } of this.sources) {
      if (open.pollIntervalMs === undefined || open.completed) continue;
      const at = this.scheduler.now() + open.pollIntervalMs;
      if (due === undefined || at < due) due = at;
    }
    return due;
  }

  // ------------------------------------------------------------------ opening and closing

  private sourceContext(run: SourceRun) {
    const execution = this;
    return {
      sourceId: run.id,
      get directory() {
        return execution.checkpoint?.sourceDirectory(run.id);
      },
      get resumeFrom() {
        return run.position;
      },
      fileSystem: this.setup.fileSystem,
      now: () => this.scheduler.now(),
      wake: () => this.wake(),
    };
  }

  /** Observables give rows whether or not somebody waits: subscribed before anything is awaited. */
  private openEagerSources(): void {
    this.sources = this.setup.graph.nodes
      .filter(isSourceNode)
      .map((node, i) => new SourceRun(String(i), node));
    for (const run of this.sources) {
      if (run.node.source.kind !== 'live') continue;
      run.source = run.node.source.open(this.sourceContext(run)) as never;
    }
  }

  private compile(): void {
    const { setup } = this;
    const end: Stage = {
      next: (row) => {
        this.rows.push(row);
      },
      endBatch: () => {
        this.pipelineEnded = true;
        this.batchWaiter?.resolve();
      },
    };
    this.pipeline = new Pipeline({
      graph: setup.graph,
      outputMode: setup.outputMode,
      tracker: this.tracker,
      stateOf: (id) => this.checkpoint.backend.operator(id),
      end,
      rxStage: (node, ctx, out) => {
        const reader = timeReaderOf(setup.graph, node);
        const name = node.label ?? ctx.operatorId;
        const readerId = reader && setup.graph.idOf(reader);
        return new RxStage(node.operator, ctx, out, readerId, name);
      },
      events: {
        late: (operator, row, time, watermark) =>
          this.report.late({
            row,
            eventTimeMs: time,
            watermarkMs: watermark,
            operator,
            batchId: this.report.batchId,
          }),
        failed: (operator, row, time, error) => this.failedRow(operator, row, time, error),
        pending: (operator, done) => {
          done.then(undefined, (error: unknown) =>
            this.batchWaiter?.reject(inOperator(operator, error)),
          );
        },
        observe: (name, values) => this.report.observe(name, values),
        wakeAt: (operator, at) => {
          if (at === undefined) this.timers.delete(operator);
          else this.timers.set(operator, at);
        },
      },
    });
    for (const run of this.sources) run.entry = this.pipeline.entries.get(run.node) as Stage;
  }

  private *open(): Steps<'more' | 'idle' | 'ended'> {
    const { setup } = this;
    this.checkpoint = yield* wait(setup.openCheckpoint());
    this.queryId = this.checkpoint.queryId;
    this.compile();
    this.restore();
    for (const run of this.sources) {
      if (run.source) continue;
      const opened = yield* wait(run.node.source.open(this.sourceContext(run)));
      run.source = opened;
      if (this.stopping) return yield* this.close(undefined);
    }
    const ctx = this.sinkContext();
    this.sink = yield* wait(setup.sink.open(ctx));
    this.lateSink = setup.lateSink && (yield* wait(setup.lateSink.open(ctx)));
    this.failedSink = setup.failedSink && (yield* wait(setup.failedSink.open(ctx)));
    yield* wait(this.pipeline?.open());
    this.opened = true;
    this.state = 'active';
    if (this.checkpoint.lastEpoch?.completed) {
      this.message = 'Completed: all sources had ended in an earlier run';
      return yield* this.close(undefined);
    }
    if (setup.trigger.bounded && !setup.trigger.single) yield* this.fixEnds();
    this.message = 'Waiting for next trigger';
    return 'more';
  }

  private *fixEnds(): Steps<void> {
    for (const run of this.sources) yield* wait(run.open.fixEnd());
  }

  private sinkContext(): SinkContext {
    const { setup } = this;
    return {
      queryId: this.queryId,
      queryName: setup.queryName,
      outputMode: setup.outputMode,
      nextBatchId: this.pendingReplay?.batchId ?? this.nextBatchId,
      durable: setup.durable,
      fileSystem: setup.fileSystem,
      schema: undefined,
      now: () => this.scheduler.now(),
    };
  }

  /** Takes up position and watermarks from the checkpoint. */
  private restore(): void {
    const { lastPlanned, lastEpoch } = this.checkpoint;
    if (lastPlanned) {
      const ranges = lastPlanned.turns.flatMap((turn) => turn.ranges);
      for (const run of this.sources) {
        const last = ranges.filter((range) => range.source === run.id).at(-1);
        if (last) run.position = last.upTo;
      }
    }
    if (lastEpoch) {
      this.tracker.restore(lastEpoch.nextWatermarkMs ?? 0, lastEpoch.watermarkNodes);
      this.usedWatermark = lastEpoch.watermarkMs ?? 0;
      this.nextBatchId = lastEpoch.batchId + 1;
      this.anyBatch = true;
    }
    if (lastPlanned && lastPlanned.batchId === this.nextBatchId) this.pendingReplay = lastPlanned;
  }

  private *close(error: unknown): Steps<'ended'> {
    this.isTriggerActive = false;
    this.epochTimer?.unsubscribe();
    this.scheduled?.subscription.unsubscribe();
    if (error === undefined && this.epochTurns.length > 0) yield* this.closeEpoch();
    const problems: unknown[] = [];
    const attempt = function* (step: (() => MaybePromise<unknown>) | undefined): Steps<void> {
      try {
        if (step) yield* wait(step());
      } catch (problem) {
        problems.push(problem);
      }
    };
    yield* attempt(() => this.pipeline?.cancel());
    for (const run of this.sources) yield* attempt(() => run.source?.close());
    for (const sink of [this.sink, this.lateSink, this.failedSink]) {
      yield* attempt(sink && (() => sink.close(error)));
    }
    const checkpoint: QueryCheckpoint | undefined = this.checkpoint;
    yield* attempt(checkpoint && (() => checkpoint.close(error === undefined)));
    if (error === undefined && problems.length > 0) {
      this.exception = this.wrap(problems[0]);
      this.finish('failed');
    } else this.finish(error === undefined ? 'stopped' : 'failed');
    return 'ended';
  }

  private fail(error: unknown): void {
    this.busy = false;
    if (error instanceof Stopped) {
      this.abortBatch();
      this.busy = true;
      return this.settle(() => drive(this.close(undefined)));
    }
    if (!this.isActive) return;
    this.exception = this.wrap(error);
    this.abortBatch();
    this.busy = true;
    this.settle(() => drive(this.close(this.exception)));
  }

  private abortBatch(): void {
    this.pipeline?.cancel();
    this.epochTurns = [];
    try {
      (this.checkpoint as QueryCheckpoint | undefined)?.backend.abort();
    } catch {
      // The query ends with the first error; the store is closed next.
    }
  }

  private finish(state: 'stopped' | 'failed'): void {
    this.state = state;
    this.busy = false;
    this.isDataAvailable = false;
    this.message =
      state === 'failed' ? `Terminated with exception: ${this.exception?.message}` : 'Stopped';
    for (const resolve of this.idleWaiters.splice(0)) resolve();
    for (const resolve of this.pauses.splice(0)) resolve();
    this.setup.onEnd();
    this.resolveEnded();
    for (const subject of [this.progress$, this.late$, this.failed$, this.committed$]) {
      if (this.exception) subject.error(this.exception);
      else subject.complete();
    }
  }

  /** A failed batch as users see it: batch id, ranges, operator, cause. */
  private wrap(error: unknown): StreamingError {
    const cause = error instanceof OperatorError ? error.cause : error;
    if (!this.report.running) {
      if (cause instanceof StreamingError) return cause;
      return new StreamingError(
        'QUERY_FAILED',
        { name: this.setup.label, reason: reasonOf(cause) },
        { cause },
      );
    }
    const operator = error instanceof OperatorError ? error.operatorId : this.report.phase;
    return new StreamingError(
      'BATCH_FAILED',
      {
        batchId: this.report.batchId,
        operator,
        ranges: this.sources
          .map(
            (run) =>
              `${run.id}: ${JSON.stringify(run.startOffset)} to ${JSON.stringify(run.endOffset)}`,
          )
          .join(', '),
        reason: reasonOf(cause),
      },
      { cause },
    );
  }

  // ------------------------------------------------------------------ one trigger

  private *trigger(): Steps<'more' | 'idle' | 'ended'> {
    const { trigger } = this.setup;
    if (trigger.single && this.batches > 0) return yield* this.close(undefined);
    this.isTriggerActive = true;
    this.report.triggered(this.scheduler.now());
    if (this.pendingReplay) {
      const plan = this.pendingReplay;
      this.pendingReplay = undefined;
      return yield* this.runPlanned(plan, true);
    }
    if (trigger.single) yield* this.fixEnds();
    if (trigger.epochMs !== undefined) return yield* this.continuousTurn(trigger.epochMs);
    this.setup.killPoint('kp3:before');
    const turn = yield* this.nextTurn();
    const next = this.nextWatermark();
    const newData = turn !== undefined;
    const due = !trigger.single && !this.setup.bounded && this.nothingNewIsDue(next);
    const closing = !newData && !due && (this.setup.bounded || this.allCompleted());
    if (!newData && !due && !closing) return this.idle();
    const plan = this.planOf(turn ?? this.emptyTurn(), next, closing);
    this.report.phase = 'the checkpoint';
    const started = this.report.now();
    yield* wait(this.checkpoint.plan(plan));
    this.report.took('walCommit', started);
    return yield* this.runPlanned(plan, false);
  }

  private planOf(turn: PlannedRange[], watermarkMs: number, closing: boolean): PlanEntry {
    return {
      batchId: this.nextBatchId,
      previousWatermarkMs: this.usedWatermark,
      turns: [{ timestampMs: this.scheduler.now(), watermarkMs, ranges: turn }],
      closing,
    };
  }

  private idle(): 'idle' {
    this.isTriggerActive = false;
    this.isDataAvailable = false;
    for (const resolve of this.idleWaiters.splice(0)) resolve();
    return 'idle';
  }

  /** Moves the watermark to where the rows (and the idle clock) have brought it. */
  private nextWatermark(): number {
    for (const [id, out] of this.completedWatermarks()) this.tracker.leave(id, out);
    const idle = this.idleClock.judge();
    for (const [id, out] of idle.out) this.tracker.leave(id, out);
    return this.tracker.advance(idle.atLeast(this.tracker.snapshot()));
  }

  private completedWatermarks(): readonly (readonly [string, boolean])[] {
    if (!this.sources.some((run) => run.open.completed)) return [];
    const completed = new Set(
      this.sources.filter((run) => run.open.completed).map((run) => run.node),
    );
    return this.setup.watermarkSources.map(({ id, sources }) => [
      id,
      sources.every((source) => completed.has(source)),
    ]);
  }

  /** A batch without rows is due: the watermark moves an operator, or a timer has come. */
  private nothingNewIsDue(next: number): boolean {
    const now = this.scheduler.now();
    for (const at of this.timers.values()) if (at <= now) return true;
    return this.anyBatch && (this.pipeline?.wantsBatch(this.usedWatermark, next) ?? false);
  }

  private allCompleted(): boolean {
    return this.sources.every((run) => run.open.completed === true);
  }

  /** Asks each source for its next range; undefined if none has rows. */
  private *nextTurn(): Steps<PlannedRange[] | undefined> {
    const started = this.report.now();
    const limit = this.setup.trigger.ignoresLimits ? 'everything' : 'one batch';
    const ranges: PlannedRange[] = [];
    let any = false;
    for (const run of this.sources) {
      this.message = `Getting offsets from ${run.node.source.description}`;
      this.report.phase = run.node.source.description;
      const latest = yield* wait(run.next(limit));
      run.latest = latest ?? run.position;
      const isNew = run.isNew(latest);
      any ||= isNew;
      ranges.push({ source: run.id, after: run.position, upTo: isNew ? latest : run.position });
    }
    this.report.took('latestOffset', started);
    this.isDataAvailable = any;
    return any ? ranges : undefined;
  }

  private emptyTurn(): PlannedRange[] {
    return this.sources.map((run) => ({
      source: run.id,
      after: run.position,
      upTo: run.position,
    }));
  }

  // ------------------------------------------------------------------ one batch

  private *runPlanned(plan: PlanEntry, replay: boolean): Steps<'more' | 'idle' | 'ended'> {
    this.message = 'Processing new data';
    this.beginBatch(plan.batchId);
    this.usedWatermark = plan.previousWatermarkMs ?? 0;
    for (const [i, turn] of plan.turns.entries()) {
      const first = plan.batchId === 0 && i === 0;
      yield* this.runTurn(turn, plan.batchId, { first, closing: plan.closing, replay });
    }
    yield* this.finishBatch(plan.batchId, plan.closing);
    if (plan.closing) {
      this.message = 'Completed: all sources have ended';
      return yield* this.close(undefined);
    }
    return 'more';
  }

  private beginBatch(batchId: number): void {
    this.report.begin(batchId);
    this.rows = [];
    this.shownRows = 0;
    for (const run of this.sources) run.clear();
    this.pipeline?.clear();
    this.checkpoint.backend.begin();
  }

  private *runTurn(
    turn: PlannedTurn,
    batchId: number,
    how: { readonly first: boolean; readonly closing: boolean; readonly replay: boolean },
  ): Steps<void> {
    // What the plan says holds, also where an idle clock or a completed source had moved it.
    const watermarkMs = turn.watermarkMs ?? 0;
    this.tracker.advance(watermarkMs);
    this.pipeline?.begin({
      batchId,
      watermarkMs,
      previousWatermarkMs: this.usedWatermark,
      timestampMs: turn.timestampMs,
      closing: how.closing,
      firstBatch: how.first,
      bounded: this.setup.bounded,
    });
    this.usedWatermark = watermarkMs;
    this.pipelineEnded = false;
    const started = this.report.now();
    this.report.phase = 'the state store';
    const pipeline = this.pipeline as Pipeline;
    yield* wait(pipeline.prepare());
    for (const range of turn.ranges) {
      const run = this.sources[Number(range.source)];
      if (run) yield* this.readRange(run, range, how.replay);
    }
    this.report.phase = 'the query';
    this.setup.killPoint('kp5:after');
    pipeline.end();
    if (!this.pipelineEnded) yield* wait(this.waitForPipeline());
    this.report.took('getBatch', started);
    this.setup.killPoint('kp6:after');
    pipeline.trackWatermarks();
    this.idleClock.seen(pipeline);
  }

  private *readRange(run: SourceRun, range: PlannedRange, replay: boolean): Steps<void> {
    run.endOffset = range.upTo;
    if (range.upTo === null || sameOffset(range.after, range.upTo)) return;
    if (replay && !run.node.source.replayable) this.report.lost(range);
    this.report.phase = run.node.source.description;
    const chunks = run.open.read(range.after, range.upTo, {
      failed: (raw, error) =>
        this.failedRow(run.node.source.description, raw, Number.NaN, error, run.node.badRecords),
      dropped: (count) => {
        run.droppedRecords += count;
      },
    });
    if (Symbol.iterator in chunks) {
      for (const chunk of chunks) {
        this.pushChunk(run, chunk);
        const pause = this.slice.over();
        if (pause) yield pause;
      }
    } else {
      const iterator = chunks[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = (yield iterator.next()) as IteratorResult<readonly unknown[]>;
        if (done) break;
        this.pushChunk(run, value);
        const pause = this.slice.over();
        if (pause) yield pause;
        if (this.stopping) {
          yield* wait(iterator.return?.());
          throw new Stopped();
        }
      }
    }
    run.position = range.upTo;
  }

  private pushChunk(run: SourceRun, chunk: readonly unknown[]): void {
    run.numInputRows += chunk.length;
    const { entry } = run;
    for (let i = 0; i < chunk.length; i++) entry.next(chunk[i], Number.NaN);
  }

  /** Asynchronous operators have not completed: waits for them, for the time limit, or for stop(). */
  private waitForPipeline(): Promise<void> {
    const { rxTimeoutMs, clock } = this.setup;
    return new Promise<void>((resolve, reject) => {
      const timeout = clock.schedule(() => {
        const operator = this.setup.rxNames.join(', ');
        reject(new StreamingError('RX_DID_NOT_COMPLETE', { operator, timeoutMs: rxTimeoutMs }));
      }, rxTimeoutMs);
      const settle = (done: () => void) => {
        timeout.unsubscribe();
        this.batchWaiter = undefined;
        done();
      };
      this.batchWaiter = {
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      };
      if (this.stopping) this.batchWaiter.reject(new Stopped());
    });
  }

  private *finishBatch(batchId: number, closing: boolean): Steps<void> {
    const { setup, report } = this;
    let started = report.now();
    report.phase = setup.sink.description;
    setup.killPoint('kp7:before');
    yield* wait(this.sink?.addBatch(batchId, this.rows, setup.outputMode));
    report.phase = 'the late and failed outputs';
    yield* wait(this.lateSink?.addBatch(batchId, report.lateRows, 'append'));
    yield* wait(this.failedSink?.addBatch(batchId, report.failedRows, 'append'));
    setup.killPoint('kp8:after');
    report.took('addBatch', started);
    started = report.now();
    report.phase = 'the state store';
    const next = this.tracker.advance();
    const epoch: EpochRecord = {
      queryId: this.queryId,
      batchId,
      watermarkMs: this.usedWatermark,
      nextWatermarkMs: next,
      watermarkNodes: this.tracker.snapshot(),
      completed: closing,
    };
    yield* wait(this.checkpoint.backend.commit(epoch));
    setup.killPoint('kp10:before');
    for (const run of this.sources) {
      if (run.position !== null) yield* wait(run.open.commit(run.position));
    }
    setup.killPoint('kp10:after');
    yield* wait(this.checkpoint.purge(batchId));
    report.took('commitOffsets', started);
    this.batches += 1;
    this.anyBatch = true;
    this.nextBatchId = batchId + 1;
    this.committed(batchId);
  }

  private committed(batchId: number): void {
    const { report } = this;
    const progress = report.end(
      this.queryId,
      this.pipeline as Pipeline,
      this.sources,
      this.rows.length,
      {
        watermarkMs: this.tracker.isEmpty ? undefined : this.usedWatermark,
        sinkMetrics: this.sink?.metrics?.() ?? {},
        backend: this.checkpoint.backend,
        nowMs: this.scheduler.now(),
      },
    );
    for (const row of report.lateRows) this.late$.next(row);
    for (const row of report.failedRows) this.failed$.next(row);
    this.committed$.next(batchId);
    this.progress$.next(progress);
    this.setup.onProgress(progress);
    this.rows = [];
    this.message = 'Waiting for next trigger';
    this.isTriggerActive = false;
  }

  private failedRow(
    operator: string,
    row: unknown,
    time: number,
    error: unknown,
    policy = this.setup.failedRows,
  ): void {
    if (policy === 'fail') throw inOperator(operator, error);
    this.report.failed(
      {
        row,
        operator,
        eventTimeMs: Number.isNaN(time) ? null : time,
        error: {
          message: reasonOf(error),
          ...(error instanceof StreamingError ? { code: error.code } : {}),
        },
        batchId: this.report.batchId,
      },
      policy === 'deadLetter',
    );
  }

  // ------------------------------------------------------------------ continuous mode

  /** One turn: what is there goes through at once; the epoch is planned and committed when it is over. */
  private *continuousTurn(epochMs: number): Steps<'more' | 'idle' | 'ended'> {
    this.startEpochTimer(epochMs);
    const turn = yield* this.nextTurn();
    const next = this.nextWatermark();
    const due = this.nothingNewIsDue(next);
    if (turn || due) yield* this.epochTurn(turn ?? this.emptyTurn(), next);
    const completed = !turn && !due && this.allCompleted();
    if (this.epochTurns.length > 0 && (this.epochDue || completed)) yield* this.closeEpoch();
    this.epochDue = false;
    if (completed) return yield* this.closingBatch(next);
    if (turn || due) return 'more';
    return this.idle();
  }

  private startEpochTimer(epochMs: number): void {
    this.epochTimer ??= this.setup.clock.schedule(() => {
      this.epochTimer = undefined;
      this.epochDue = true;
      this.wake();
    }, epochMs);
  }

  private *epochTurn(ranges: PlannedRange[], watermarkMs: number): Steps<void> {
    const batchId = this.nextBatchId;
    const opening = this.epochTurns.length === 0;
    if (opening) {
      this.beginBatch(batchId);
      this.epochPrevious = this.usedWatermark;
    }
    const turn = { timestampMs: this.scheduler.now(), watermarkMs, ranges };
    const first = batchId === 0 && opening;
    yield* this.runTurn(turn, batchId, { first, closing: false, replay: false });
    this.anyBatch = true;
    this.epochTurns.push(turn);
    if (this.sink?.addRows && this.rows.length > this.shownRows) {
      this.sink.addRows(batchId, this.rows.slice(this.shownRows));
    }
    this.shownRows = this.rows.length;
  }

  private *closeEpoch(): Steps<void> {
    const turns = this.epochTurns;
    const batchId = this.nextBatchId;
    this.epochTurns = [];
    this.report.phase = 'the checkpoint';
    const entry = { batchId, previousWatermarkMs: this.epochPrevious, turns, closing: false };
    yield* wait(this.checkpoint.plan(entry));
    yield* this.finishBatch(batchId, false);
  }

  private *closingBatch(watermark: number): Steps<'more' | 'idle' | 'ended'> {
    const plan = this.planOf(this.emptyTurn(), watermark, true);
    yield* wait(this.checkpoint.plan(plan));
    return yield* this.runPlanned(plan, false);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
