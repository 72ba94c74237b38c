import type { SchedulerLike } from 'rxjs';
import { scheduleAfter } from '../triggers/scheduleAfter.js';

/** Those who wait for something to happen; one who gives up leaves nothing behind. */
export class Waiters {
  private readonly waiting = new Set<() => void>();

  /** True once it happens; false if `timeoutMs` pass first. */
  wait(clock: SchedulerLike, timeoutMs: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const happened = () => {
        timer?.unsubscribe();
        resolve(true);
      };
      const giveUp = () => {
        this.waiting.delete(happened);
        resolve(false);
      };
      const timer = timeoutMs === undefined ? undefined : scheduleAfter(clock, giveUp, timeoutMs);
      this.waiting.add(happened);
    });
  }

  /** It has happened. */
  release(): void {
    for (const happened of this.waiting) happened();
    this.waiting.clear();
  }

  /** For tests: how many wait. */
  get size(): number {
    return this.waiting.size;
  }
}
