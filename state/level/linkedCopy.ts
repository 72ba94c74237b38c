import { copyFile, link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryPrefix } from '../../lib/checkpoint/fileSystem.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { databaseDirectory } from './storeFiles.js';

const prefix = `${temporaryPrefix}copy-`;

/** A database that may be opened, and so changed, without touching the one that it is a copy of. */
export interface LinkedCopy {
  readonly directory: string;
  remove(): Promise<void>;
}

/**
 * Copies the LevelDB below `directory`. LevelDB never changes a table, it only deletes it: tables are
 * linked, where the disk can, and only logs and lists are copied.
 */
export async function linkedCopy(directory: string): Promise<LinkedCopy> {
  const from = databaseDirectory(directory);
  const copy = join(directory, `${prefix}${globalThis.crypto.randomUUID()}`);
  await mkdir(copy, { mode: 0o700 });
  const remove = () => rm(copy, { recursive: true, force: true });
  try {
    for (const name of await nodeFileSystem().list(from)) {
      if (name.startsWith('LOG') || name === 'LOCK') continue;
      const [source, target] = [join(from, name), join(copy, name)];
      if (/\.(ldb|sst)$/.test(name)) await linkOrCopy(source, target);
      else await copyFile(source, target);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { directory: copy, remove };
}

/** Removes copies whose reader has died. Only the owner of the checkpoint's lock may call it. */
export async function removeCopies(directory: string): Promise<void> {
  for (const name of await nodeFileSystem().list(directory)) {
    if (name.startsWith(prefix)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch {
    await copyFile(source, target);
  }
}
