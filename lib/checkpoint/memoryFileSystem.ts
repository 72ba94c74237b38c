import { basename, dirname, join } from 'node:path';
import { StreamingError } from '../errors.js';
import { requireKnownOptions } from '../sources/knownOptions.js';
import type { AppendFile, AppendFiles } from './appendFiles.js';
import { type FileSystem, type PublishOptions, temporaryPrefix } from './fileSystem.js';

/** The system calls that a {@link MemoryFileSystem} makes, in their order. */
export type FileStep =
  | 'mkdir'
  | 'create'
  | 'write'
  | 'fsync'
  | 'link'
  | 'rename'
  | 'unlink'
  | 'fsync directory';

export interface MemoryFileOptions {
  /** Before each step: throw to let it fail; the steps after it are not made. */
  readonly onStep?: (step: FileStep, path: string) => void | Promise<void>;
  /** Steps that answer without doing anything: disks that lie, and mutants of the protocol. */
  readonly ignored?: readonly FileStep[];
}

/** A file: what a reader sees, and what the disk has. */
interface Inode {
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

interface Temporary {
  readonly inode: Inode;
  remove(): void;
}

/**
 * Files that forget what was not synced: for tests and simulations.
 *
 * A file has volatile and durable bytes, a directory volatile and durable entries. After `crash` each
 * unsynced entry is there or not, and unsynced bytes are torn or zeros, as the seed says. Directories
 * themselves are durable when they are made.
 *
 * @example
 * const files = new MemoryFileSystem();
 * const run = testStream(words, { checkpointLocation: 'checkpoint', fileSystem: files });
 * @since 0.1.0
 */
export class MemoryFileSystem implements FileSystem {
  private readonly directories = new Map<string, Directory>();
  private readonly locked = new Set<string>();
  private made = 0;
  private temporaries = 0;

  constructor(private readonly options: MemoryFileOptions = {}) {
    requireKnownOptions('MemoryFileSystem', options, { onStep: true, ignored: true });
  }

  async makeDirectory(path: string): Promise<void> {
    await this.step('mkdir', path);
    for (let at = path; !this.directories.has(at); at = dirname(at)) {
      this.directories.set(at, new Directory(this.made++));
      if (dirname(at) === at) break;
    }
  }

  async list(path: string): Promise<readonly string[]> {
    const names = [...(this.directories.get(path)?.entries.keys() ?? [])];
    for (const known of this.directories.keys()) {
      if (known !== path && dirname(known) === path) names.push(basename(known));
    }
    return names.sort();
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const inode = this.inodeAt(path);
    return inode && new Uint8Array(inode.bytes);
  }

  async publish(path: string, content: Uint8Array, options: PublishOptions = {}): Promise<void> {
    const { also, after } = options;
    const temporary = this.writeTemporary(path, content);
    const [written, before] = await Promise.allSettled([temporary, after]);
    if (written.status === 'rejected') throw written.reason;
    const { inode, remove } = written.value;
    const names = also === undefined ? [path] : [also, path];
    try {
      if (before.status === 'rejected') throw before.reason;
      for (const name of names) {
        await this.step('link', name);
        if (this.inodeAt(name) !== undefined) throw errnoOf('EEXIST', name);
        this.setAt(name, inode);
      }
    } finally {
      remove();
    }
    for (const name of names) await this.syncDirectory(dirname(name));
  }

  async replace(path: string, content: Uint8Array): Promise<void> {
    const { inode, remove } = await this.writeTemporary(path, content);
    await this.step('rename', path);
    this.setAt(path, inode);
    remove();
    await this.syncDirectory(dirname(path));
  }

  async remove(path: string): Promise<void> {
    await this.step('unlink', path);
    this.directories.get(dirname(path))?.set(basename(path), undefined);
  }

  async removeAll(path: string): Promise<void> {
    await this.step('unlink', path);
    for (const known of [...this.directories.keys()]) {
      if (known === path || known.startsWith(`${path}/`)) this.directories.delete(known);
    }
    this.directories.get(dirname(path))?.set(basename(path), undefined);
  }

  async identity(path: string): Promise<string> {
    return String(this.directories.get(path)?.number);
  }

  async lock(path: string): Promise<{ release(): void }> {
    if (this.locked.has(path)) {
      const owner = 'another query of this simulation';
      throw new StreamingError('CHECKPOINT_LOCKED', { directory: path, owner });
    }
    this.locked.add(path);
    return { release: () => void this.locked.delete(path) };
  }

  async moveDirectory(from: string, to: string): Promise<void> {
    await this.step('rename', to);
    if ((await this.list(to)).length > 0) throw errnoOf('ENOTEMPTY', to);
    const moved = (path: string) =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
    for (const [path, directory] of [...this.directories]) {
      this.directories.delete(path);
      this.directories.set(moved(path), directory);
    }
    await this.syncDirectory(dirname(to));
  }

  readonly appendFiles: AppendFiles = {
    create: async (path) => {
      const inode = await this.create(path);
      await this.syncDirectory(dirname(path));
      return this.appendTo(path, inode);
    },
    sync: async (path) => {
      await this.syncFile(path, this.inodeAt(path));
    },
  };

  /**
   * The machine has lost power: what was not synced is there, torn, zero or gone, as `seed` says. The
   * old handles are dead, and all locks are free.
   */
  crash(seed: number): void {
    const random = randomOf(seed);
    for (const directory of this.directories.values()) directory.crash(random);
    for (const inode of new Set(this.inodes())) {
      inode.durable = tornBytes(inode, random);
      inode.bytes = inode.durable;
    }
    this.locked.clear();
  }

  /** Changes a file behind everybody's back: rot. */
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

  /** A file that is synced and has only the name of an unfinished write. */
  private async writeTemporary(path: string, content: Uint8Array): Promise<Temporary> {
    const directory = this.directories.get(dirname(path));
    const name = `${temporaryPrefix}${this.temporaries++}`;
    await this.step('create', path);
    if (directory === undefined) throw errnoOf('ENOENT', path);
    const inode: Inode = { bytes: new Uint8Array(0), durable: new Uint8Array(0) };
    directory.set(name, inode);
    await this.step('write', path);
    inode.bytes = new Uint8Array(content);
    await this.syncFile(path, inode);
    return { inode, remove: () => directory.set(name, undefined) };
  }

  private async create(path: string): Promise<Inode> {
    await this.step('create', path);
    const inode = { bytes: new Uint8Array(0), durable: new Uint8Array(0) };
    this.setAt(path, inode);
    return inode;
  }

  private inodeAt(path: string): Inode | undefined {
    return this.directories.get(dirname(path))?.entries.get(basename(path));
  }

  private setAt(path: string, inode: Inode | undefined): void {
    const directory = this.directories.get(dirname(path));
    if (directory === undefined) throw errnoOf('ENOENT', path);
    directory.set(basename(path), inode);
  }

  private *inodes(): Iterable<Inode> {
    for (const { entries } of this.directories.values()) yield* entries.values();
  }

  private async syncFile(path: string, inode: Inode | undefined): Promise<void> {
    if ((await this.step('fsync', path)) && inode !== undefined) inode.durable = inode.bytes;
  }

  async syncDirectory(path: string): Promise<void> {
    if (!(await this.step('fsync directory', path))) return;
    this.directories.get(path)?.unsynced.clear();
  }

  private appendTo(path: string, inode: Inode): AppendFile {
    return {
      append: async (bytes) => {
        await this.step('write', path);
        const { length } = inode.bytes;
        const longer = new Uint8Array(length + bytes.length);
        longer.set(inode.bytes);
        longer.set(bytes, length);
        inode.bytes = longer;
      },
      sync: () => this.syncFile(path, inode),
      close: () => undefined,
    };
  }

  /** False: the step is one that this disk only pretends to make. */
  private async step(step: FileStep, path: string): Promise<boolean> {
    await this.options.onStep?.(step, path);
    return this.options.ignored?.includes(step) !== true;
  }
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

function errnoOf(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
