import { StreamingError } from '../errors.js';
import type { QueryCheckpoint } from './queryCheckpoint.js';
import type { QuerySetup } from './querySetup.js';

/** Options of a checkpoint that are not part of what it must remember. */
export interface DurableOptions {
  readonly cacheEntries: number | undefined;
  readonly killPoint: ((name: string) => void) | undefined;
}

export async function openDurable(
  location: string,
  _setup: QuerySetup,
  _options: DurableOptions,
): Promise<QueryCheckpoint> {
  throw new StreamingError('QUERY_FAILED', {
    name: location,
    reason: 'checkpoints are not there yet',
  });
}
