import { StreamingError } from '../errors.js';
import { failedKeyOf } from '../plan/failedKey.js';
import type { RowPolicy } from '../stream/sourceNode.js';
import { reasonOf } from '../thrown.js';
import type { BatchReport } from './batchReport.js';
import { OperatorError } from './operatorError.js';
import type { QuerySetup } from './querySetup.js';
import type { ReadRange } from './sourceRun.js';

/** The batch before the one that runs could not be committed: what the query ends with. */
export class CommitFailed extends Error {
  constructor(readonly failure: StreamingError) {
    super(failure.message);
  }
}

/**
 * What has gone wrong in a query, as users see it: of a batch its id, ranges, operator and cause. The batch
 * that `report` is at runs no longer.
 */
export function failureOf(
  error: unknown,
  report: BatchReport,
  setup: QuerySetup,
  ranges: readonly ReadRange[],
): StreamingError {
  if (error instanceof CommitFailed) return error.failure;
  const cause = error instanceof OperatorError ? error.cause : error;
  if (!report.running) {
    if (cause instanceof StreamingError) return cause;
    const inside = error instanceof OperatorError ? `${error.operatorId}: ` : '';
    const reason = `${inside}${reasonOf(cause)}`;
    return new StreamingError('QUERY_FAILED', { name: setup.label, reason }, { cause });
  }
  report.running = false;
  if (!(error instanceof OperatorError)) {
    return batchFailed(cause, report.batchId, report.phase, ranges);
  }
  const { operatorId } = error;
  const hint = policyHint(setup.failedRowsAt(operatorId), cause);
  return batchFailed(cause, report.batchId, operatorId, ranges, hint);
}

/** Why a row that an operator could not take was not treated as `failedRows` says for that operator. */
function policyHint(policy: RowPolicy, cause: unknown): string | undefined {
  // A coded cause is no function of the user's, or says itself what to do.
  if (policy === 'fail' || cause instanceof StreamingError) return undefined;
  return `failedRows: '${policy}' holds for where, select, withColumns, validate, explode, withWatermark and windowTime, not for an operator that may have put a part of the row into its result already: compute what may throw in a select before it`;
}

/** BATCH_FAILED, with the batch id, the operator, the ranges, the key of a state function and the cause. */
export function batchFailed(
  cause: unknown,
  batchId: number,
  operator: string,
  read: readonly ReadRange[],
  hint?: string,
): StreamingError {
  const reason = reasonOf(cause);
  const key = failedKeyOf(cause);
  const ranges = read
    .map(({ source, after, upTo }) => {
      return `${source.id}: ${JSON.stringify(after)} to ${JSON.stringify(upTo)}`;
    })
    .join(', ');
  const params = {
    batchId,
    operator,
    ranges,
    reason,
    ...(key === undefined ? {} : { key }),
    ...(hint === undefined ? {} : { hint }),
  };
  return new StreamingError('BATCH_FAILED', params, { cause });
}
