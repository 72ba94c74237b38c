import { join } from 'node:path';
import { nodeFileSystem } from '../lib/checkpoint/nodeFileSystem.js';
import { inPlace } from '../lib/checkpoint/placeFault.js';
import { markerName } from '../lib/savepoint/savepointFile.js';
import { UsageError } from './command.js';

/** Whether a folder is a savepoint; otherwise it must be a checkpoint. */
export async function isSavepoint(location: string): Promise<boolean> {
  const marker = await inPlace('CHECKPOINT_LOCATION', location, () =>
    nodeFileSystem().read(join(location, markerName)),
  );
  if (marker === undefined) await mustBeCheckpoint(location);
  return marker !== undefined;
}

/** Runs `body` while no query can use the checkpoint. Throws `CHECKPOINT_LOCKED` if one does. */
export async function withLock<T>(location: string, body: () => Promise<T>): Promise<T> {
  const lock = await nodeFileSystem().lock?.(location);
  try {
    return await body();
  } finally {
    await lock?.release();
  }
}

/** A folder that has nothing of a checkpoint is a mistake of the command line. */
export async function mustBeCheckpoint(location: string): Promise<void> {
  const names = await inPlace('CHECKPOINT_LOCATION', location, () =>
    nodeFileSystem().list(location),
  );
  if (names.some((name) => ['metadata', 'offsets', 'state'].includes(name))) return;
  throw new UsageError(
    `${location} is no checkpoint: it has neither metadata nor offsets nor state`,
  );
}
