import { StreamingError } from '../errors.js';
import { isPromise, type MaybePromise, quietly, type Steps, wait } from '../maybe.js';
import type { Stage } from '../plan/planNode.js';
import type { SourceReport } from '../sources/source.js';
import type { EpochRecord } from '../state/stateBackend.js';
import { reasonOf } from '../thrown.js';
import { scheduleAfter } from '../triggers/scheduleAfter.js';
import { withoutPassword } from '../withoutPassword.js';
import type { BatchReport } from './batchReport.js';
import { checkChunk, checkChunks } from './openPort.js';
import { inOperator, Stopped } from './operatorError.js';
import type { BatchOutcome, Delivery } from './pendingCommit.js';
import type { PlanEntry, PlannedRange, PlannedTurn } from './queryCheckpoint.js';
import type { PipelineOutput, QueryRun } from './queryRun.js';
import type { QuerySetup } from './querySetup.js';
import { SilentAnswers } from './silentAnswers.js';
import { Slice } from './slice.js';
import { type SourceRun, sameOffset } from './sourceRun.js';
import type { WritesUnderWay } from './writesUnderWay.js';

/** Rows between two looks at the clock. */
const rowsPerLook = 512;

type Chunk = IteratorResult<readonly unknown[]>;

/** How a turn stands in its query. */
export interface TurnFacts {
  readonly batchId: number;
  readonly first: boolean;
  readonly closing: boolean;
  readonly replay: boolean;
}

/**
 * One batch: its turns are read and computed, the sink has the rows before they are committed, they are
 * committed before sources forget. The order of the steps is the guarantee (docs/reliability.md).
 */
export class BatchExecution {
  /** What has left the plan in this batch. */
  rows: unknown[] = [];
  readonly output: PipelineOutput;
  /** Found behind the running batches: no batch may be committed any more. */
  damage: StreamingError | undefined;
  private readonly slice: Slice;
  private pipelineEnded = true;
  private waiter: { resolve(): void; reject(error: unknown): void } | undefined;
  private stopping = false;
  private readonly answers: SilentAnswers;
  /** An asynchronous operator has failed before anybody waited for it. */
  private early: { readonly error: unknown } | undefined;

  constructor(
    private readonly setup: QuerySetup,
    private readonly run: QueryRun,
    private readonly report: BatchReport,
    private readonly writes: Pick<WritesUnderWay, 'isEmpty' | 'settle'>,
  ) {
    this.slice = new Slice(setup.durable, () => !writes.isEmpty, setup.workedMs);
    this.answers = new SilentAnswers(setup);
    this.output = { end: this.endStage(), events: this.operatorEvents() };
  }

  /** Gives up asynchronous operators and sources; what is synchronous ends its batch. */
  stop(): void {
    this.stopping = true;
    this.waiter?.reject(new Stopped());
    this.answers.giveUp(new Stopped());
  }

  /** Reads and computes a batch; nobody has seen its rows yet. */
  *turns(plan: PlanEntry, replay: boolean): Steps<void> {
    const { batchId, closing } = plan;
    this.begin(batchId);
    if (replay) for (const source of this.run.sources) source.repeats(plan);
    this.run.watermark.used = plan.previousWatermarkMs ?? 0;
    for (const [i, turn] of plan.turns.entries()) {
      yield* this.turn(turn, { batchId, first: batchId === 0 && i === 0, closing, replay });
    }
  }

  begin(batchId: number): void {
    const { run } = this;
    this.report.begin(batchId);
    this.rows = [];
    this.early = undefined;
    for (const source of run.sources) source.clear();
    run.pipeline.clear();
    run.checkpoint.backend.begin();
  }

  *turn(turn: PlannedTurn, facts: TurnFacts): Steps<void> {
    const { report, run } = this;
    const { pipeline, watermark } = run;
    const watermarkMs = turn.watermarkMs ?? 0;
    pipeline.begin({
      batchId: facts.batchId,
      watermarkMs,
      previousWatermarkMs: watermark.used,
      timestampMs: turn.timestampMs,
      closing: facts.closing,
      firstBatch: facts.first,
      bounded: this.setup.bounded,
    });
    watermark.use(watermarkMs);
    run.checkpoint.backend.beginTurn();
    this.pipelineEnded = false;
    const started = report.now();
    report.phase = 'the state store';
    const prepared = pipeline.prepare();
    if (isPromise(prepared)) yield prepared;
    for (const range of turn.ranges) {
      const source = run.sources[Number(range.source)];
      if (source) yield* this.readRange(source, range, facts.replay);
    }
    report.phase = 'the query';
    this.setup.killPoint('kp5:after');
    pipeline.end();
    if (this.stillRuns()) {
      yield* this.writes.settle();
      // It may have ended meanwhile, with nobody to tell.
      if (this.stillRuns()) yield* wait(this.waitForPipeline());
    }
    if (this.early) throw this.early.error;
    report.took('getBatch', started);
    this.setup.killPoint('kp6:after');
    watermark.seen(pipeline);
  }

  /** What the sink is to have of the batch that has run. */
  delivery(batchId: number): Delivery {
    const { lateRows, failedRows } = this.report;
    return { batchId, rows: this.rows, lateRows, failedRows };
  }

  /** The batch is planned: the sink takes it. `at` is told what is being worked at. */
  *deliver(delivery: Delivery, at: { phase: string }): Steps<void> {
    const { setup, run } = this;
    const { batchId, rows, lateRows, failedRows } = delivery;
    if (this.damage) throw this.damage;
    at.phase = setup.sink.description;
    setup.killPoint('kp7:before');
    yield* wait(run.sink.addBatch(batchId, rows, setup.outputMode));
    at.phase = 'the late and failed outputs';
    yield* wait(run.lateSink?.addBatch(batchId, lateRows, 'append'));
    yield* wait(run.failedSink?.addBatch(batchId, failedRows, 'append'));
    setup.killPoint('kp8:after');
    at.phase = 'the state store';
    if (this.damage) throw this.damage;
  }

  /** The changes of the batch go to disk once it is `delivered`; the next batch may begin at once. */
  commit(batchId: number, closing: boolean, delivered: MaybePromise<void>): MaybePromise<void> {
    const { run } = this;
    const answer = run.checkpoint.backend.commit(this.epoch(batchId, closing), delivered);
    run.anyBatch = true;
    run.nextBatchId = batchId + 1;
    return answer;
  }

  /** The commit has answered: what is no longer needed is forgotten. */
  *forget({ batchId, ranges, at }: BatchOutcome): Steps<void> {
    const { setup, run } = this;
    setup.killPoint('kp10:before');
    for (const { source, position } of ranges) {
      at.phase = source.node.source.description;
      if (position !== null) yield* wait(source.open.commit(position));
    }
    at.phase = 'the checkpoint';
    setup.killPoint('kp10:after');
    yield* wait(run.checkpoint.purge(batchId));
    run.lastCommitted = batchId;
  }

  private epoch(batchId: number, closing: boolean): EpochRecord {
    const { checkpoint, watermark } = this.run;
    return {
      queryId: checkpoint.queryId,
      batchId,
      watermarkMs: watermark.used,
      nextWatermarkMs: watermark.tracker.advance(),
      watermarkNodes: watermark.tracker.snapshot(),
      completed: closing,
    };
  }

  private *readRange(source: SourceRun, range: PlannedRange, replay: boolean): Steps<void> {
    source.endOffset = range.upTo;
    // Where the source was then: behind it may be plans that run after this one.
    if (replay) source.position = range.upTo;
    if (range.upTo === null || sameOffset(range.after, range.upTo)) return;
    if (replay && !source.node.source.replayable) this.report.lost(range);
    this.report.phase = source.node.source.description;
    source.report ??= this.recordReport(source);
    const chunks = source.open.read(range.after, range.upTo, source.report);
    checkChunks(source.node.source.description, chunks);
    const isLater = !(Symbol.iterator in chunks);
    const iterator = isLater ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    for (;;) {
      const step = iterator.next();
      const { done, value } = isPromise(step) ? ((yield step) as Chunk) : step;
      if (done) break;
      try {
        checkChunk(source.node.source.description, value);
        source.numInputRows += value.length;
        for (let at = 0; at < value.length; at += rowsPerLook) {
          pushRows(source.entry, value, at);
          const pause = this.slice.over();
          if (pause) yield pause;
        }
        if (isLater && this.stopping) throw new Stopped();
      } catch (error) {
        // Where the error has no operator's name: the rows had left the source.
        this.report.phase = 'the query';
        yield* quietly(() => iterator.return?.()); // it may have a file open
        throw error;
      }
    }
    source.position = range.upTo;
  }

  private recordReport(source: SourceRun): SourceReport {
    const { node } = source;
    const { graph } = this.setup;
    const policy = node.badRecords ?? this.setup.failedRowsAt(graph.idOf(node));
    return {
      failed: (raw: unknown, error: unknown) =>
        this.failedRow(node.source.description, raw, Number.NaN, error, policy),
      dropped: (count: number) => {
        source.droppedRecords += count;
      },
    };
  }

  private failedRow(
    operator: string,
    row: unknown,
    time: number,
    error: unknown,
    policy = this.setup.failedRowsAt(operator),
  ): void {
    if (policy === 'fail') throw inOperator(operator, error);
    this.report.failed(
      {
        row,
        operator,
        eventTimeMs: Number.isNaN(time) ? null : time,
        error: {
          message: withoutPassword(reasonOf(error)),
          ...(error instanceof StreamingError ? { code: error.code } : {}),
        },
        batchId: this.report.batchId,
      },
      policy === 'deadLetter',
    );
  }

  private endStage(): Stage {
    return {
      next: (row) => {
        this.rows.push(row);
      },
      endBatch: () => {
        this.pipelineEnded = true;
        this.waiter?.resolve();
      },
    };
  }

  private operatorEvents(): PipelineOutput['events'] {
    const { report } = this;
    return {
      late: (operator, row, eventTimeMs, watermarkMs, openWindows) => {
        const { batchId } = report;
        report.late({ row, eventTimeMs, watermarkMs, openWindows, operator, batchId });
      },
      failed: (operator, row, time, error) => this.failedRow(operator, row, time, error),
      pending: (operator, done) => {
        done.then(undefined, (error: unknown) => {
          if (this.waiter) this.waiter.reject(inOperator(operator, error));
          else this.early ??= { error: inOperator(operator, error) };
        });
      },
      asked: (operator, answer, what) => this.answers.wait(operator, answer, what),
      observe: (name, values) => report.observe(name, values),
    };
  }

  private stillRuns(): boolean {
    return !this.pipelineEnded && !this.early;
  }

  /** Asynchronous operators have not completed: waits for them, for the time limit, or for stop(). */
  private waitForPipeline(): Promise<void> {
    const { rxTimeoutMs, rxNames, clock } = this.setup;
    return new Promise<void>((resolve, reject) => {
      const timeout = scheduleAfter(
        clock,
        () => {
          const operator = rxNames.join(', ');
          const params = { operator, timeoutMs: rxTimeoutMs };
          reject(inOperator(operator, new StreamingError('RX_DID_NOT_COMPLETE', params)));
        },
        rxTimeoutMs,
      );
      const settle = (done: () => void) => {
        timeout.unsubscribe();
        this.waiter = undefined;
        done();
      };
      this.waiter = {
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      };
      if (this.stopping) this.waiter.reject(new Stopped());
    });
  }
}

/** Rows of a chunk from `from` on, up to the next look at the clock. */
function pushRows(entry: Stage, chunk: readonly unknown[], from: number): void {
  const to = Math.min(chunk.length, from + rowsPerLook);
  for (let i = from; i < to; i++) entry.next(chunk[i], Number.NaN);
}
