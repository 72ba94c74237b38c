import type { MaybePromise } from '../maybe.js';

/** One change of a write batch. */
export type ByteChange =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** Keys and values in byte order of the keys. */
export type BytePage = readonly (readonly [Uint8Array, Uint8Array])[];

/**
 * Changes that reach a store one by one and take effect together.
 *
 * - `put` and `del` MUST copy what they are given: the caller writes over it.
 * - `write` is as {@link ByteStore.write}; nothing follows it, and nothing follows `discard`.
 */
export interface ByteBatch {
  put(key: Uint8Array, value: Uint8Array): void;
  del(key: Uint8Array): void;
  write(): MaybePromise<void>;
  /** The changes are given up. */
  discard(): void;
}

/**
 * Ordered bytes below the typed tables; LevelDB, or memory for simulations and tests.
 *
 * - `get` MUST answer synchronously; `range` MAY answer later and MUST give keys in byte order,
 *   `from` inclusive, `to` exclusive.
 * - Neither side changes bytes that it has given or been given.
 * - `write` MUST apply all changes or none, durably, before it answers. After a failed write the
 *   outcome is unknown: the store refuses every further call (`STATE_OUTCOME_UNKNOWN`) and has to be
 *   opened again.
 */
export interface ByteStore {
  get(key: Uint8Array): Uint8Array | undefined;
  range(
    from: Uint8Array,
    to: Uint8Array,
    options?: { readonly reverse?: boolean; readonly limit?: number },
  ): MaybePromise<BytePage>;
  write(changes: readonly ByteChange[]): MaybePromise<void>;
  /** An empty batch, so that no change needs bytes of its own. Absent: `write` gets a list of copies. */
  batch?(): ByteBatch;
  /**
   * All of a range in pages, as it was when this was called, whatever is written meanwhile. For scans
   * in the background; ending the iteration early releases what it holds.
   */
  pages(from: Uint8Array, to: Uint8Array, limit: number): AsyncIterable<BytePage>;
  /** @param options what the next start may need. */
  close(options?: CloseOptions): MaybePromise<void>;
}

export interface CloseOptions {
  /** The query has come to its end: nothing is worth doing now so that the next start takes less. */
  readonly completed?: boolean;
}
