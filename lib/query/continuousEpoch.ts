import type { SchedulerLike, Subscription } from 'rxjs';
import { isPromise, type MaybePromise } from '../maybe.js';
import { scheduleAfter } from '../triggers/scheduleAfter.js';
import type { BatchExecution, TurnFacts } from './batchExecution.js';
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
    private readonly clock: SchedulerLike,
    private readonly wake: () => void,
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
      this.clock,
      () => {
        this.timer = undefined;
        this.isDue = true;
        this.wake();
      },
      this.epochMs,
    );
  }

  stopTimer(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  /** A turn begins; with the first one the batch does. */
  begin(run: QueryRun, batch: BatchExecution): TurnFacts {
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
  ran(turn: PlannedTurn, run: QueryRun, batch: BatchExecution): void {
    run.anyBatch = true;
    this.turns += 1;
    run.checkpoint.addTurn?.(turn);
    this.show(run, batch);
  }

  /** Shows what has come since the last call, unless the sink is still at the epoch before. */
  show(run: QueryRun, batch: BatchExecution): void {
    const { rows } = batch;
    if (this.isDelivering || rows.length <= this.shownRows) return;
    run.sink.addRows?.(run.nextBatchId, rows.slice(this.shownRows));
    this.shownRows = rows.length;
  }

  /** What has run is one batch: its plan, on its way to disk. The next turn is one of the next. */
  plan(run: QueryRun): MaybePromise<void> {
    const { previousWatermarkMs } = this;
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
      this.wake();
    };
    delivered.then(done, done);
  }

  /** Nothing was due to commit at this trigger. */
  rest(): void {
    this.isDue = false;
  }

  abort(): void {
    this.turns = 0;
  }
}
