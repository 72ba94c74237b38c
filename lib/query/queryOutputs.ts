import { Subject } from 'rxjs';
import type { StreamingError } from '../errors.js';
import type { BatchOutcome } from './pendingCommit.js';
import type { StreamingQueryProgress } from './progress.js';
import type { FailedRow, LateRow } from './sideRows.js';

/** What a query tells of each batch once it is committed. */
export class QueryOutputs {
  readonly progress$ = new Subject<StreamingQueryProgress>();
  readonly late$ = new Subject<LateRow>();
  readonly failed$ = new Subject<FailedRow>();
  /** Emits the batch id after each commit. */
  readonly committed$ = new Subject<number>();
  /** Somebody looks at `committedRows`: a batch that begins keeps its rows. */
  keepsRows = false;
  /** Result rows of the batch that `committed$` tells of; only while it tells. */
  committedRows: readonly unknown[] = [];

  tell(
    { batchId, rows, lateRows, failedRows }: BatchOutcome,
    progress: StreamingQueryProgress,
  ): void {
    this.committedRows = rows;
    for (const row of lateRows) this.late$.next(row);
    for (const row of failedRows) this.failed$.next(row);
    this.committed$.next(batchId);
    this.committedRows = [];
    this.progress$.next(progress);
  }

  /** Whether somebody would be told of a failure. */
  get isObserved(): boolean {
    return [this.progress$, this.late$, this.failed$].some((subject) => subject.observed);
  }

  end(exception: StreamingError | undefined): void {
    for (const subject of [this.progress$, this.late$, this.failed$, this.committed$]) {
      if (exception) subject.error(exception);
      else subject.complete();
    }
  }
}
