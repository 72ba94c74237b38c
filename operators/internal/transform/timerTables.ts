import type { MaybePromise } from '../../../lib/maybe.js';
import type { StateStore, TimedTable } from '../../../lib/state/stateStore.js';
import type { Due } from '../dueOrder.js';
import { KeyedChain } from './keyedChain.js';

/**
 * Timers of all keys: `timers := time key -> null`, in the order in which they fire, and
 * `key-timers := key -> its times`, for listing.
 *
 * Invariant: both have the same timers.
 */
export class TimerTables {
  readonly byTime: TimedTable<null>;
  /** Told of each timer that is added. */
  onAdd: ((timer: Due) => void) | undefined;
  private readonly byKey: KeyedChain<null>;

  constructor(state: StateStore) {
    this.byTime = state.timed<null>('timers', { counted: false });
    this.byKey = new KeyedChain<null>(state, {
      ends: 'key-timers',
      entries: 'key-timer-entries',
      counted: false,
      toStored: () => null,
      fromStored: () => null,
    });
  }

  /** False if it is there already. */
  add(key: unknown, timeMs: number): boolean {
    if (this.byTime.find(timeMs, key) !== undefined) return false;
    this.byTime.insert(timeMs, key, null);
    this.byKey.set(key, timeMs, null);
    this.onAdd?.({ time: timeMs, key });
    return true;
  }

  has(key: unknown, timeMs: number): boolean {
    return this.byTime.find(timeMs, key) !== undefined;
  }

  /** False if it is not there. */
  remove(key: unknown, timeMs: number): boolean {
    const entry = this.byTime.find(timeMs, key);
    if (entry === undefined) return false;
    this.byTime.remove(entry);
    this.byKey.remove(key, timeMs);
    return true;
  }

  /** Times of a key (ms), earliest first. */
  list(key: unknown): number[] {
    return this.byKey
      .entries(key)
      .map(([time]) => time as number)
      .sort((a, b) => a - b);
  }

  firstMs(): MaybePromise<number | undefined> {
    return this.byTime.firstTime();
  }
}
