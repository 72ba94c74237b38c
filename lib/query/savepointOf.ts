import { StreamingError } from '../errors.js';
import type { SavepointInfo } from '../savepoint/beginSavepoint.js';
import type { QuerySetup } from './querySetup.js';
import type { StreamExecution } from './streamExecution.js';

/** Copies the last commit of a running query: the position between two batches, the state behind them. */
export async function savepointOf(
  execution: StreamExecution,
  setup: QuerySetup,
  directory: string,
): Promise<SavepointInfo> {
  const name = setup.label;
  const nowMs = setup.trigger.now();
  const finish = await execution.between((checkpoint) => {
    if (checkpoint.beginSavepoint === undefined) {
      const reason = 'it has no checkpointLocation, so nothing is kept';
      throw new StreamingError('SAVEPOINT_UNAVAILABLE', { name, reason });
    }
    const batchId = execution.lastCommitted;
    if (batchId === undefined) {
      const reason = 'no batch has been committed yet';
      throw new StreamingError('SAVEPOINT_UNAVAILABLE', { name, reason });
    }
    return checkpoint.beginSavepoint({ directory, batchId, nowMs });
  });
  return finish();
}
