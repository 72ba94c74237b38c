import { copyFile, link, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { temporaryPrefix } from '../../lib/checkpoint/fileSystem.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { placeFault } from '../../lib/checkpoint/placeFault.js';
import { databaseDirectory } from './storeFiles.js';

const files = nodeFileSystem();
const prefix = `${temporaryPrefix}copy-`;
/** A copy that is taking the place of the database. */
const replacing = 'db.before';

/** A database that may be opened, and so changed, without touching the one that it is a copy of. */
export interface LinkedCopy {
  readonly directory: string;
  remove(): Promise<void>;
}

/**
 * Copies the LevelDB below `directory`. LevelDB never changes a table, it only deletes it: tables are
 * linked, where the disk can, and only logs and lists are copied. Where nothing can be written beside it,
 * because the disk is read-only or full, the copy lies among the temporary files of this machine.
 */
export async function linkedCopy(directory: string): Promise<LinkedCopy> {
  try {
    return await copyOf(directory, temporaryIn(directory), isTable, link);
  } catch (error) {
    if (placeFault(error) === undefined) throw error;
    // No hard link leads to another disk. What LevelDB deletes is the symbolic link.
    return copyOf(directory, temporaryIn(tmpdir()), isTable, symlink).catch((second: unknown) => {
      throw placeFault(second) === undefined ? second : error;
    });
  }
}

function isTable(name: string): boolean {
  return /\.(ldb|sst)$/.test(name);
}

/**
 * Keeps the LevelDB below `directory` as it is before it is opened: what LevelDB cannot read at that moment
 * it drops, and deletes the file. It writes to new files only while it opens, so all are linked.
 */
export function keptFiles(directory: string): Promise<LinkedCopy> {
  return copyOf(directory, temporaryIn(directory), () => true, link);
}

type Link = (source: string, target: string) => Promise<void>;

async function copyOf(
  directory: string,
  copy: string,
  isLinked: (name: string) => boolean,
  linked: Link,
): Promise<LinkedCopy> {
  const from = resolve(databaseDirectory(directory));
  await mkdir(copy, { mode: 0o700 });
  const remove = () => rm(copy, { recursive: true, force: true });
  try {
    const names = (await files.list(from)).filter((n) => !n.startsWith('LOG') && n !== 'LOCK');
    await Promise.all(
      names.map((name) => {
        const [source, target] = [join(from, name), join(copy, name)];
        return isLinked(name) ? linkOrCopy(source, target, linked) : copyFile(source, target);
      }),
    );
  } catch (error) {
    await remove();
    throw error;
  }
  return { directory: copy, remove };
}

function temporaryIn(directory: string): string {
  return join(directory, `${prefix}${globalThis.crypto.randomUUID()}`);
}

/** Puts a copy in the place of the database, which must be closed. */
export async function putBack(directory: string, copy: LinkedCopy): Promise<void> {
  await rename(copy.directory, join(directory, replacing));
  await finishPuttingBack(directory);
}

/** Ends what a crash has left of `putBack`. Only the owner of the checkpoint's lock may call it. */
export async function finishPuttingBack(directory: string): Promise<void> {
  const names = await files.list(directory);
  if (!names.includes(replacing)) return;
  const database = databaseDirectory(directory);
  const dropped = temporaryIn(directory);
  if (names.includes(basename(database))) await rename(database, dropped);
  await rename(join(directory, replacing), database);
  await files.syncDirectory?.(directory);
  await rm(dropped, { recursive: true, force: true });
}

/** Removes copies whose reader has died. Only the owner of the checkpoint's lock may call it. */
export async function removeCopies(directory: string): Promise<void> {
  for (const name of await files.list(directory)) {
    if (name.startsWith(prefix)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function linkOrCopy(source: string, target: string, linked: Link): Promise<void> {
  try {
    await linked(source, target);
  } catch {
    await copyFile(source, target);
  }
}
