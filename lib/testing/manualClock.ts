import { asapScheduler, type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/** A clock that stands still until it is moved; see {@link manualClock}. */
export interface ManualClock extends SchedulerLike {
  /** Moves the clock by so many ms and runs what becomes due, in order of time. */
  advance(ms: number): void;
  /** What is waiting for a later time. */
  readonly waiting: number;
}

interface Due {
  readonly at: number;
  readonly order: number;
  run(): void;
}

/**
 * A clock for tests: processing time moves only by `advance`. Work for now runs on the microtask queue,
 * as it does with a real clock.
 *
 * @param startMs ms since the epoch; default 0.
 * @example
 * const clock = manualClock();
 * const query = writeStream(counts, { sink, trigger: processingTime('10 seconds', clock) });
 * clock.advance(10_000);
 * @since 0.1.0
 */
export function manualClock(startMs = 0): ManualClock {
  return new StandingClock(startMs);
}

class StandingClock implements ManualClock {
  private readonly queue = new Map<number, Due>();
  private order = 0;

  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  get waiting(): number {
    return this.queue.size;
  }

  schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay = 0,
    state?: T,
  ): Subscription {
    const action = new Action<T>(work, (next, ms) => this.enter(next, ms));
    action.schedule(state, delay);
    return action;
  }

  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`a clock moves forward only, not by ${ms} ms`);
    const target = this.time + ms;
    for (;;) {
      const next = this.earliest();
      if (!next || next.at > target) break;
      this.queue.delete(next.order);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
    this.time = target;
  }

  private enter(run: () => void, delayMs: number): Subscription {
    if (delayMs <= 0) return asapScheduler.schedule(run);
    const order = this.order++;
    this.queue.set(order, { at: this.time + delayMs, order, run });
    return new Subscription(() => this.queue.delete(order));
  }

  private earliest(): Due | undefined {
    let first: Due | undefined;
    for (const due of this.queue.values()) {
      if (!first || due.at < first.at || (due.at === first.at && due.order < first.order))
        first = due;
    }
    return first;
  }
}

/** RxJS operators reschedule through the action that they are given as `this`. */
class Action<T> extends Subscription implements SchedulerAction<T> {
  private pending: Subscription | undefined;

  constructor(
    private readonly work: (this: SchedulerAction<T>, state?: T) => void,
    private readonly enter: (run: () => void, delayMs: number) => Subscription,
  ) {
    super();
    this.add(() => this.pending?.unsubscribe());
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.pending?.unsubscribe();
    this.pending = this.enter(() => {
      this.pending = undefined;
      if (!this.closed) this.work.call(this, state);
    }, delay);
    return this;
  }
}
