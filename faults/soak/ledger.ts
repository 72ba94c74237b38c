import type { Closed } from './child.js';
import { windowMs, windowRows } from './load.js';

/** The sink of a soak: keeps batches by id, and knows of each window whether it has come, once. */
export class Ledger {
  flaw: string | undefined;
  windows = 0;
  private last = -1;
  private lastText = '';
  /** Windows of which some keys have come. */
  private readonly open = new Map<number, Set<string>>();
  /** All windows before this one are complete. */
  private complete = 0;

  take(batchId: number, rows: readonly Closed[], end: number): void {
    const text = JSON.stringify([...rows].sort());
    if (batchId === this.last) {
      if (text !== this.lastText) this.flaw ??= `batch ${batchId} came again with other rows`;
      return;
    }
    if (batchId !== this.last + 1) this.flaw ??= `batch ${batchId} follows ${this.last}`;
    this.last = batchId;
    this.lastText = text;
    for (const row of rows) this.add(row, end);
    for (let at = this.complete; this.isComplete(at, end); at += windowMs) {
      this.open.delete(at);
      this.complete = at + windowMs;
      this.windows += 1;
    }
  }

  get batches(): number {
    return this.last + 1;
  }

  /** What is missing when all rows have been read. */
  missing(end: number, lastTime: number): string | undefined {
    if (this.complete > lastTime) return undefined;
    const found = this.open.get(this.complete)?.size ?? 0;
    return `window ${this.complete} has ${found} keys of ${windowRows(this.complete, end).size}`;
  }

  private add([start, key, sums]: Closed, end: number): void {
    const expected = windowRows(start, end).get(key);
    if (expected !== sums) this.flaw ??= `window ${start} of ${key}: ${sums}, not ${expected}`;
    const known = this.open.get(start) ?? new Set();
    if (start < this.complete || known.has(key)) this.flaw ??= `window ${start} of ${key} twice`;
    this.open.set(start, known.add(key));
  }

  private isComplete(start: number, end: number): boolean {
    const found = this.open.get(start)?.size ?? 0;
    return found > 0 && found === windowRows(start, end).size;
  }
}
