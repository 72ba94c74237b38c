import { StreamingError } from '../errors.js';
import { scheduleAfter } from '../triggers/scheduleAfter.js';
import type { QuerySetup } from './querySetup.js';

/**
 * What operators of a run wait for of the user's own code, which may never answer: a time limit for each,
 * and an end for all. What comes after that is dropped.
 */
export class SilentAnswers {
  private readonly waiting = new Set<(error: Error) => void>();
  private reason: Error | undefined;

  constructor(private readonly setup: Pick<QuerySetup, 'clock' | 'rxTimeoutMs'>) {}

  /** Rejects with `NO_ANSWER` when the time is up. */
  wait<T>(operator: string, answer: PromiseLike<T>, what: string): Promise<T> {
    const { clock, rxTimeoutMs: timeoutMs } = this.setup;
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        timeout.unsubscribe();
        this.waiting.delete(giveUp);
        done();
      };
      const giveUp = (error: Error) => settle(() => reject(error));
      const timeout = scheduleAfter(
        clock,
        () => giveUp(new StreamingError('NO_ANSWER', { operator, what, timeoutMs })),
        timeoutMs,
      );
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
