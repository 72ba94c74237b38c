import type { SchedulerLike, Subscription } from 'rxjs';
import { type Steps, wait } from '../maybe.js';
import type { BatchExecution } from './batchExecution.js';
import type { BatchReport } from './batchReport.js';
import type { PlanEntry, PlannedTurn } from './queryCheckpoint.js';
import type { QueryRun } from './queryRun.js';

/**
 * Continuous mode: rows go through in turns as they come; all turns since the last commit are one batch,
 * planned and committed when the epoch is over. A replay runs the same turns.
 */
export class ContinuousEpoch {
  private turns: PlannedTurn[] = [];
  private previousWatermarkMs = 0;
  private isDue = false;
  private timer: Subscription | undefined;
  private shownRows = 0;

  constructor(
    private readonly epochMs: number,
    private readonly clock: SchedulerLike,
    private readonly wake: () => void,
  ) {}

  get isEmpty(): boolean {
    return this.turns.length === 0;
  }

  /** Whether what has run since the last commit should be committed now. */
  get isOver(): boolean {
    return this.isDue && !this.isEmpty;
  }

  startTimer(): void {
    this.timer ??= this.clock.schedule(() => {
      this.timer = undefined;
      this.isDue = true;
      this.wake();
    }, this.epochMs);
  }

  stopTimer(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  /** Runs one turn, whose rows a sink that can shows before they are committed. */
  *turn(turn: PlannedTurn, run: QueryRun, batch: BatchExecution): Steps<void> {
    const batchId = run.nextBatchId;
    const opening = this.isEmpty;
    if (opening) {
      batch.begin(batchId);
      this.previousWatermarkMs = run.watermark.used;
      this.shownRows = 0;
    }
    const first = batchId === 0 && opening;
    yield* batch.turn(turn, { batchId, first, closing: false, replay: false });
    run.anyBatch = true;
    this.turns.push(turn);
    if (run.sink.addRows && batch.rows.length > this.shownRows) {
      run.sink.addRows(batchId, batch.rows.slice(this.shownRows));
    }
    this.shownRows = batch.rows.length;
  }

  /** Plans what has run, and commits it. */
  *commit(run: QueryRun, batch: BatchExecution, report: BatchReport): Steps<void> {
    const batchId = run.nextBatchId;
    const { turns, previousWatermarkMs } = this;
    this.turns = [];
    this.isDue = false;
    report.phase = 'the checkpoint';
    const entry: PlanEntry = { batchId, previousWatermarkMs, turns, closing: false };
    yield* wait(run.checkpoint.plan(entry));
    yield* batch.finish(batchId, false);
  }

  /** Nothing was due to commit at this trigger. */
  rest(): void {
    this.isDue = false;
  }

  abort(): void {
    this.turns = [];
  }
}
