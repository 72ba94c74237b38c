import { scheduleAfter } from '../triggers/scheduleAfter.js';
import type { QuerySetup } from './querySetup.js';

/**
 * What a run waits for of the user's own code, which may never answer: a time limit for each, and an end for
 * all. What comes after that is dropped.
 */
export class TimedWaits {
  private readonly waiting = new Set<(error: Error) => void>();
  private reason: Error | undefined;

  constructor(private readonly setup: Pick<QuerySetup, 'clock' | 'rxTimeoutMs'>) {}

  /** Answers as `answer` does; rejects with `tooLate` when the time is up. */
  wait<T>(answer: PromiseLike<T>, tooLate: (timeoutMs: number) => Error): Promise<T> {
    const { clock, rxTimeoutMs } = this.setup;
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        timeout.unsubscribe();
        this.waiting.delete(giveUp);
        done();
      };
      const giveUp = (error: Error) => settle(() => reject(error));
      const timeout = scheduleAfter(clock, () => giveUp(tooLate(rxTimeoutMs)), rxTimeoutMs);
      this.waiting.add(giveUp);
      answer.then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
      if (this.reason) giveUp(this.reason);
    });
  }

  /** Those that are waited for now, and later ones. */
  giveUp(reason: Error): void {
    this.reason = reason;
    for (const giveUp of this.waiting) giveUp(reason);
  }
}
