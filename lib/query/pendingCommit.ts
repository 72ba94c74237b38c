import { isPromise, type MaybePromise } from '../maybe.js';
import type { FinishProgress } from './batchReport.js';
import type { FailedRow, LateRow } from './sideRows.js';
import type { ReadRange } from './sourceRun.js';

/** What a sink is given of a batch. */
export interface Delivery {
  readonly batchId: number;
  readonly rows: readonly unknown[];
  readonly lateRows: readonly LateRow[];
  readonly failedRows: readonly FailedRow[];
}

/** What is kept of a batch that has run until its commit has answered. */
export interface BatchOutcome extends Delivery {
  readonly ranges: readonly ReadRange[];
  /** What is being worked at, for errors. */
  readonly at: { phase: string };
  readonly progress: FinishProgress;
}

/**
 * The commit of a batch that has run. The next batch may run while it is on its way, and gives nothing to a
 * sink before it has answered.
 */
export class PendingCommit {
  /** It has answered, well or not. */
  isAnswered: boolean;
  /** When it did (ms, monotonic). */
  answeredAt = performance.now();
  /** Why the batch could not be finished. */
  failure: Error | undefined;

  /** @param answered called when it answers later. */
  constructor(
    readonly outcome: BatchOutcome,
    readonly answer: MaybePromise<void>,
    answered: () => void,
  ) {
    this.isAnswered = !isPromise(answer);
    if (!isPromise(answer)) return;
    const note = () => {
      this.isAnswered = true;
      this.answeredAt = performance.now();
      answered();
    };
    answer.then(note, note);
  }
}
