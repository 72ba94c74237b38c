import { StreamingError } from '../../lib/errors.js';
import { type LoadedState, loadPages } from '../durable/loadPages.js';
import { openLevel, reasonOf } from './levelByteStore.js';
import { createFormat, databaseDirectory, leaveCleanMark } from './storeFiles.js';
import { defaultSizes } from './storeSizes.js';

/**
 * Makes the LevelDB of a checkpoint in `directory` from the state of another, verified and synced.
 *
 * Errors: `STATE_OPEN_FAILED`, `STATE_CORRUPT`, `STATE_FORMAT_UNSUPPORTED`, `STATE_OUTCOME_UNKNOWN`.
 */
export async function loadState(state: LoadedState): Promise<void> {
  const { directory } = state;
  await createFormat(directory);
  const database = databaseDirectory(directory);
  const store = await openLevel(database, true, defaultSizes()).catch((cause: unknown) => {
    const reason = reasonOf(cause);
    throw new StreamingError('STATE_OPEN_FAILED', { directory, reason }, { cause });
  });
  try {
    await loadPages(store, state);
  } finally {
    await store.close();
  }
  await leaveCleanMark(directory);
}
