import { type LoadedState, loadPages } from '../durable/loadPages.js';
import { openLevel } from './levelByteStore.js';
import { createFormat, databaseDirectory, leaveCleanMark } from './storeFiles.js';
import { defaultSizes } from './storeSizes.js';

/**
 * Makes the LevelDB of a checkpoint in `directory` from the state of another, verified and synced.
 *
 * Errors: `STATE_CORRUPT`, `STATE_FORMAT_UNSUPPORTED`, `STATE_OUTCOME_UNKNOWN`.
 */
export async function loadState(state: LoadedState): Promise<void> {
  const { directory } = state;
  await createFormat(directory);
  const store = await openLevel(databaseDirectory(directory), true, defaultSizes());
  try {
    await loadPages(store, state);
  } finally {
    await store.close();
  }
  await leaveCleanMark(directory);
}
