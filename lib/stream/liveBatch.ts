import type { Batch } from '../query/batch.js';

/**
 * The turn of a live subscription that is under way: one object for all of them, since a turn is a row.
 * The clock is read once per turn, and only if an operator asks for the time.
 */
export class LiveBatch implements Batch {
  batchId = -1;
  watermarkMs: number;
  previousWatermarkMs: number;
  closing = false;
  readonly bounded = false;
  private readMs: number | undefined;

  constructor(
    watermarkMs: number,
    private readonly now: () => number,
  ) {
    this.watermarkMs = watermarkMs;
    this.previousWatermarkMs = watermarkMs;
  }

  get firstBatch(): boolean {
    return this.batchId === 0;
  }

  get timestampMs(): number {
    this.readMs ??= this.now();
    return this.readMs;
  }

  next(watermarkMs: number, closing: boolean): void {
    this.batchId += 1;
    this.previousWatermarkMs = this.watermarkMs;
    this.watermarkMs = watermarkMs;
    this.closing = closing;
    this.readMs = undefined;
  }
}
