import type { StageContext } from '../../../lib/plan/planNode.js';
import type { KeyedTable } from '../../../lib/state/stateStore.js';

/**
 * How many rows the join's state has. Its tables have keys and buckets, so the rows are counted here:
 * `size := null -> rows of both sides`.
 */
export class RowCount {
  added = 0;
  removed = 0;
  private readonly size: KeyedTable<number>;
  /** What has been reported in which batch: a batch of continuous mode settles many times. */
  private reported = 0;
  private reportedIn = -1;

  constructor(private readonly ctx: StageContext) {
    this.size = ctx.state.keyed<number>('size', { counted: false });
  }

  /** At the end of a batch: keeps the number and reports it. */
  settle(): void {
    const entry = this.size.find(null);
    const rows = (entry?.value ?? 0) + this.added - this.removed;
    if (!entry) {
      this.size.insert(null, rows);
    } else if (entry.value !== rows) {
      entry.value = rows;
      this.size.touch(entry);
    }
    this.reportTotal(rows);
    if (this.added > 0) this.ctx.count('numRowsUpdated', this.added);
    if (this.removed > 0) this.ctx.count('numRowsRemoved', this.removed);
    this.added = 0;
    this.removed = 0;
  }

  /** `count` adds, and starts at 0 in every batch. */
  private reportTotal(rows: number): void {
    const before = this.reportedIn === this.ctx.batchId ? this.reported : 0;
    this.ctx.count('numRowsTotal', rows - before);
    this.reported = rows;
    this.reportedIn = this.ctx.batchId;
  }
}
