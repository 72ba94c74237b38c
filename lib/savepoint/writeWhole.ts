import { join } from 'node:path';
import { type FileSystem, temporaryPrefix } from '../checkpoint/fileSystem.js';

/**
 * Has `write` fill a folder that gets its name, `location`, once all of it is there. When that fails, nothing
 * is left.
 *
 * The folder has always the same name before that, and a lock: what a run that was killed has left there goes,
 * and what another one is writing does not. Throws `CHECKPOINT_LOCKED`.
 */
export async function writeWhole(
  files: FileSystem,
  location: string,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const folder =
    files.moveDirectory === undefined ? location : `${location}${temporaryPrefix}restore`;
  await files.makeDirectory(folder);
  const lock = await files.lock?.(folder);
  try {
    for (const name of await files.list(folder)) await files.removeAll?.(join(folder, name));
    await write(folder);
    if (folder !== location) await files.moveDirectory?.(folder, location);
  } catch (error) {
    await removeQuietly(files, folder);
    throw error;
  } finally {
    await lock?.release();
  }
}

/** Whoever calls this has an error to throw that says more than one of this could. */
export async function removeQuietly(files: FileSystem, folder: string): Promise<void> {
  try {
    await files.removeAll?.(folder);
  } catch {
    // It stays, under its temporary name.
  }
}
