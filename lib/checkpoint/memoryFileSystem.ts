import { dirname, join } from 'node:path';
import { StreamingError } from '../errors.js';
import type { AppendFile, AppendFiles } from './appendFiles.js';
import { type FileSystem, temporaryPrefix } from './fileSystem.js';

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
  readonly number: number;
  bytes: Uint8Array;
  durable: Uint8Array;
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
 * const run = testStream(words, { fileSystem: files });
 * @since 0.1.0
 */
export class MemoryFileSystem implements FileSystem {
  private readonly directories = new Map<string, number>();
  private entries = new Map<string, Inode>();
  private durableEntries = new Map<string, Inode>();
  private readonly locked = new Set<string>();
  private inodes = 0;
  private temporaries = 0;

  constructor(private readonly options: MemoryFileOptions = {}) {}

  async makeDirectory(path: string): Promise<void> {
    await this.step('mkdir', path);
    for (let at = path; !this.directories.has(at); at = dirname(at)) {
      this.directories.set(at, this.inodes++);
      if (dirname(at) === at) break;
    }
  }

  async list(path: string): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const known of [...this.entries.keys(), ...this.directories.keys()]) {
      if (known !== path && dirname(known) === path) names.add(known.slice(path.length + 1));
    }
    return [...names].sort();
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const inode = this.entries.get(path);
    return inode && Uint8Array.from(inode.bytes);
  }

  async publish(path: string, content: Uint8Array, also?: string): Promise<void> {
    const temporary = await this.writeTemporary(path, content);
    const names = also === undefined ? [path] : [also, path];
    try {
      for (const name of names) {
        await this.step('link', name);
        if (this.entries.has(name)) throw errnoOf('EEXIST', name);
        this.entries.set(name, this.entries.get(temporary) as Inode);
      }
    } finally {
      this.entries.delete(temporary);
    }
    for (const name of names) await this.syncDirectory(dirname(name));
  }

  async replace(path: string, content: Uint8Array): Promise<void> {
    const temporary = await this.writeTemporary(path, content);
    await this.step('rename', path);
    this.entries.set(path, this.entries.get(temporary) as Inode);
    this.entries.delete(temporary);
    await this.syncDirectory(dirname(path));
  }

  async remove(path: string): Promise<void> {
    await this.step('unlink', path);
    this.entries.delete(path);
  }

  async identity(path: string): Promise<string> {
    return String(this.directories.get(path));
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
    for (const [path, number] of [...this.directories]) {
      this.directories.delete(path);
      this.directories.set(moved(path), number);
    }
    this.entries = new Map(Array.from(this.entries, ([path, inode]) => [moved(path), inode]));
    this.durableEntries = new Map(
      Array.from(this.durableEntries, ([path, inode]) => [moved(path), inode]),
    );
    await this.syncDirectory(dirname(to));
  }

  readonly appendFiles: AppendFiles = {
    create: async (path) => {
      const inode = await this.create(path);
      await this.syncDirectory(dirname(path));
      return this.appendTo(path, inode);
    },
    sync: async (path) => {
      await this.syncFile(path, this.entries.get(path));
    },
  };

  /**
   * The machine has lost power: what was not synced is there, torn, zero or gone, as `seed` says. The
   * old handles are dead, and all locks are free.
   */
  crash(seed: number): void {
    const random = randomOf(seed);
    const survivors = new Map(this.durableEntries);
    for (const path of new Set([...this.entries.keys(), ...this.durableEntries.keys()])) {
      const [seen, kept] = [this.entries.get(path), this.durableEntries.get(path)];
      if (seen === kept || random() < 0.5) continue;
      if (seen === undefined) survivors.delete(path);
      else survivors.set(path, seen);
    }
    for (const inode of new Set(survivors.values())) {
      inode.durable = tornBytes(inode, random);
      inode.bytes = inode.durable;
    }
    this.entries = survivors;
    this.durableEntries = new Map(survivors);
    this.locked.clear();
  }

  /** Changes a file behind everybody's back: rot. */
  damage(path: string, change: (bytes: Uint8Array) => Uint8Array | undefined): void {
    const inode = this.entries.get(path);
    const bytes = inode && change(Uint8Array.from(inode.bytes));
    if (inode === undefined || bytes === undefined) {
      this.entries.delete(path);
      this.durableEntries.delete(path);
      return;
    }
    inode.bytes = bytes;
    inode.durable = bytes;
  }

  /** Every path there is, sorted. */
  paths(): readonly string[] {
    return [...this.entries.keys()].sort();
  }

  private async writeTemporary(path: string, content: Uint8Array): Promise<string> {
    const temporary = join(dirname(path), `${temporaryPrefix}${this.temporaries++}`);
    const inode = await this.create(temporary);
    await this.step('write', temporary);
    inode.bytes = Uint8Array.from(content);
    await this.syncFile(temporary, inode);
    return temporary;
  }

  private async create(path: string): Promise<Inode> {
    await this.step('create', path);
    const inode = { number: this.inodes++, bytes: new Uint8Array(0), durable: new Uint8Array(0) };
    if (!this.directories.has(dirname(path))) throw errnoOf('ENOENT', path);
    this.entries.set(path, inode);
    return inode;
  }

  private async syncFile(path: string, inode: Inode | undefined): Promise<void> {
    if ((await this.step('fsync', path)) && inode !== undefined) inode.durable = inode.bytes;
  }

  async syncDirectory(path: string): Promise<void> {
    if (!(await this.step('fsync directory', path))) return;
    for (const known of new Set([...this.entries.keys(), ...this.durableEntries.keys()])) {
      if (dirname(known) !== path) continue;
      const inode = this.entries.get(known);
      if (inode === undefined) this.durableEntries.delete(known);
      else this.durableEntries.set(known, inode);
    }
  }

  private appendTo(path: string, inode: Inode): AppendFile {
    return {
      append: async (bytes) => {
        await this.step('write', path);
        inode.bytes = Uint8Array.from([...inode.bytes, ...bytes]);
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
