/** How the watermarks of several nodes make the global one. */
export type WatermarkPolicy = 'min' | 'max';

export const watermarkPolicies: readonly WatermarkPolicy[] = ['min', 'max'];

interface Tracked {
  readonly delayMs: number;
  /** Largest event time seen minus the delay; undefined before the first row. */
  reached: number | undefined;
  /** Left out of the minimum or maximum: its source has completed. */
  ended: boolean;
  /** Left out as well: no row has come for a while. */
  idle: boolean;
}

/**
 * The global watermark: the smallest (or largest) over the watermark nodes of the largest event time
 * seen minus the delay, never falling. A node that has seen no row counts as 0.
 *
 * Times in whole ms since the epoch. Source: semantics/spark.md 2.4.
 */
export class WatermarkTracker {
  private readonly nodes = new Map<string, Tracked>();
  private watermark = 0;

  constructor(private readonly policy: WatermarkPolicy) {}

  add(id: string, delayMs: number): void {
    this.nodes.set(id, { delayMs, reached: undefined, ended: false, idle: false });
  }

  delete(id: string): void {
    this.nodes.delete(id);
  }

  /** From the beginning, for rows that come anew; only where nothing has been judged by it that remains. */
  reset(): void {
    this.watermark = 0;
  }

  get isEmpty(): boolean {
    return this.nodes.size === 0;
  }

  /** The watermark that the next batch will use. */
  get current(): number {
    return this.watermark;
  }

  /** Takes the largest event time that passed node `id` in a batch; −Infinity or NaN: no row had one. */
  seen(id: string, maxEventTime: number): void {
    const node = this.nodes.get(id);
    if (!node || !(maxEventTime > Number.NEGATIVE_INFINITY)) return;
    const reached = Math.floor(maxEventTime) - node.delayMs;
    if (node.reached === undefined || reached > node.reached) node.reached = reached;
  }

  /** Takes a node whose sources have completed out of the reckoning. */
  ended(id: string, ended: boolean): void {
    const node = this.nodes.get(id);
    if (node) node.ended = ended;
  }

  hasEnded(id: string): boolean {
    return this.nodes.get(id)?.ended === true;
  }

  /** Takes an idle node out of the reckoning, or back in. */
  idle(id: string, idle: boolean): void {
    const node = this.nodes.get(id);
    if (node) node.idle = idle;
  }

  /** Moves the global watermark to where the nodes are now, or to `atLeast` if that is later. */
  advance(atLeast = 0): number {
    let global: number | undefined;
    for (const node of this.nodes.values()) {
      if (node.ended || node.idle) continue;
      const reached = node.reached ?? 0;
      if (global === undefined) global = reached;
      else global = this.policy === 'min' ? Math.min(global, reached) : Math.max(global, reached);
    }
    this.watermark = Math.max(this.watermark, global ?? 0, atLeast);
    return this.watermark;
  }

  /** Where each node is, for the epoch record. */
  snapshot(): Readonly<Record<string, number>> {
    const all: [string, number][] = [];
    for (const [id, node] of this.nodes) {
      if (node.reached !== undefined) all.push([id, node.reached]);
    }
    return Object.fromEntries(all);
  }

  /** Takes up what an epoch record says. */
  restore(watermark: number, reached: Readonly<Record<string, number>>): void {
    this.watermark = watermark;
    for (const [id, value] of Object.entries(reached)) {
      const node = this.nodes.get(id);
      if (node) node.reached = value;
    }
  }
}
