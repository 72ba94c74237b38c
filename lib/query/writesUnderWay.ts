import { isPromise, type MaybePromise, type Steps, then, wait } from '../maybe.js';
import { batchFailed, CommitFailed } from './batchFailure.js';
import type { BatchReport } from './batchReport.js';
import { type BatchOutcome, PendingCommit } from './pendingCommit.js';
import type { PlanEntry, QueryCheckpoint } from './queryCheckpoint.js';

/** What a commit leads to. */
export interface CommitSteps {
  /** Sources forget what the batch has read. */
  forget(outcome: BatchOutcome): Steps<void>;
  /** The batch is committed; at which time (ms, monotonic), as far as the disk and the sources are concerned. */
  committed(outcome: BatchOutcome, committedAt: number): void;
}

/**
 * What is on its way to disk while the next batch is read and computed: the commit of the batch before, and
 * the plan of the one that runs. The sink has no row of a batch before both are there.
 */
export class WritesUnderWay {
  /** Has run, and is not committed yet. */
  private pending: PendingCommit | undefined;
  /** The plan that has not got to disk; undefined once it has. */
  private planned: MaybePromise<void> = undefined;

  constructor(
    private readonly report: BatchReport,
    private readonly steps: CommitSteps,
  ) {}

  get isEmpty(): boolean {
    return this.pending === undefined && this.planned === undefined;
  }

  get hasCommit(): boolean {
    return this.pending !== undefined;
  }

  /** A commit is on its way, and has not answered. */
  get isCommitting(): boolean {
    return this.pending?.isAnswered === false;
  }

  /** The commit that is on its way has answered, and nobody has been told. */
  get isAnswered(): boolean {
    return this.pending?.isAnswered === true;
  }

  /** The plan counts once the commit that is on its way has answered: at most one batch is planned and not committed. */
  plan(checkpoint: QueryCheckpoint, plan: PlanEntry): void {
    const { report, pending } = this;
    const [took, started] = [report.timer(), report.now()];
    this.planned = then(checkpoint.plan(plan, pending?.answer), () =>
      took('walCommit', Math.max(started, pending?.answeredAt ?? started)),
    );
    if (!isPromise(this.planned)) return;
    const done = () => {
      this.planned = undefined;
    };
    this.planned.then(done, () => undefined); // whoever awaits `planned` has the error
  }

  *whenPlanned(): Steps<void> {
    yield* wait(this.planned);
  }

  /** The commit of a batch that has run has begun; `answered` is called if it answers later. */
  commit(outcome: BatchOutcome, answer: MaybePromise<void>, answered: () => void): void {
    this.pending = new PendingCommit(outcome, answer, answered);
  }

  /** Waits for the commit that is on its way, if there is one, and tells of its batch. */
  *settle(): Steps<void> {
    const { pending, report, steps } = this;
    if (pending === undefined) return;
    if (pending.failure !== undefined) throw pending.failure;
    const { outcome } = pending;
    const { batchId, at, ranges } = outcome;
    let answered = 0;
    try {
      yield* wait(pending.answer);
      answered = report.now();
      yield* steps.forget(outcome);
    } catch (cause) {
      pending.failure = new CommitFailed(batchFailed(cause, batchId, at.phase, ranges));
      throw pending.failure;
    }
    this.pending = undefined;
    // It may have answered long before anybody came for the answer.
    steps.committed(outcome, pending.answeredAt + report.now() - answered);
  }

  /** Nothing is written any more once this has ended. Answers why the batch before was not committed. */
  *end(): Steps<unknown> {
    try {
      yield* wait(this.planned);
    } catch {
      // whoever waits for the plan has this error, or a worse one
    }
    this.planned = undefined;
    try {
      yield* this.settle();
    } catch (error) {
      return error;
    } finally {
      this.pending = undefined;
    }
    return undefined;
  }
}
