import { memoryBackend } from '../../state/memoryBackend.js';
import type { QueryCheckpoint } from './queryCheckpoint.js';

/** A query without a checkpointLocation: nothing is kept. */
export function volatileCheckpoint(queryId: string): QueryCheckpoint {
  const backend = memoryBackend();
  return {
    queryId,
    isNew: true,
    lastPlanned: undefined,
    lastEpoch: undefined,
    backend,
    plan: () => undefined,
    purge: () => undefined,
    sourceDirectory: () => undefined,
    close: () => backend.close(),
  };
}
