/**
 * Event times of the rows that passed a watermark node in one batch (ms). A null time counts as 0 in
 * min and avg, and cannot raise max above what rows have (semantics/spark.md 2.17).
 */
export class EventTimeStats {
  count = 0;
  max = Number.NEGATIVE_INFINITY;
  min = Number.POSITIVE_INFINITY;
  sum = 0;

  add(count: number, max: number, min: number, sum: number): void {
    this.count += count;
    if (max > this.max) this.max = max;
    if (min < this.min) this.min = min;
    this.sum += sum;
  }

  clear(): void {
    this.count = 0;
    this.max = Number.NEGATIVE_INFINITY;
    this.min = Number.POSITIVE_INFINITY;
    this.sum = 0;
  }
}
