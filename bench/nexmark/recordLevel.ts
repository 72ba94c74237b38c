import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';

/** What the state of a query asked of LevelDB between two commits: reads by key, then one write. */
export interface LevelBatch {
  readonly reads: readonly Uint8Array[];
  readonly writes: readonly LevelWrite[];
}

/** Without a value: a removal. */
interface LevelWrite {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
}

const bytes = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;

/** The one method of classic-level that `level`'s own types do not name. */
interface Reads {
  getSync(key: Uint8Array): Uint8Array | undefined;
}

/** Runs `body` and notes what it reads and writes; bytes are copied, because the store uses them again. */
export async function recordLevel(body: () => Promise<void>): Promise<readonly LevelBatch[]> {
  const batches: LevelBatch[] = [];
  let reads: Uint8Array[] = [];
  const prototype = Level.prototype as unknown as Reads & { batch(): ReturnType<typeof chained> };
  const { batch, getSync } = prototype;
  function chained(this: unknown) {
    const real = (batch as () => WriteBatch).call(this);
    const writes: LevelWrite[] = [];
    const { _put, _del, write } = real;
    real._put = (key, value) => {
      writes.push({ key: Uint8Array.from(key), value: Uint8Array.from(value) });
      return _put.call(real, key, value);
    };
    real._del = (key) => {
      writes.push({ key: Uint8Array.from(key) });
      return _del.call(real, key);
    };
    real.write = (options) => {
      batches.push({ reads, writes });
      reads = [];
      return write.call(real, options);
    };
    return real;
  }
  prototype.batch = chained as never;
  prototype.getSync = function recorded(this: Reads, key: Uint8Array) {
    reads.push(Uint8Array.from(key));
    return getSync.call(this, key);
  };
  try {
    await body();
  } finally {
    prototype.batch = batch;
    prototype.getSync = getSync;
  }
  return batches;
}

interface WriteBatch {
  put(key: Uint8Array, value: Uint8Array): unknown;
  del(key: Uint8Array): unknown;
  /** What `put` and `del` end in; the store calls these two itself (D-028). */
  _put(key: Uint8Array, value: Uint8Array): unknown;
  _del(key: Uint8Array): unknown;
  write(options: { readonly sync: boolean }): Promise<void>;
}

/**
 * The same reads and writes without an engine: what LevelDB itself takes, directory synced as the store
 * does it. Opening is not counted by a caller who takes the answer; closing is his to await.
 */
export async function replayOnLevel(batches: readonly LevelBatch[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-raw-'));
  const level = new Level<Uint8Array, Uint8Array>(folder, bytes);
  await level.open();
  const directory = await open(folder, 'r');
  try {
    for (const { reads, writes } of batches) {
      for (const key of reads) (level as unknown as Reads).getSync(key);
      const batch = level.batch() as unknown as WriteBatch;
      for (const { key, value } of writes) {
        if (value === undefined) batch.del(key);
        else batch.put(key, value);
      }
      await batch.write({ sync: true });
      await directory.sync();
    }
  } finally {
    await directory.close();
    await level.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Entries and their bytes when the most were there. */
export function largestState(batches: readonly LevelBatch[]): {
  readonly entries: number;
  readonly bytes: number;
} {
  const sizes = new Map<string, number>();
  let total = 0;
  let largest = { entries: 0, bytes: 0 };
  for (const { writes } of batches) {
    for (const { key, value } of writes) {
      const name = Buffer.from(key).toString('latin1');
      total -= sizes.get(name) ?? 0;
      if (value === undefined) sizes.delete(name);
      else {
        sizes.set(name, key.length + value.length);
        total += key.length + value.length;
      }
    }
    if (sizes.size > largest.entries) largest = { entries: sizes.size, bytes: total };
  }
  return largest;
}
