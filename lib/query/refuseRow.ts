import { StreamingError } from '../errors.js';
import type { RowPolicy } from '../stream/sourceNode.js';
import { reasonOf } from '../thrown.js';
import { withoutPassword } from '../withoutPassword.js';
import type { BatchReport } from './batchReport.js';
import { inOperator } from './operatorError.js';

/** A row that an operator, or a record that a source, could not take. `time`: ms, NaN for none. */
interface Refused {
  readonly operator: string;
  readonly row: unknown;
  readonly time: number;
  readonly error: unknown;
}

/** Does with it what `policy` says: fails the batch, or counts it and, as a dead letter, keeps it. */
export function refuseRow(refused: Refused, policy: RowPolicy, report: BatchReport): void {
  const { operator, row, time, error } = refused;
  if (policy === 'fail') throw inOperator(operator, error);
  report.failed(
    {
      row,
      operator,
      eventTimeMs: Number.isNaN(time) ? null : time,
      error: {
        message: withoutPassword(reasonOf(error)),
        ...(error instanceof StreamingError ? { code: error.code } : {}),
      },
      batchId: report.batchId,
    },
    policy === 'deadLetter',
  );
}
