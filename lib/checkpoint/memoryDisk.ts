import { basename, dirname, join } from 'node:path';

/** A file: what a reader sees, and what the disk has. */
export interface Inode {
  bytes: Uint8Array;
  durable: Uint8Array;
}

/** Names as a reader sees them, and what the disk has under those that were not synced since. */
class Directory {
  readonly entries = new Map<string, Inode>();
  readonly unsynced = new Map<string, Inode | undefined>();

  constructor(readonly number: number) {}

  set(name: string, inode: Inode | undefined): void {
    if (!this.unsynced.has(name)) this.unsynced.set(name, this.entries.get(name));
    if (inode === undefined) this.entries.delete(name);
    else this.entries.set(name, inode);
  }

  /** Each name that was not synced is as it is now, or as the disk had it. */
  crash(random: () => number): void {
    for (const [name, kept] of this.unsynced) {
      if (this.entries.get(name) === kept || random() < 0.5) continue;
      this.set(name, kept);
    }
    this.unsynced.clear();
  }
}

/**
 * Directories and files that a crash takes back to what was synced, or to something between.
 *
 * A file has volatile and durable bytes, a directory volatile and durable entries. Directories themselves are
 * durable when they are made.
 */
export class MemoryDisk {
  private readonly directories = new Map<string, Directory>();
  private made = 0;

  makeDirectory(path: string): void {
    for (let at = path; !this.directories.has(at); at = dirname(at)) {
      this.directories.set(at, new Directory(this.made++));
      if (dirname(at) === at) break;
    }
  }

  directory(path: string): Directory | undefined {
    return this.directories.get(path);
  }

  /** The names in a directory, sorted. */
  list(path: string): readonly string[] {
    const names = [...(this.directories.get(path)?.entries.keys() ?? [])];
    for (const known of this.directories.keys()) {
      if (known !== path && dirname(known) === path) names.push(basename(known));
    }
    return names.sort();
  }

  inodeAt(path: string): Inode | undefined {
    return this.directories.get(dirname(path))?.entries.get(basename(path));
  }

  /** Throws as the system does where the directory is missing. */
  setAt(path: string, inode: Inode): void {
    const directory = this.directories.get(dirname(path));
    if (directory === undefined) throw errnoOf('ENOENT', path);
    directory.set(basename(path), inode);
  }

  remove(path: string): void {
    this.directories.get(dirname(path))?.set(basename(path), undefined);
  }

  removeAll(path: string): void {
    for (const known of [...this.directories.keys()]) {
      if (isIn(path, known)) this.directories.delete(known);
    }
    this.remove(path);
  }

  moveDirectory(from: string, to: string): void {
    for (const [path, directory] of [...this.directories]) {
      this.directories.delete(path);
      this.directories.set(isIn(from, path) ? to + path.slice(from.length) : path, directory);
    }
  }

  /** What was not synced is there, torn, zero or gone, as `seed` says. */
  crash(seed: number): void {
    const random = randomOf(seed);
    for (const directory of this.directories.values()) directory.crash(random);
    for (const inode of new Set(this.inodes())) {
      inode.durable = tornBytes(inode, random);
      inode.bytes = inode.durable;
    }
  }

  /** Changes a file without a system call; undefined: it is gone. */
  damage(path: string, change: (bytes: Uint8Array) => Uint8Array | undefined): void {
    const inode = this.inodeAt(path);
    const bytes = inode && change(new Uint8Array(inode.bytes));
    if (inode === undefined || bytes === undefined) {
      const directory = this.directories.get(dirname(path));
      directory?.entries.delete(basename(path));
      directory?.unsynced.delete(basename(path));
      return;
    }
    inode.bytes = bytes;
    inode.durable = bytes;
  }

  /** Every path there is, sorted. */
  paths(): readonly string[] {
    const all: string[] = [];
    for (const [path, { entries }] of this.directories) {
      for (const name of entries.keys()) all.push(join(path, name));
    }
    return all.sort();
  }

  private *inodes(): Iterable<Inode> {
    for (const { entries } of this.directories.values()) yield* entries.values();
  }
}

function isIn(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/** What of unsynced bytes a crash leaves: a prefix, and zeros or nothing behind it. */
function tornBytes(inode: Inode, random: () => number): Uint8Array {
  const { bytes, durable } = inode;
  if (bytes === durable) return durable;
  const same = bytes.length >= durable.length && durable.every((byte, i) => byte === bytes[i]);
  const from = same ? durable.length : 0;
  const kept = from + Math.floor(random() * (bytes.length - from + 1));
  if (random() < 0.5) return bytes.slice(0, kept);
  const zeroed = new Uint8Array(bytes.length);
  zeroed.set(bytes.subarray(0, kept));
  return zeroed;
}

/** mulberry32: the seed fixes everything. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function errnoOf(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
