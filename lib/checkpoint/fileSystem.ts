import type { MaybePromise } from '../maybe.js';
import type { AppendFiles } from './appendFiles.js';

/** How the names of unfinished writes begin: a crash leaves them, nothing reads them. */
export const temporaryPrefix = '.tmp-';

/** What belongs to a name that a file is to have. */
export interface PublishOptions {
  /**
   * A second name, in another directory: it MAY be ignored; it MUST be there before `path` is, and fail
   * in the same way.
   */
  readonly also?: string;
  /**
   * What MUST have answered before the file has a name; it is written meanwhile. When that fails, there
   * MUST be no name, and the same error.
   */
  readonly after?: MaybePromise<void>;
}

/**
 * The only door to files of a checkpoint and of the file sink, so that simulations can drop, tear and
 * reorder what was not synced. `lib/checkpoint/nodeFileSystem.ts` is the real one.
 *
 * - `publish` MUST be atomic and durable when it answers: temporary file, fsync, link to its name,
 *   fsync of the directory. The temporary name begins with {@link temporaryPrefix}. It MUST fail with code `EEXIST` if the name is taken, and never overwrite.
 * - `replace` is the same, but overwrites (rename).
 * - Paths are native; directories are made with mode 0700, files with 0600.
 */
export interface FileSystem {
  makeDirectory(path: string): MaybePromise<void>;
  /** Names in a directory, sorted; a missing directory gives []. */
  list(path: string): MaybePromise<readonly string[]>;
  /** undefined if the file does not exist. */
  read(path: string): MaybePromise<Uint8Array | undefined>;
  publish(path: string, content: Uint8Array, options?: PublishOptions): MaybePromise<void>;
  replace(path: string, content: Uint8Array): MaybePromise<void>;
  /** Missing files are fine. */
  remove(path: string): MaybePromise<void>;
  /**
   * Removes a file, or a directory with all that is in it; missing is fine. Absent: a folder that could not be
   * finished stays.
   */
  removeAll?(path: string): MaybePromise<void>;
  /**
   * Makes the names in a directory durable. A publish that a kill cut short leaves a name that is seen and
   * may vanish: who goes on from such a file MUST call this first. Absent: names are durable when seen.
   */
  syncDirectory?(path: string): MaybePromise<void>;
  /** The path without symbolic links. Absent: there are none. */
  realPath?(path: string): MaybePromise<string>;
  /** What tells a directory from a copy of it (its inode). Absent: nobody can copy it. */
  identity?(path: string): MaybePromise<string>;
  /** Takes a directory for one owner; fails with `CHECKPOINT_LOCKED`. Absent: there is only one. */
  lock?(path: string): MaybePromise<{ release(): MaybePromise<void> }>;
  /**
   * Gives a directory its final name, atomically and durably; fails if files are there already. Absent:
   * what needs it writes under the final name, and its last file says that it is whole.
   */
  moveDirectory?(from: string, to: string): MaybePromise<void>;
  /** Files that grow, for `durable`. Absent: those of Node. */
  readonly appendFiles?: AppendFiles;
}
