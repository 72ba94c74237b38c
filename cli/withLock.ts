import { nodeFileSystem } from '../lib/checkpoint/nodeFileSystem.js';
import { UsageError } from './command.js';

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
  const names = await nodeFileSystem().list(location);
  if (names.some((name) => ['metadata', 'offsets', 'state'].includes(name))) return;
  throw new UsageError(
    `${location} is no checkpoint: it has neither metadata nor offsets nor state`,
  );
}
