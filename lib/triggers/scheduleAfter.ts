import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/** The longest that Node's timers wait (ms; 24.8 days): asked for more, they fire after 1 ms. */
export const longestDelayMs = 2 ** 31 - 1;

/** `clock.schedule`, however long the delay is. */
export function scheduleAfter<T>(
  clock: SchedulerLike,
  work: (this: SchedulerAction<T>, state?: T) => void,
  delayMs: number,
  state?: T,
): Subscription {
  if (delayMs <= longestDelayMs) return clock.schedule(work, delayMs, state as never);
  const waiting = new Subscription();
  const rest = () => {
    standFor(waiting, scheduleAfter(clock, work, delayMs - longestDelayMs, state));
  };
  waiting.add(clock.schedule(rest, longestDelayMs));
  return waiting;
}

/**
 * `waiting` has been given out for `action`, which is known now: they end together. RxJS's operators end
 * an action that has run through `this`, so that nobody holds on to it; the one given out has to go too.
 */
export function standFor(waiting: Subscription, action: Subscription): void {
  waiting.add(action);
  action.add(waiting);
}
