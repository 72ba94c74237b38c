import type { SchedulerLike, Subscription } from 'rxjs';
import { drive, isPromise, type MaybePromise, type Steps, wait } from '../maybe.js';
import { longestDelayMs } from '../triggers/scheduleAfter.js';

/** What a trigger has led to: look again at once, wait for rows, or the query is over. */
export type Outcome = 'more' | 'idle' | 'ended';

/** What the loop drives. */
export interface QueryLife {
  readonly isActive: boolean;
  /** Ends when a trigger finds nothing to do. */
  readonly bounded: boolean;
  trigger(): Steps<Outcome>;
  close(): Steps<Outcome>;
  /** Takes an error of any step: ends the query, or starts it again. Never throws. */
  failed(error: unknown): Steps<Outcome>;
  /** A trigger has found nothing to do. Answers when something is due without new rows (ms). */
  waiting(): number | undefined;
}

/** A scheduler that wants to know when nothing is left to do. */
export type LoopScheduler = SchedulerLike & { idle?(): void };

/** Decides when the next trigger runs; one step of the query's life at a time. */
export class TriggerLoop {
  stopping = false;
  isPaused = false;
  private busy = false;
  private woken = false;
  private scheduled: { subscription: Subscription; at: number } | undefined;
  /** What waits for the step that is running; none of it throws. */
  private readonly visits: (() => Promise<void>)[] = [];

  constructor(
    private readonly scheduler: LoopScheduler,
    private readonly life: QueryLife,
  ) {}

  /** A batch is running, or the query is opening or closing. */
  get isBusy(): boolean {
    return this.busy;
  }

  /** Somebody has asked for a trigger since the one that is running began. */
  get isWoken(): boolean {
    return this.woken;
  }

  /** Runs steps and goes on with what they say, at once or later. */
  run(steps: () => Steps<Outcome>): void {
    this.busy = true;
    let outcome: MaybePromise<Outcome>;
    try {
      outcome = drive(steps());
    } catch (error) {
      return this.fail(error);
    }
    if (isPromise(outcome)) {
      outcome.then(
        (value) => this.proceed(value),
        (error: unknown) => this.fail(error),
      );
    } else this.proceed(outcome);
  }

  fail(error: unknown): void {
    this.run(() => this.life.failed(error));
  }

  /** Rows have arrived somewhere. */
  wake(): void {
    if (!this.life.isActive || this.isPaused) return;
    if (this.busy) this.woken = true;
    else this.request(0);
  }

  /** Runs steps that do not wait for the trigger; steps that are running come to them by themselves. */
  attend(steps: () => Steps<Outcome>): void {
    if (!this.life.isActive) return;
    if (this.busy) this.woken = true;
    else this.run(steps);
  }

  pause(): void {
    this.isPaused = true;
    this.cancel();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.wake();
  }

  /** Closes the query, after the step that is running. */
  stop(): void {
    this.stopping = true;
    this.cancel();
    if (!this.busy) this.run(() => this.life.close());
  }

  cancel(): void {
    this.scheduled?.subscription.unsubscribe();
    this.scheduled = undefined;
  }

  /** Runs `body` when no step runs, and holds back the next. */
  between<T>(body: () => MaybePromise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.visits.push(async () => {
        try {
          resolve(await body());
        } catch (error) {
          reject(error);
        }
      });
      if (!this.busy) this.run(() => this.admitBefore('more'));
    });
  }

  /** Those who wait in `between`, one after the other. A query that closes admits them while it still can. */
  *admit(): Steps<void> {
    for (;;) {
      const visit = this.visits.shift();
      if (visit === undefined) return;
      yield* wait(visit());
    }
  }

  private *admitBefore(outcome: Outcome): Steps<Outcome> {
    yield* this.admit();
    return this.life.isActive ? outcome : 'ended';
  }

  private proceed(outcome: Outcome): void {
    this.busy = false;
    if (this.visits.length > 0) return this.run(() => this.admitBefore(outcome));
    if (outcome === 'ended') return;
    if (this.stopping) return this.run(() => this.life.close());
    if (outcome === 'more' || this.woken) return this.request(0);
    if (this.life.bounded) return this.run(() => this.life.close());
    this.scheduler.idle?.();
    const due = this.life.waiting();
    if (due !== undefined) this.request(Math.max(0, due - this.scheduler.now()));
  }

  private request(afterMs: number): void {
    if (this.stopping || this.isPaused || !this.life.isActive) return;
    // Woken before it is due, the query finds nothing to do and asks again.
    const delayMs = Math.min(afterMs, longestDelayMs);
    const at = this.scheduler.now() + delayMs;
    if (this.scheduled) {
      if (this.scheduled.at <= at) return;
      this.scheduled.subscription.unsubscribe();
    }
    const slot = { subscription: undefined as unknown as Subscription, at };
    this.scheduled = slot;
    let ran = false;
    let subscription: Subscription;
    try {
      subscription = this.scheduler.schedule(() => {
        ran = true;
        if (this.scheduled === slot) this.scheduled = undefined;
        this.fire();
      }, delayMs);
    } catch (error) {
      if (ran) throw error; // of other work in its queue
      this.scheduled = undefined;
      return this.fail(error);
    }
    slot.subscription = subscription;
    if (!ran && subscription.closed) {
      // A scheduler that takes no more work ends the query.
      this.scheduled = undefined;
      this.run(() => this.life.close());
    }
  }

  private fire(): void {
    if (!this.life.isActive || this.isPaused) return;
    if (this.busy) {
      this.woken = true;
      return;
    }
    this.woken = false;
    this.run(() => this.life.trigger());
  }
}
