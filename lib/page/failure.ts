import { StreamingError } from '../errors.js';
import { withoutPassword } from '../withoutPassword.js';
import type { Failure } from './wire.js';

/** An error of a query as the page shows it: what was wrong, where, and what to do. */
export function failureOf(
  error: StreamingError,
  how: { readonly durable: boolean; readonly restarting: boolean },
): Failure {
  const { cause } = error;
  const params = error.params as { readonly operator?: unknown };
  return {
    code: error.code,
    message: error.message,
    cause:
      cause instanceof Error
        ? {
            code: cause instanceof StreamingError ? cause.code : null,
            message: withoutPassword(cause.message),
          }
        : null,
    operator: typeof params.operator === 'string' ? params.operator : null,
    fix: fixOf(error, how),
    restarting: how.restarting,
  };
}

function fixOf(
  error: StreamingError,
  how: { readonly durable: boolean; readonly restarting: boolean },
): string {
  if (how.restarting) return 'The query starts again by itself, from its last commit.';
  const inBatch = error.code === 'BATCH_FAILED';
  const then = how.durable
    ? 'start the query again: it goes on from its last commit and runs this batch again with the same rows.'
    : 'start the query again. Give it a checkpointLocation, and it will go on where it was.';
  return inBatch
    ? `Nothing of this batch was committed. Mend the cause, or give failedRows: 'deadLetter' to set such rows aside; then ${then}`
    : `Mend what the message names, then ${then}`;
}
