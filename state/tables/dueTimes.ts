import { TimeHeap } from '../../lib/time/timeHeap.js';

/**
 * The times of buckets, so that what is due is found at the cost of what is due.
 *
 * Times of emptied buckets stay until they surface or the heap has become too large; whoever takes a
 * time asks whether its bucket is still there.
 */
export class DueTimes {
  private heap = new TimeHeap();
  /** Times added in this batch, for iterations that are under way. */
  private added: number[] = [];

  /** `buckets` counts the buckets there are; `times` gives their times if the heap is to be rebuilt. */
  add(time: number, buckets: number, times: () => Iterable<number>): void {
    this.added.push(time);
    if (this.heap.length > 2 * buckets + 64) {
      this.heap = new TimeHeap(Array.from(times()).sort((a, b) => a - b));
      return;
    }
    this.heap.push(time);
  }

  /** The smallest time that `isThere`; others above it are dropped. */
  first(isThere: (time: number) => boolean): number | undefined {
    for (;;) {
      const time = this.heap.first();
      if (time === undefined || isThere(time)) return time;
      this.heap.pop();
    }
  }

  /** Times <= upTo in order, ones added meanwhile included unless they have been passed. */
  *upTo(upTo: number): Iterable<number> {
    const due = new TimeHeap(this.heap.upTo(upTo));
    const added = this.added;
    let seen = added.length;
    let passed = Number.NEGATIVE_INFINITY;
    for (;;) {
      for (; seen < added.length; seen++) {
        const time = added[seen] as number;
        if (time >= passed && time <= upTo) due.push(time);
      }
      const time = due.pop();
      if (time === undefined) return;
      passed = time;
      yield time;
    }
  }

  /** Takes the smallest time <= upTo out. */
  take(upTo: number): number | undefined {
    const time = this.heap.first();
    return time !== undefined && time <= upTo ? this.heap.pop() : undefined;
  }

  beginBatch(): void {
    if (this.added.length > 0) this.added = [];
  }
}
