import { StreamingError } from '../errors.js';
import { reasonOf } from './operatorError.js';
import type { ReadRange } from './pendingCommit.js';

/** The batch before the one that runs could not be committed: what the query ends with. */
export class CommitFailed extends Error {
  constructor(readonly failure: StreamingError) {
    super(failure.message);
  }
}

/** BATCH_FAILED, with the batch id, the operator, the ranges and the cause. */
export function batchFailed(
  cause: unknown,
  batchId: number,
  operator: string,
  read: readonly ReadRange[],
): StreamingError {
  const reason = reasonOf(cause);
  const ranges = read
    .map(({ source, after, upTo }) => {
      return `${source.id}: ${JSON.stringify(after)} to ${JSON.stringify(upTo)}`;
    })
    .join(', ');
  return new StreamingError('BATCH_FAILED', { batchId, operator, ranges, reason }, { cause });
}
