import { drive, type Steps, then } from '../maybe.js';
import { ContinuousEpoch } from './continuousEpoch.js';
import type { MicroBatches, SharedByRuns, Triggered } from './microBatches.js';

/**
 * Continuous mode: what is there goes through at once, in a turn. The turns of an epoch are one batch, which is
 * planned, delivered and committed when the epoch is over, while the rows of the next go on.
 */
export class ContinuousTurns {
  private readonly epoch: ContinuousEpoch;

  constructor(
    epochMs: number,
    private readonly shared: SharedByRuns,
    private readonly batches: MicroBatches,
  ) {
    this.epoch = new ContinuousEpoch(epochMs, shared, batches.run, batches.batch);
  }

  /** Runs a turn, if there is anything for one, and commits an epoch that is over. */
  *next(): Steps<Triggered> {
    const { epoch, batches, shared } = this;
    const { run, batch } = batches;
    const { idleWaiters, loop, scheduler, status, writes } = shared;
    epoch.startTimer();
    epoch.show();
    const ranges = yield* batches.nextRanges();
    let watermarkMs = run.watermark.next(run.sources);
    let isQuiet = !ranges && !run.isDue(watermarkMs);
    if (!isQuiet) {
      const timestampMs = scheduler.now();
      const turn = { timestampMs, watermarkMs, ranges: ranges ?? run.emptyRanges() };
      yield* batch.turn(turn, epoch.begin());
      epoch.ran(turn);
      watermarkMs = run.watermark.next(run.sources);
      // Live sources say when rows have come: there is no need for another trigger that finds none.
      isQuiet = run.isLive && !loop.isWoken && !run.isDue(watermarkMs);
      status.isDataAvailable = !isQuiet;
    }
    const completed = isQuiet && run.allCompleted;
    // Whoever waits for all that there is waits for its commit, though the epoch may go on.
    const isAwaited = isQuiet && !idleWaiters.isEmpty;
    const commits = epoch.isOver || ((completed || isAwaited) && !epoch.isEmpty);
    if (commits) yield* this.commit();
    epoch.rest();
    if (completed) return yield* batches.planAndRun(run.emptyRanges(), watermarkMs, true);
    // Rows may have come, and somebody may wait for them, while the commit was on its way.
    if (!isQuiet || commits) return 'more';
    if (!writes.hasCommit) return 'idle';
    if (!isAwaited) return 'committing';
    yield* writes.settle();
    return 'more';
  }

  /** No other turn follows: what has run is committed. */
  *close(): Steps<void> {
    this.epoch.stopTimer();
    if (!this.epoch.isEmpty) yield* this.commit();
  }

  /** Gives up the turns that are not committed. */
  abort(): void {
    this.epoch.abort();
  }

  private *commit(): Steps<void> {
    const { epoch, batches, shared } = this;
    yield* shared.writes.settle();
    const { run, batch } = batches;
    const { nextBatchId } = run;
    const delivery = { ...batch.delivery(nextBatchId), rows: epoch.rowsLeft };
    const at = { phase: 'the checkpoint' };
    const delivered = then(epoch.plan(), () => drive(batch.deliver(delivery, at)));
    epoch.delivering(delivered);
    yield* batches.handOver(nextBatchId, false, delivered, at);
  }
}
