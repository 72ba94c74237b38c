import type { PlanGraph } from '../plan/planGraph.js';
import { isWatermarkNode, type WatermarkNode } from '../plan/watermarkNode.js';
import type { WatermarkTracker } from '../plan/watermarkTracker.js';
import { earliest } from '../time/earliest.js';
import type { Pipeline } from './pipeline.js';

interface Watched {
  readonly id: string;
  readonly node: WatermarkNode;
  readonly idleAfterMs: number;
  /** Processing time of the last batch in which a row passed, or of the start. */
  lastSeen: number;
}

/**
 * `withWatermark(…, { idleAfter })`: a node through which no row has come for so long does not hold back
 * the others; when all nodes are idle, the clock moves the watermark. What comes of it is recorded in
 * the plan entry of the batch, so that a replay agrees.
 */
export class IdleClock {
  private readonly watched: readonly Watched[];
  /** Nodes without `idleAfter`. */
  private readonly others: readonly string[];

  constructor(
    graph: PlanGraph,
    private readonly clock: () => number,
  ) {
    const nodes = graph.nodes.filter(isWatermarkNode);
    const start = clock();
    this.watched = nodes.flatMap((node) =>
      node.idleAfterMs === undefined
        ? []
        : [{ id: graph.idOf(node), node, idleAfterMs: node.idleAfterMs, lastSeen: start }],
    );
    this.others = nodes
      .filter((node) => node.idleAfterMs === undefined)
      .map((node) => graph.idOf(node));
  }

  /** Whether the clock can move the watermark at all. */
  get isWatching(): boolean {
    return this.watched.length > 0;
  }

  /** After a batch: which nodes have seen rows. */
  seen(pipeline: Pipeline): void {
    for (const watched of this.watched) {
      const stats = pipeline.contexts.get(watched.node)?.eventTime;
      if (stats && stats.count > 0) watched.lastSeen = this.clock();
    }
  }

  /**
   * Takes idle nodes out of the reckoning of `tracker`, and others back in; the least the watermark has to
   * be then (ms). Those whose sources have completed have left already, and are asked nothing.
   */
  judge(tracker: WatermarkTracker): number {
    const now = this.now();
    const running = this.watched.filter(({ id }) => !tracker.hasEnded(id));
    const isIdle = ({ lastSeen, idleAfterMs }: Watched): boolean => now - lastSeen >= idleAfterMs;
    const all = running.every(isIdle) && this.others.every((id) => tracker.hasEnded(id));
    for (const watched of running) tracker.idle(watched.id, !all && isIdle(watched));
    if (!all) return 0;
    const reached = tracker.snapshot();
    const moved = running.flatMap(({ id, lastSeen }) =>
      reached[id] === undefined ? [] : [reached[id] + (now - lastSeen)],
    );
    return moved.length === 0 ? 0 : Math.min(...moved);
  }

  /** A clock that was put back would leave rows in the future, and nothing idle until then. */
  private now(): number {
    const now = this.clock();
    for (const watched of this.watched) watched.lastSeen = Math.min(watched.lastSeen, now);
    return now;
  }

  /** When the next node becomes idle, or the clock has moved the watermark on (ms). */
  nextDue(): number | undefined {
    const now = this.now();
    const times = this.watched.map(({ lastSeen, idleAfterMs }) => {
      const idleAt = lastSeen + idleAfterMs;
      return idleAt > now ? idleAt : now + idleAfterMs;
    });
    return earliest(times);
  }
}
