import { type SchedulerLike, Subscription } from 'rxjs';

/**
 * Work for multiples of an interval, one timer for each: timers of their own, set at different instants,
 * would not keep the order in which the work was given.
 */
export class GridQueue {
  private readonly waiting = new Map<number, (() => void)[]>();

  constructor(
    private readonly intervalMs: number,
    private readonly clock: SchedulerLike,
  ) {}

  /** Calls `schedule`, which starts the work, at the first multiple that is not before `dueMs`. */
  add(dueMs: number, schedule: () => Subscription): Subscription {
    const at = Math.ceil(dueMs / this.intervalMs) * this.intervalMs;
    const subscription = new Subscription();
    const start = () => {
      if (!subscription.closed) subscription.add(schedule());
    };
    const others = this.waiting.get(at);
    if (others) others.push(start);
    else {
      this.waiting.set(at, [start]);
      this.clock.schedule(() => this.release(at), at - this.clock.now());
    }
    return subscription;
  }

  /** What is due at `at`, and before it where a timer is late. */
  private release(at: number): void {
    const due = [...this.waiting.keys()].filter((time) => time <= at).sort((a, b) => a - b);
    for (const time of due) {
      const starts = this.waiting.get(time) ?? [];
      this.waiting.delete(time);
      for (const start of starts) start();
    }
  }
}
