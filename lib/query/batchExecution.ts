import { StreamingError } from '../errors.js';
import { isPromise, type MaybePromise, type Steps, wait } from '../maybe.js';
import type { Stage } from '../plan/planNode.js';
import type { Sink } from '../sinks/sink.js';
import type { EpochRecord } from '../state/stateBackend.js';
import type { BatchReport } from './batchReport.js';
import { inOperator, Stopped } from './operatorError.js';
import type { BatchOutcome, Delivery } from './pendingCommit.js';
import { PipelineEnd } from './pipelineEnd.js';
import type { PlanEntry, PlannedTurn } from './queryCheckpoint.js';
import type { QueryOutputs } from './queryOutputs.js';
import type { PipelineOutput, QueryRun } from './queryRun.js';
import type { QuerySetup } from './querySetup.js';
import { RangeReader } from './rangeReader.js';
import { refuseRow } from './refuseRow.js';
import { Slice } from './slice.js';
import { TimedWaits } from './timedWaits.js';
import type { WritesUnderWay } from './writesUnderWay.js';

type RowTaker = Required<Pick<Sink<unknown>, 'addRow'>>;

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
  /** What has left the plan in this batch, and the sink has not been given. */
  rows: unknown[] = [];
  private rowsGiven = 0;
  /** What takes rows as they leave the plan; undefined: they are kept. */
  private taker: RowTaker | undefined;
  readonly output: PipelineOutput;
  /** Found behind the running batches: no batch may be committed any more. */
  damage: StreamingError | undefined;
  private readonly reader: RangeReader;
  private readonly end = new PipelineEnd();
  private readonly waits: TimedWaits;
  private readonly slice: Slice;

  constructor(
    private readonly setup: QuerySetup,
    private readonly run: QueryRun,
    private readonly report: BatchReport,
    private readonly writes: Pick<WritesUnderWay, 'isEmpty' | 'isCommitting' | 'settle'>,
    private readonly outputs: Pick<QueryOutputs, 'keepsRows'>,
  ) {
    this.slice = new Slice(setup.durable, () => !writes.isEmpty, setup.workedMs);
    this.reader = new RangeReader(setup, report, this.slice);
    this.waits = new TimedWaits(setup);
    this.output = { end: this.endStage(), events: this.operatorEvents() };
  }

  /** Gives up asynchronous operators and sources; what is synchronous ends its batch. */
  stop(): void {
    this.reader.stop();
    this.waits.giveUp(new Stopped());
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
    this.rowsGiven = 0;
    this.taker = this.rowTaker();
    this.end.clear();
    for (const source of run.sources) source.clear();
    run.pipeline.clear();
    run.checkpoint.backend.begin();
  }

  *turn(turn: PlannedTurn, facts: TurnFacts): Steps<void> {
    const { end, report, run } = this;
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
    end.begin();
    const started = report.now();
    report.phase = 'the state store';
    const prepared = pipeline.prepare();
    if (isPromise(prepared)) yield prepared;
    for (const range of turn.ranges) {
      const source = run.sources[Number(range.source)];
      if (source) yield* this.reader.read(source, range, facts.replay);
    }
    report.phase = 'the query';
    this.setup.killPoint('kp5:after');
    pipeline.end();
    if (end.isToCome) {
      yield* this.writes.settle();
      // It may have come meanwhile, with nobody to tell.
      if (end.isToCome) yield this.waits.wait(end.wait(), (ms) => this.notCompleted(ms));
    }
    end.throwIfFailed();
    report.took('getBatch', started);
    this.setup.killPoint('kp6:after');
    watermark.seen(pipeline);
  }

  /** While the commit before is on its way, the changes of this batch are encoded for its own. */
  *encodeAhead(): Steps<void> {
    const { report, run, slice, writes } = this;
    const { backend } = run.checkpoint;
    const started = report.now();
    report.phase = 'the state store';
    try {
      while (writes.isCommitting && backend.encodeSome?.()) {
        const pause = slice.over();
        if (pause) yield pause;
      }
    } catch (error) {
      yield* writes.settle(); // the batch before may have failed, too, and first
      throw error;
    }
    report.took('commitOffsets', started);
  }

  /** Rows that have left the plan in this batch. */
  get rowCount(): number {
    return this.rowsGiven + this.rows.length;
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

  private endStage(): Stage {
    return {
      next: (row) => {
        if (this.taker?.addRow(this.report.batchId, row)) this.rowsGiven++;
        else this.keepRow(row);
      },
      endBatch: () => this.end.reached(),
    };
  }

  /** A row may be seen before its batch has been computed where no plan goes to a disk first. */
  private rowTaker(): RowTaker | undefined {
    const { setup, run, outputs } = this;
    if (setup.durable || setup.trigger.epochMs !== undefined || outputs.keepsRows) return undefined;
    return run.sink.addRow && (run.sink as RowTaker);
  }

  private keepRow(row: unknown): void {
    this.taker = undefined; // in order
    this.rows.push(row);
  }

  private operatorEvents(): PipelineOutput['events'] {
    const { report, setup } = this;
    return {
      late: (operator, row, eventTimeMs, watermarkMs, openWindows) => {
        const { batchId } = report;
        report.late({ row, eventTimeMs, watermarkMs, openWindows, operator, batchId });
      },
      failed: (operator, row, time, error) =>
        refuseRow({ operator, row, time, error }, setup.failedRowsAt(operator), report),
      pending: (operator, done) => {
        done.then(undefined, (error: unknown) => this.end.failed(inOperator(operator, error)));
      },
      asked: (operator, answer, what) =>
        this.waits.wait(
          answer,
          (timeoutMs) => new StreamingError('NO_ANSWER', { operator, what, timeoutMs }),
        ),
      observe: (name, values) => report.observe(name, values),
    };
  }

  /** Asynchronous operators that have not completed in time. */
  private notCompleted(timeoutMs: number): Error {
    const operator = this.setup.rxNames.join(', ');
    return inOperator(operator, new StreamingError('RX_DID_NOT_COMPLETE', { operator, timeoutMs }));
  }
}
