import { StreamingError } from '../../lib/errors.js';
import type { EpochRecord, StateBackend } from '../../lib/state/stateBackend.js';
import { openDurableBackend } from '../durableBackend.js';
import { type LevelByteStore, levelCodeOf, openLevel, reasonOf } from './levelByteStore.js';
import { finishPuttingBack, keptFiles, putBack, removeCopies } from './linkedCopy.js';
import {
  checkCleanMark,
  checkDiary,
  checkFormat,
  checkLogs,
  checkTables,
  createFormat,
  databaseDirectory,
  leaveCleanMark,
  leaveFilters,
  putAside,
  readFilters,
  takeCleanMark,
} from './storeFiles.js';
import { defaultSizes, type StoreSizes } from './storeSizes.js';

/** Where and how a query keeps its state on this machine. */
export interface StateLocation {
  /** A folder of its own inside the checkpoint. */
  readonly directory: string;
  readonly queryId: string;
  /** No batch has been committed: a missing store is made, one that does not open is put aside. */
  readonly create: boolean;
  /** Decoded entries in memory; default: by the size of the heap, at most 200,000. */
  readonly cacheEntries?: number;
  readonly onCorrupt?: (error: StreamingError<'STATE_CORRUPT'>) => void;
}

export interface OpenState {
  readonly backend: StateBackend;
  /** The last commit; undefined in new state. */
  readonly lastEpoch: EpochRecord | undefined;
  /** Settles when all entries have been read through after an unclean stop; at once otherwise. */
  readonly scanned: Promise<void>;
}

/**
 * Opens the state of a query in LevelDB, verified as reliability.md §4 says.
 *
 * Errors: `STATE_CORRUPT`, `STATE_FORMAT_UNSUPPORTED` (before any write), `STATE_OPEN_FAILED`,
 *         `CHECKPOINT_LOCKED`, `CHECKPOINT_QUERY_ID`.
 *
 * @since 0.1.0
 */
export async function openStateBackend(options: StateLocation): Promise<OpenState> {
  const { directory, queryId, create, onCorrupt } = options;
  const defaults = defaultSizes();
  const sizes = { ...defaults, cacheEntries: options.cacheEntries ?? defaults.cacheEntries };
  const { clean, torn, checkLater } = await verifyFiles(directory, create);
  const filters = clean ? await readFilters(directory) : undefined;
  const kept = create ? undefined : await keptFiles(directory);
  const store = await openStore(directory, create, sizes).catch(async (error: unknown) => {
    await kept?.remove().catch(() => undefined); // the first error is the one to tell
    throw error;
  });
  let opened: OpenState;
  try {
    if (!create) await checkDiary(directory, torn);
    const { backend, lastEpoch } = await openDurableBackend(store, {
      queryId,
      directory,
      clean,
      cacheEntries: sizes.cacheEntries,
      filteredKeys: sizes.filteredKeys,
      ...(checkLater === undefined ? {} : { beforeScan: checkLater }),
      ...(onCorrupt === undefined ? {} : { onCorrupt }),
      ...(filters === undefined ? {} : { filters }),
      onClosed: (isSound, known) => (isSound ? leaveMarks(directory, known) : undefined),
    });
    opened = { backend, lastEpoch, scanned: backend.scanned };
  } catch (error) {
    // The first error is the one to tell.
    await store.close().catch(() => undefined);
    if (kept !== undefined) await putBack(directory, kept).catch(() => undefined);
    throw error;
  }
  // Never put back from here on: it may be gone in part. The next start removes what is left of it.
  await kept?.remove().catch(() => undefined);
  return opened;
}

/** The clean mark comes last: what it stands for is complete. */
async function leaveMarks(directory: string, filters: Uint8Array | undefined): Promise<void> {
  if (filters !== undefined) await leaveFilters(directory, filters);
  await leaveCleanMark(directory);
}

interface VerifiedFiles {
  readonly clean: boolean;
  readonly torn: boolean;
  readonly checkLater: (() => Promise<void>) | undefined;
}

/** All that can be told before LevelDB opens, and so writes. */
async function verifyFiles(directory: string, create: boolean): Promise<VerifiedFiles> {
  await finishPuttingBack(directory);
  if ((await checkFormat(directory)) === 'new') {
    if (!create)
      throw openFailed(directory, new Error('it is missing, and batches were committed'));
    await createFormat(directory);
    return { clean: true, torn: false, checkLater: undefined };
  }
  const clean = await checkCleanMark(directory, create);
  const torn = (await checkLogs(directory)) === 'torn';
  const checkLater = await checkTables(directory);
  await takeCleanMark(directory);
  await removeCopies(directory);
  return { clean: clean && !torn, torn, checkLater };
}

async function openStore(
  directory: string,
  create: boolean,
  sizes: StoreSizes,
): Promise<LevelByteStore> {
  const database = databaseDirectory(directory);
  try {
    return await openLevel(database, create, sizes);
  } catch (error) {
    if (levelCodeOf(error) === 'LEVEL_LOCKED') throw locked(directory, error);
    if (!create) throw openFailed(directory, error);
  }
  await putAside(directory);
  try {
    return await openLevel(database, true, sizes);
  } catch (error) {
    throw openFailed(directory, error);
  }
}

function locked(directory: string, cause: unknown): StreamingError<'CHECKPOINT_LOCKED'> {
  const owner = 'another process, or another query of this one';
  return new StreamingError('CHECKPOINT_LOCKED', { directory, owner }, { cause });
}

function openFailed(directory: string, cause: unknown): StreamingError<'STATE_OPEN_FAILED'> {
  return new StreamingError('STATE_OPEN_FAILED', { directory, reason: reasonOf(cause) }, { cause });
}
