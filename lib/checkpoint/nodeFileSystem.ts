import { randomBytes } from 'node:crypto';
import { closeSync, fsync, linkSync, openSync, rmSync, writeFile, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../thrown.js';
import { type FileSystem, temporaryPrefix } from './fileSystem.js';
import { lockDirectory } from './lockDirectory.js';
import { makeDirectories } from './makeDirectories.js';

/**
 * The files of this machine. Every publish and replace is synced, file first, then directory.
 *
 * What is small is called at once, and only what waits for the disk takes a turn of the event loop: a batch
 * waits for the names of its plan, and five turns took three times as long as the two syncs.
 */
export function nodeFileSystem(): FileSystem {
  return node;
}

const node: FileSystem = {
  makeDirectory: async (path) => {
    const first = await makeDirectories(path, 0o700);
    if (first !== undefined) await syncNewDirectories(first, path);
  },
  list: async (path) => {
    try {
      return (await fs.readdir(path)).sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  },
  read: async (path) => {
    try {
      return await fs.readFile(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  publish: async (path, content, { also, after } = {}) => {
    const [written, before] = await Promise.allSettled([writeTemporary(path, content), after]);
    if (written.status === 'rejected') throw written.reason;
    const temporary = written.value;
    try {
      if (before.status === 'rejected') throw before.reason;
      if (also !== undefined) linkSync(temporary, also);
      linkSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
    await Promise.all([
      syncDirectory(dirname(path)),
      also === undefined ? undefined : syncDirectory(dirname(also)),
    ]);
  },
  replace: async (path, content) => {
    const temporary = await writeTemporary(path, content);
    try {
      await fs.rename(temporary, path);
    } catch (error) {
      await remove(temporary);
      throw error;
    }
    await syncDirectory(dirname(path));
  },
  remove,
  removeAll: (path) => fs.rm(path, { recursive: true, force: true }),
  syncDirectory,
  moveDirectory: async (from, to) => {
    await fs.rename(from, to);
    await syncDirectory(dirname(to));
  },
  realPath: (path) => fs.realpath(path),
  identity: async (path) => String((await fs.stat(path, { bigint: true })).ino),
  lock: lockDirectory,
};

const synced = promisify(fsync);
const writtenLater = promisify(writeFile);

/** Up to so many bytes are written at once: a plan has some hundred, a sink's file all rows of a batch. */
const fewBytes = 64 * 1024;

/** Tells the temporary files of this process from those of others; `wx` catches what it does not. */
const ownName = randomBytes(8).toString('hex');
let written = 0;

async function writeTemporary(path: string, content: Uint8Array): Promise<string> {
  written += 1;
  const temporary = join(dirname(path), `${temporaryPrefix}${ownName}-${written}`);
  const file = openSync(temporary, 'wx', 0o600);
  try {
    if (content.byteLength <= fewBytes) writeFileSync(file, content);
    else await writtenLater(file, content);
    await synced(file);
  } catch (error) {
    await remove(temporary);
    throw error;
  } finally {
    closeSync(file);
  }
  return temporary;
}

/** `fs.rm` looks twice at what it removes: each batch removes three files. */
async function remove(path: string): Promise<void> {
  try {
    await fs.unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** Makes the names of `path` and of all that was made above it, down from `first`, durable. */
async function syncNewDirectories(first: string, path: string): Promise<void> {
  const top = dirname(resolve(first));
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    await syncDirectory(at);
    if (at === top || at === dirname(at)) return;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = openSync(path, 'r');
  try {
    await synced(directory);
  } finally {
    closeSync(directory);
  }
}
