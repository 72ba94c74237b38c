import type { MaybePromise } from '../maybe.js';

/**
 * Files that grow, for logs inside a checkpoint; part of `FileSystem` so that a simulation can lose,
 * tear and reorder what was not synced.
 *
 * - `create` MUST make an empty file, or empty an existing one, and answer only when its name is durable.
 * - `sync` MUST make what an earlier process wrote to an existing file durable.
 */
export interface AppendFiles {
  create(path: string): MaybePromise<AppendFile>;
  sync(path: string): MaybePromise<void>;
}

/**
 * One file that grows.
 *
 * - After `append` bytes MAY be lost, torn or replaced by zeros in a crash; after `sync` they MUST NOT.
 * - After a failure of either, what is on disk is unknown, and nothing but `close` may follow.
 */
export interface AppendFile {
  append(bytes: Uint8Array): MaybePromise<void>;
  sync(): MaybePromise<void>;
  close(): MaybePromise<void>;
}
