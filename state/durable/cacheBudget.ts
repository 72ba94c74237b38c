import type { OpenTable } from '../operatorState.js';
import { nextSweep } from '../tables/tableEntry.js';

/**
 * Bounds the decoded entries in memory. Entries carry the number of the sweep in which they were last
 * asked for; a sweep drops first what was not asked for since the sweep before.
 *
 * Changed entries are never dropped: a batch may go beyond the bound by what it changes and loads.
 */
export class CacheBudget {
  sweeps = 0;
  /** Entries that came since the last sweep: a sweep that could drop little is not tried again soon. */
  private arrivals = 0;

  constructor(
    private readonly limit: number,
    private readonly tables: () => Iterable<OpenTable>,
  ) {}

  arrived(count: number, maySweep: boolean): void {
    this.arrivals += count;
    if (maySweep && this.arrivals > this.limit / 4) this.sweep();
  }

  /** Drops what has been written of the tables that ask for it. */
  dropUncached(): void {
    for (const { table, cached } of this.tables()) {
      if (!cached) table.sweep(this.sweeps, 0, Number.POSITIVE_INFINITY);
    }
  }

  private sweep(): void {
    let excess = -this.limit;
    for (const { table } of this.tables()) excess += table.cachedCount;
    if (excess <= 0) return;
    this.arrivals = 0;
    this.sweeps = nextSweep(this.sweeps);
    excess -= this.drop(2, Number.POSITIVE_INFINITY);
    if (excess > 0) this.drop(1, excess + this.limit / 4);
  }

  private drop(unusedFor: number, atMost: number): number {
    let dropped = 0;
    for (const { table } of this.tables()) {
      if (dropped >= atMost) break;
      dropped += table.sweep(this.sweeps, unusedFor, atMost - dropped);
    }
    return dropped;
  }
}
