import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { codeOf } from '../thrown.js';
import { type FileSystem, temporaryPrefix } from './fileSystem.js';
import { lockDirectory } from './lockDirectory.js';
import { makeDirectories } from './makeDirectories.js';

/** The files of this machine. Every publish and replace is synced, file first, then directory. */
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
      if (also !== undefined) await fs.link(temporary, also);
      await fs.link(temporary, path);
    } catch (error) {
      await remove(temporary);
      throw error;
    }
    await Promise.all([
      syncDirectory(dirname(path)),
      also === undefined ? undefined : syncDirectory(dirname(also)),
      remove(temporary),
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

/** Tells the temporary files of this process from those of others; `wx` catches what it does not. */
const ownName = randomBytes(8).toString('hex');
let written = 0;

async function writeTemporary(path: string, content: Uint8Array): Promise<string> {
  written += 1;
  const temporary = join(dirname(path), `${temporaryPrefix}${ownName}-${written}`);
  const file = await fs.open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await remove(temporary);
    throw error;
  } finally {
    await file.close();
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
  const directory = await fs.open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
