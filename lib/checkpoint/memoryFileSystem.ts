import { dirname } from 'node:path';
import { StreamingError } from '../errors.js';
import { requireKnownOptions } from '../options/knownOptions.js';
import type { AppendFile, AppendFiles } from './appendFiles.js';
import { type FileSystem, type PublishOptions, temporaryPrefix } from './fileSystem.js';
import { errnoOf, type Inode, MemoryDisk } from './memoryDisk.js';

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
  private readonly disk = new MemoryDisk();
  private readonly locked = new Set<string>();
  private temporaries = 0;

  constructor(private readonly options: MemoryFileOptions = {}) {
    requireKnownOptions('MemoryFileSystem', options, { onStep: true, ignored: true });
  }

  async makeDirectory(path: string): Promise<void> {
    await this.step('mkdir', path);
    this.disk.makeDirectory(path);
  }

  async list(path: string): Promise<readonly string[]> {
    return this.disk.list(path);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const inode = this.disk.inodeAt(path);
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
        if (this.disk.inodeAt(name) !== undefined) throw errnoOf('EEXIST', name);
        this.disk.setAt(name, inode);
      }
    } finally {
      remove();
    }
    for (const name of names) await this.syncDirectory(dirname(name));
  }

  async replace(path: string, content: Uint8Array): Promise<void> {
    const { inode, remove } = await this.writeTemporary(path, content);
    await this.step('rename', path);
    this.disk.setAt(path, inode);
    remove();
    await this.syncDirectory(dirname(path));
  }

  async remove(path: string): Promise<void> {
    await this.step('unlink', path);
    this.disk.remove(path);
  }

  async removeAll(path: string): Promise<void> {
    await this.step('unlink', path);
    this.disk.removeAll(path);
  }

  async identity(path: string): Promise<string> {
    return String(this.disk.directory(path)?.number);
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
    if (this.disk.list(to).length > 0) throw errnoOf('ENOTEMPTY', to);
    this.disk.moveDirectory(from, to);
    await this.syncDirectory(dirname(to));
  }

  readonly appendFiles: AppendFiles = {
    create: async (path) => {
      const inode = await this.create(path);
      await this.syncDirectory(dirname(path));
      return this.appendTo(path, inode);
    },
    sync: async (path) => {
      await this.syncFile(path, this.disk.inodeAt(path));
    },
  };

  /**
   * The machine has lost power: what was not synced is there, torn, zero or gone, as `seed` says. The
   * old handles are dead, and all locks are free.
   */
  crash(seed: number): void {
    this.disk.crash(seed);
    this.locked.clear();
  }

  /** Changes a file behind everybody's back: rot. */
  damage(path: string, change: (bytes: Uint8Array) => Uint8Array | undefined): void {
    this.disk.damage(path, change);
  }

  /** Every path there is, sorted. */
  paths(): readonly string[] {
    return this.disk.paths();
  }

  /** A file that is synced and has only the name of an unfinished write. */
  private async writeTemporary(path: string, content: Uint8Array): Promise<Temporary> {
    const directory = this.disk.directory(dirname(path));
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
    this.disk.setAt(path, inode);
    return inode;
  }

  private async syncFile(path: string, inode: Inode | undefined): Promise<void> {
    if ((await this.step('fsync', path)) && inode !== undefined) inode.durable = inode.bytes;
  }

  async syncDirectory(path: string): Promise<void> {
    if (!(await this.step('fsync directory', path))) return;
    this.disk.directory(path)?.unsynced.clear();
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
