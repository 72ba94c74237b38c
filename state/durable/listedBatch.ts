import type { MaybePromise } from '../../lib/maybe.js';
import type { ByteBatch, ByteChange, ByteStore } from '../../lib/state/byteStore.js';

/** A batch of the store's own, or, if it makes none, one that becomes a list. */
export function batchOf(store: Pick<ByteStore, 'write' | 'batch'>): ByteBatch {
  return store.batch === undefined ? new ListedBatch(store) : store.batch();
}

class ListedBatch implements ByteBatch {
  private readonly changes: ByteChange[] = [];

  constructor(private readonly store: Pick<ByteStore, 'write'>) {}

  put(key: Uint8Array, value: Uint8Array): void {
    this.changes.push({ type: 'put', key: Uint8Array.from(key), value: Uint8Array.from(value) });
  }

  del(key: Uint8Array): void {
    this.changes.push({ type: 'del', key: Uint8Array.from(key) });
  }

  write(): MaybePromise<void> {
    return this.store.write(this.changes);
  }

  discard(): void {
    this.changes.length = 0;
  }
}
