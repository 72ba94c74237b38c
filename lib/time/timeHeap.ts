/** A binary min-heap of times. Pushing rising times costs one comparison each. */
export class TimeHeap {
  private times: number[];

  /** `sorted` is taken over; a sorted array is a heap. */
  constructor(sorted: number[] = []) {
    this.times = sorted;
  }

  get length(): number {
    return this.times.length;
  }

  /** The smallest time; undefined when empty. */
  first(): number | undefined {
    return this.times[0];
  }

  push(time: number): void {
    const times = this.times;
    let at = times.length;
    times.push(time);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = times[parent] as number;
      if (above <= time) break;
      times[at] = above;
      at = parent;
    }
    times[at] = time;
  }

  pop(): number | undefined {
    const times = this.times;
    const smallest = times[0];
    const last = times.pop();
    if (last !== undefined && times.length > 0) this.sink(last);
    return smallest;
  }

  /** All times <= upTo, sorted: costs what it gives, because a larger time has only larger below it. */
  upTo(upTo: number): number[] {
    const found: number[] = [];
    const open: number[] = [0];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const time = this.times[at];
      if (time === undefined || time > upTo) continue;
      found.push(time);
      open.push(2 * at + 1, 2 * at + 2);
    }
    return found.sort((a, b) => a - b);
  }

  private sink(time: number): void {
    const times = this.times;
    const end = times.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= end) break;
      if (child + 1 < end && (times[child + 1] as number) < (times[child] as number)) child++;
      const below = times[child] as number;
      if (below >= time) break;
      times[at] = below;
      at = child;
    }
    times[at] = time;
  }
}
