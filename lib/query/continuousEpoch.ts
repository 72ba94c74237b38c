import type { Subscription } from 'rxjs';
import { isPromise, type MaybePromise } from '../maybe.js';
import { scheduleAfter } from '../triggers/scheduleAfter.js';
import type { BatchExecution, TurnFacts } from './batchExecution.js';
import type { SharedByRuns } from './microBatches.js';
import type { PlannedTurn } from './queryCheckpoint.js';
import type { QueryRun } from './queryRun.js';

/**
 * Continuous mode: rows go through in turns as they come; all turns since the last commit are one batch,
 * planned and committed when the epoch is over. A replay runs the same turns.
 */
export class ContinuousEpoch {
  private turns = 0;
  private previousWatermarkMs = 0;
  private isDue = false;
  private timer: Subscription | undefined;
  private shownRows = 0;
  private isDelivering = false;

  constructor(
    private readonly epochMs: number,
    private readonly shared: Pick<SharedByRuns, 'loop' | 'scheduler'>,
    private readonly run: QueryRun,
    private readonly batch: BatchExecution,
  ) {}

  get isEmpty(): boolean {
    return this.turns === 0;
  }

  /** Whether what has run since the last commit should be committed now. */
  get isOver(): boolean {
    return this.isDue && !this.isEmpty;
  }

  startTimer(): void {
    this.timer ??= scheduleAfter(
      this.shared.scheduler,
      () => {
        this.timer = undefined;
        this.isDue = true;
        this.shared.loop.wake();
      },
      this.epochMs,
    );
  }

  stopTimer(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  /** A turn begins; with the first one the batch does. */
  begin(): TurnFacts {
    const { run, batch } = this;
    const batchId = run.nextBatchId;
    const opening = this.isEmpty;
    if (opening) {
      batch.begin(batchId);
      this.previousWatermarkMs = run.watermark.used;
      this.shownRows = 0;
    }
    return { batchId, first: batchId === 0 && opening, closing: false, replay: false };
  }

  /** A turn has run: a sink that can shows its rows before they are committed. */
  ran(turn: PlannedTurn): void {
    const { run } = this;
    run.anyBatch = true;
    this.turns += 1;
    run.checkpoint.addTurn?.(turn);
    this.show();
  }

  /** Shows what has come since the last call, unless the sink is still at the epoch before. */
  show(): void {
    const { run } = this;
    const { rows } = this.batch;
    const { sink } = run;
    if (!sink.addRows || this.isDelivering || rows.length <= this.shownRows) return;
    sink.addRows(run.nextBatchId, rows.slice(this.shownRows));
    this.shownRows = rows.length;
  }

  /** Rows of the batch that the sink has not been shown. */
  get rowsLeft(): readonly unknown[] {
    const { rows } = this.batch;
    return this.shownRows === 0 ? rows : rows.slice(this.shownRows);
  }

  /** What has run is one batch: its plan, on its way to disk. The next turn is one of the next. */
  plan(): MaybePromise<void> {
    const { run, previousWatermarkMs } = this;
    this.turns = 0;
    this.isDue = false;
    this.shownRows = 0;
    const entry = { batchId: run.nextBatchId, previousWatermarkMs, turns: [], closing: false };
    return run.checkpoint.plan(entry);
  }

  /** The sink is to have the epoch first: rows of the next are not shown before it has. */
  delivering(delivered: MaybePromise<void>): void {
    if (!isPromise(delivered)) return;
    this.isDelivering = true;
    const done = () => {
      this.isDelivering = false;
      this.shared.loop.wake();
    };
    delivered.then(done, done);
  }

  /** Nothing was due to commit at this trigger. */
  rest(): void {
    this.isDue = false;
  }

  /** What has run is given up. */
  abort(): void {
    this.stopTimer();
    this.turns = 0;
  }
}
