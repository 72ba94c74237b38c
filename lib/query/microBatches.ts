import type { MaybePromise, Steps } from '../maybe.js';
import type { BatchExecution } from './batchExecution.js';
import type { BatchReport } from './batchReport.js';
import type { IdleWaiters } from './idleWaiters.js';
import { Stopped } from './operatorError.js';
import type { PlanEntry, PlannedRange } from './queryCheckpoint.js';
import type { QueryRun } from './queryRun.js';
import type { QuerySetup } from './querySetup.js';
import type { QueryStatus } from './queryStatus.js';
import type { SourceRun } from './sourceRun.js';
import type { LoopScheduler, Outcome, TriggerLoop } from './triggerLoop.js';
import type { WritesUnderWay } from './writesUnderWay.js';

/** What a trigger has come to. */
export type Triggered =
  /** A batch or a turn has run, or a commit has answered: there may be more. */
  | 'more'
  /** Nothing has come, and everything that had run is committed. */
  | 'idle'
  /** Nothing has come, and a commit is on its way; its answer will be attended to. */
  | 'committing'
  /** The last batch is committed: all sources have ended. */
  | 'completed';

/** What the runs of a query share: a restart begins with a new run, and keeps these. */
export interface SharedByRuns {
  readonly setup: QuerySetup;
  readonly report: BatchReport;
  readonly writes: WritesUnderWay;
  readonly loop: TriggerLoop;
  readonly scheduler: LoopScheduler;
  readonly status: QueryStatus;
  readonly idleWaiters: IdleWaiters;
}

/** Plan → read → compute → sink → commit, one batch after the other. */
export class MicroBatches {
  /** A batch of this run has been handed over: all that a query that runs once has to do. */
  anyHandedOver = false;

  constructor(
    private readonly shared: SharedByRuns,
    readonly run: QueryRun,
    readonly batch: BatchExecution,
  ) {}

  /** Runs the next batch, if any is due. */
  *next(): Steps<Triggered> {
    const { run } = this;
    const { setup, writes } = this.shared;
    const { trigger, bounded } = setup;
    if (trigger.single) yield* run.fixEnds();
    setup.killPoint('kp3:before');
    const ranges = yield* this.nextRanges();
    const next = run.watermark.next(run.sources);
    const due = !trigger.single && !bounded && run.isDue(next);
    if (ranges || due) return yield* this.planAndRun(ranges ?? run.emptyRanges(), next, false);
    if (bounded || run.allCompleted) return yield* this.planAndRun(run.emptyRanges(), next, true);
    if (!writes.hasCommit) return 'idle';
    yield* writes.settle();
    return 'more';
  }

  /** What the sources have for one batch; undefined if none has rows. */
  *nextRanges(): Steps<PlannedRange[] | undefined> {
    const { report, setup, status } = this.shared;
    const started = report.now();
    const limit = setup.trigger.ignoresLimits ? 'everything' : 'one batch';
    const ranges = yield* this.run.nextRanges(limit, this.asking);
    report.took('latestOffset', started);
    status.isDataAvailable = ranges !== undefined;
    return ranges;
  }

  private readonly asking = ({ node: { source } }: SourceRun): void => {
    this.shared.status.message = `Getting offsets from ${source.description}`;
    this.shared.report.phase = source.description;
  };

  *planAndRun(ranges: PlannedRange[], watermarkMs: number, closing: boolean): Steps<Triggered> {
    const { run } = this;
    const { report, scheduler, writes } = this.shared;
    const plan: PlanEntry = {
      batchId: run.nextBatchId,
      previousWatermarkMs: run.watermark.used,
      turns: [{ timestampMs: scheduler.now(), watermarkMs, ranges }],
      closing,
    };
    report.phase = 'the checkpoint';
    writes.plan(run.checkpoint, plan);
    return yield* this.runBatch(plan, false);
  }

  /** `replay`: the batch was planned, and perhaps seen by the sink, before this run. */
  *runBatch(plan: PlanEntry, replay: boolean): Steps<Triggered> {
    const { batch } = this;
    const { loop, report, setup, status, writes } = this.shared;
    const { batchId, closing } = plan;
    status.message = 'Processing new data';
    yield* batch.turns(plan, replay);
    yield* batch.encodeAhead();
    const wasStopping = loop.stopping;
    yield* writes.settle();
    // Whoever has seen the batch before and stopped the query does not want another.
    if (loop.stopping && !wasStopping) throw new Stopped();
    report.phase = 'the checkpoint';
    yield* writes.whenPlanned();
    const started = report.now();
    status.message = `Waiting for ${setup.sink.description} to take batch ${batchId}`;
    yield* batch.deliver(batch.delivery(batchId), report);
    report.took('addBatch', started);
    yield* this.handOver(batchId, closing, undefined, { phase: report.phase });
    if (!closing) return 'more';
    yield* writes.settle();
    status.message = 'Completed: all sources have ended';
    return 'completed';
  }

  /** A batch has run: its commit begins, and when that has answered, at once or later, it is told. */
  *handOver(
    batchId: number,
    closing: boolean,
    delivered: MaybePromise<void>,
    at: { phase: string },
  ): Steps<void> {
    const { batch, run } = this;
    const { loop, report, status, writes } = this.shared;
    const { tracker, used } = run.watermark;
    const started = report.now();
    const answer = batch.commit(batchId, closing, delivered);
    report.took('commitOffsets', started);
    this.anyHandedOver = true;
    const outcome = {
      ...batch.delivery(batchId),
      ranges: run.ranges,
      at,
      progress: report.end(run.checkpoint.queryId, run.pipeline, run.sources, batch.rowCount, {
        watermarkMs: tracker.isEmpty ? undefined : used,
        backend: run.checkpoint.backend,
      }),
    };
    batch.rows = [];
    status.message = 'Waiting for next trigger';
    status.isTriggerActive = false;
    writes.commit(outcome, answer, () => loop.attend(() => this.attend()));
    if (writes.isAnswered) yield* writes.settle();
  }

  private *attend(): Steps<Outcome> {
    yield* this.shared.writes.settle();
    return 'more';
  }
}
