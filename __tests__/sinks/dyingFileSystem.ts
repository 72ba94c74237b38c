import { dirname, join } from 'node:path';
import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';

/** A file system in memory that dies at its n-th change, before or after that change. */
export interface DyingFileSystem extends FileSystem {
  readonly files: Map<string, Uint8Array>;
  /** Writes and removals so far. */
  changes: number;
  /** The change with this number (from 0) and all after it fail; undefined: none. */
  failAt: number | undefined;
  /** Whether the failing change takes effect nevertheless: outcome unknown. */
  failAfterEffect: boolean;
  text(path: string): string;
}

export function dyingFileSystem(): DyingFileSystem {
  const files = new Map<string, Uint8Array>();
  const change = (effect: () => void): void => {
    const number = fs.changes++;
    const dead = fs.failAt !== undefined && number >= fs.failAt;
    if (!dead || (fs.failAfterEffect && number === fs.failAt)) effect();
    if (dead) throw new Error('crash');
  };
  const fs: DyingFileSystem = {
    files,
    changes: 0,
    failAt: undefined,
    failAfterEffect: false,
    text: (path) => Buffer.from(files.get(path) ?? []).toString('utf8'),
    makeDirectory: () => undefined,
    list: (path) => {
      const prefix = join(path, '/');
      const below = [...files.keys()].filter((each) => each.startsWith(prefix));
      return [
        ...new Set(below.map((each) => each.slice(prefix.length).replace(/\/.*/, ''))),
      ].sort();
    },
    read: (path) => files.get(path),
    publish: (path, content) => {
      if (files.has(path)) throw Object.assign(new Error(`EEXIST: ${path}`), { code: 'EEXIST' });
      change(() => void files.set(path, Uint8Array.from(content)));
    },
    replace: (path, content) => change(() => void files.set(path, Uint8Array.from(content))),
    remove: (path) => change(() => void files.delete(path)),
  };
  return fs;
}

/** Every data file of a sink below `path`: what a reader sees that ignores the manifest. */
export function dataFiles(fs: DyingFileSystem, path: string): readonly string[] {
  const prefix = join(path, '/');
  return [...fs.files.keys()]
    .filter((each) => each.startsWith(prefix) && !dirname(each).endsWith('_millrace'))
    .map((each) => each.slice(prefix.length))
    .sort();
}
