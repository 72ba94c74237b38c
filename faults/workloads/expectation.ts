import type { Event, Model, Workload } from './workload.js';

/** One turn of a batch as it was planned: its rows, source by source. */
export interface PlannedRows {
  readonly rows: readonly (readonly Event[])[];
  readonly timestampMs: number;
  readonly closing: boolean;
}

/**
 * What a query must have answered after a sequence of batches: the model, fed batch by batch, and the
 * watermark that it reckons by itself.
 */
export class Expectation {
  private readonly model: Model;
  private readonly reached: (number | undefined)[];
  /** Of the next turn. */
  watermark = 0;
  private used = 0;

  constructor(private readonly workload: Workload) {
    this.model = workload.model();
    this.reached = workload.delaysMs.map(() => undefined);
  }

  turn(planned: PlannedRows): readonly object[] {
    const { workload } = this;
    const has = workload.delaysMs.length > 0;
    const rows = planned.rows.map((list) => list.filter((row) => workload.keep(row)));
    const { closing, timestampMs } = planned;
    const late = has ? this.used : Number.NEGATIVE_INFINITY;
    const open = has ? this.watermark : Number.NEGATIVE_INFINITY;
    const evict = closing ? Number.POSITIVE_INFINITY : open;
    const out = this.model.batch(rows, { late, evict, closing, timestampMs });
    this.used = this.watermark;
    for (const [source, list] of rows.entries()) this.see(source, list);
    this.advance();
    return out;
  }

  /** Whether rows are due, by the watermark or at this time, that no turn has given. */
  isDue(nowMs: number): boolean {
    const has = this.workload.delaysMs.length > 0;
    return this.model.isDue(has ? this.watermark : Number.NEGATIVE_INFINITY, nowMs);
  }

  private see(source: number, rows: readonly Event[]): void {
    const delay = this.workload.delaysMs[source];
    if (delay === undefined) return;
    for (const row of rows) {
      const at = row.at - delay;
      const before = this.reached[source];
      if (before === undefined || at > before) this.reached[source] = at;
    }
  }

  private advance(): void {
    if (this.reached.length === 0) return;
    const reached = this.reached.map((at) => at ?? 0);
    const { policy } = this.workload;
    const global = policy === 'min' ? Math.min(...reached) : Math.max(...reached);
    this.watermark = Math.max(this.watermark, global);
  }
}
