import { WatermarkTracker } from '../plan/watermarkTracker.js';
import type { EpochRecord } from '../state/stateBackend.js';
import { IdleClock } from './idleClock.js';
import type { Pipeline } from './pipeline.js';
import type { QuerySetup } from './querySetup.js';
import type { SourceRun } from './sourceRun.js';

/** The global watermark of a query (ms): which one the last turn used, and which one comes next. */
export class WatermarkClock {
  readonly tracker: WatermarkTracker;
  /** Used by the turn that ran last. */
  used = 0;
  private readonly idle: IdleClock;

  constructor(
    private readonly setup: QuerySetup,
    now: () => number,
  ) {
    this.tracker = new WatermarkTracker(setup.watermarkPolicy);
    this.idle = new IdleClock(setup.graph, now);
  }

  restore(epoch: EpochRecord): void {
    this.tracker.restore(epoch.nextWatermarkMs ?? 0, epoch.watermarkNodes);
    this.used = epoch.watermarkMs ?? 0;
  }

  /** Moves to where the rows, the ended sources and the idle clock have brought it. */
  next(sources: readonly SourceRun[]): number {
    this.leaveCompleted(sources);
    return this.tracker.advance(this.idle.isWatching ? this.idle.judge(this.tracker) : 0);
  }

  /** What the plan of a batch says holds, also where an idle clock or an ended source had moved it. */
  use(watermarkMs: number): void {
    this.tracker.advance(watermarkMs);
    this.used = watermarkMs;
  }

  /** Takes what the watermark nodes have seen in a turn. */
  seen(pipeline: Pipeline): void {
    pipeline.trackWatermarks();
    this.idle.seen(pipeline);
  }

  nextDue(): number | undefined {
    return this.idle.nextDue();
  }

  /** A node that only ended sources feed no longer holds the others back. */
  private leaveCompleted(sources: readonly SourceRun[]): void {
    if (!sources.some((run) => run.open.completed)) return;
    const completed = new Set(sources.filter((run) => run.open.completed).map((run) => run.node));
    for (const { id, sources: above } of this.setup.watermarkSources) {
      this.tracker.ended(
        id,
        above.every((source) => completed.has(source)),
      );
    }
  }
}
