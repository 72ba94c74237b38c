import { dirname, join } from 'node:path';
import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';

/** A file system in memory that can fail at the n-th write, as a crash between two steps would. */
export interface MemoryFileSystem extends FileSystem {
  readonly files: Map<string, Uint8Array>;
  /** Paths in the order in which they were written. */
  readonly written: string[];
  /** The write with this number (from 0) and every later call throws; undefined: none. */
  failAtWrite: number | undefined;
}

export function memoryFileSystem(): MemoryFileSystem {
  const files = new Map<string, Uint8Array>();
  const directories = new Set<string>();
  const written: string[] = [];
  const write = (path: string, content: Uint8Array): void => {
    if (fs.failAtWrite !== undefined && written.length >= fs.failAtWrite) throw new Error('crash');
    written.push(path);
    files.set(path, content.slice());
  };
  const fs: MemoryFileSystem = {
    files,
    written,
    failAtWrite: undefined,
    makeDirectory: (path) => {
      for (let at = path; !directories.has(at) && at !== dirname(at); at = dirname(at)) {
        directories.add(at);
      }
    },
    list: (path) => {
      const names = [...files.keys(), ...directories]
        .filter((each) => dirname(each) === path)
        .map((each) => each.slice(join(path, '/').length));
      return [...new Set(names)].sort();
    },
    read: (path) => files.get(path),
    publish: (path, content) => {
      if (files.has(path)) throw Object.assign(new Error(`EEXIST: ${path}`), { code: 'EEXIST' });
      write(path, content);
    },
    replace: write,
    remove: (path) => {
      files.delete(path);
    },
  };
  return fs;
}
