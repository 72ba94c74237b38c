import { type SchedulerLike, Subscription } from 'rxjs';
import { scheduleAfter, standFor } from './scheduleAfter.js';

/** What waits for one multiple of the interval, in the order in which it was given. */
interface Due {
  readonly starts: Set<() => void>;
  readonly timer: Subscription;
}

/**
 * Work for multiples of an interval, one timer for each: timers of their own, set at different instants,
 * would not keep the order in which the work was given.
 */
export class GridQueue {
  private readonly waiting = new Map<number, Due>();

  constructor(
    private readonly intervalMs: number,
    private readonly clock: SchedulerLike,
  ) {}

  /** Calls `schedule`, which starts the work, at the first multiple that is not before `dueMs`. */
  add(dueMs: number, schedule: () => Subscription): Subscription {
    const at = Math.ceil(dueMs / this.intervalMs) * this.intervalMs;
    const due = this.waiting.get(at) ?? this.newDue(at);
    const subscription = new Subscription(() => {
      due.starts.delete(start);
      if (due.starts.size > 0 || this.waiting.get(at) !== due) return;
      this.waiting.delete(at);
      due.timer.unsubscribe();
    });
    const start = () => standFor(subscription, schedule());
    due.starts.add(start);
    return subscription;
  }

  private newDue(at: number): Due {
    const timer = scheduleAfter(this.clock, () => this.release(at), at - this.clock.now());
    const due = { starts: new Set<() => void>(), timer };
    this.waiting.set(at, due);
    return due;
  }

  /** What is due at `at`, and before it where a timer is late. */
  private release(at: number): void {
    const times = [...this.waiting.keys()].filter((time) => time <= at).sort((a, b) => a - b);
    for (const time of times) {
      const { starts = [] } = this.waiting.get(time) ?? {};
      this.waiting.delete(time);
      for (const start of starts) start();
    }
  }
}
