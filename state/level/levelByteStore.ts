import { type FileHandle, open } from 'node:fs/promises';
import type { ChainedBatch, ClassicLevel, Snapshot } from 'classic-level';
import { Level } from 'level';
import { StreamingError } from '../../lib/errors.js';
import { closeAll, drive } from '../../lib/maybe.js';
import type { ByteBatch, ByteChange, ByteStore, CloseOptions } from '../../lib/state/byteStore.js';
import { codeOf } from '../../lib/thrown.js';
import { DecodeError } from '../codec/decodeError.js';
import type { StoreSizes } from './storeSizes.js';

type Database = ClassicLevel<Uint8Array, Uint8Array>;
type NativeBatch = ChainedBatch<Database, Uint8Array, Uint8Array>;
type Pair = readonly [Uint8Array, Uint8Array];

const bytes = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;
const maxFileSize = 32 * 1024 * 1024;

/** So many bytes in its log LevelDB reads again in about a tenth of a second. */
const longLog = 1024 * 1024;
/** Behind every key. */
const beyond = Buffer.from([0xff]);

/** Opens the LevelDB in `directory`. Throws what LevelDB throws. */
export async function openLevel(
  directory: string,
  createIfMissing: boolean,
  sizes: Pick<StoreSizes, 'writeBufferSize' | 'cacheSize'>,
): Promise<LevelByteStore> {
  const { writeBufferSize, cacheSize } = sizes;
  const options = { ...bytes, createIfMissing, writeBufferSize, cacheSize, maxFileSize };
  // level's own types say less than classic-level's, which it is in Node.
  const database = new Level<Uint8Array, Uint8Array>(directory, options) as unknown as Database;
  await database.open();
  let handle: FileHandle | undefined;
  try {
    handle = await open(directory, 'r');
    await handle.sync();
    return new LevelByteStore(database, handle);
  } catch (error) {
    // Left open, it would be locked for as long as the process lives.
    await Promise.allSettled([handle?.close(), database.close()]);
    throw error;
  }
}

/**
 * {@link ByteStore} over LevelDB. A write is one synced batch, and then the directory is synced, because
 * LevelDB does not make the names of its new files durable.
 *
 * Errors: `STATE_OUTCOME_UNKNOWN` after a failed write, on every call: the handle is never used again,
 *         because a failed fsync must not be retried; `STATE_READ_FAILED`, `STATE_CLOSED`.
 */
export class LevelByteStore implements ByteStore {
  private mode: 'open' | 'dead' | 'closed' = 'open';
  private writtenBytes = 0;

  constructor(
    private readonly database: Database,
    private readonly directory: FileHandle,
  ) {}

  get(key: Uint8Array): Uint8Array | undefined {
    this.mustBeOpen('a read');
    try {
      return this.database.getSync(key);
    } catch (error) {
      throw readError(error);
    }
  }

  async range(
    from: Uint8Array,
    to: Uint8Array,
    options: { readonly reverse?: boolean; readonly limit?: number } = {},
  ): Promise<readonly Pair[]> {
    this.mustBeOpen('a scan');
    const { reverse = false, limit = -1 } = options;
    try {
      return await this.database.iterator({ gte: from, lt: to, reverse, limit, ...bytes }).all();
    } catch (error) {
      throw readError(error);
    }
  }

  pages(from: Uint8Array, to: Uint8Array, limit: number): AsyncIterable<readonly Pair[]> {
    this.mustBeOpen('a scan');
    return pagesOf(this.database, this.database.snapshot(), from, to, limit);
  }

  async write(changes: readonly ByteChange[]): Promise<void> {
    const batch = this.batch();
    for (const change of changes) {
      if (change.type === 'put') batch.put(change.key, change.value);
      else batch.del(change.key);
    }
    await batch.write();
  }

  /** A chained batch copies each change into LevelDB's own at once; an array of them is half as fast. */
  batch(): ByteBatch {
    this.mustBeOpen('a write');
    const batch = this.database.batch() as NativeBatch & BareBatch;
    return new LevelBatch(batch, (written, bytes) => this.commit(written, bytes));
  }

  async close({ completed = false }: CloseOptions = {}): Promise<void> {
    if (this.mode === 'closed') return;
    const flushes = !completed && this.mode === 'open' && this.writtenBytes > longLog;
    this.mode = 'closed';
    // Compacting nothing writes what is only in the log into a table, so that the next start need not.
    const flush = () => (flushes ? this.database.compactRange(beyond, beyond) : undefined);
    await drive(closeAll([flush, () => this.directory.close(), () => this.database.close()]));
  }

  private async commit(batch: NativeBatch, bytes: number): Promise<void> {
    this.mustBeOpen('a write');
    this.writtenBytes += bytes;
    try {
      await batch.write({ sync: true });
      await this.directory.sync();
    } catch (cause) {
      this.mode = 'dead';
      throw new StreamingError('STATE_OUTCOME_UNKNOWN', { reason: reasonOf(cause) }, { cause });
    }
  }

  private mustBeOpen(what: string): void {
    if (this.mode === 'open') return;
    if (this.mode === 'closed') throw new StreamingError('STATE_CLOSED', { what });
    throw new StreamingError('STATE_OUTCOME_UNKNOWN', { reason: `${what} after a failed write` });
  }
}

/** What an implementation of abstract-level gives its base class, which checks and copies each change. */
interface BareBatch {
  _put(key: Uint8Array, value: Uint8Array): void;
  _del(key: Uint8Array): void;
}

class LevelBatch implements ByteBatch {
  private bytes = 0;

  constructor(
    private readonly batch: NativeBatch & BareBatch,
    private readonly commit: (batch: NativeBatch, bytes: number) => Promise<void>,
  ) {}

  // The first change goes through the public call, by which the batch knows that it has any.

  put(key: Uint8Array, value: Uint8Array): void {
    if (this.bytes === 0) this.batch.put(key, value);
    else this.batch._put(key, value);
    this.bytes += key.length + value.length;
  }

  del(key: Uint8Array): void {
    if (this.bytes === 0) this.batch.del(key);
    else this.batch._del(key);
    this.bytes += key.length;
  }

  write(): Promise<void> {
    return this.commit(this.batch, this.bytes);
  }

  discard(): void {
    void this.batch.close();
  }
}

async function* pagesOf(
  database: Database,
  snapshot: Snapshot,
  from: Uint8Array,
  to: Uint8Array,
  limit: number,
): AsyncIterable<readonly Pair[]> {
  const iterator = database.iterator({ gte: from, lt: to, snapshot, fillCache: false, ...bytes });
  try {
    for (;;) {
      const page = await iterator.nextv(limit);
      if (page.length === 0) return;
      yield page;
    }
  } catch (error) {
    throw readError(error);
  } finally {
    await drive(closeAll([() => iterator.close(), () => snapshot.close()]));
  }
}

/** LevelDB's own message, which sits below a general one. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

export function levelCodeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined;
  return levelCodeOf(Reflect.get(error, 'cause')) ?? codeOf(error);
}

/** Damage that LevelDB itself notices is damage as any other. */
function readError(cause: unknown): unknown {
  if (cause instanceof StreamingError) return cause;
  if (levelCodeOf(cause) === 'LEVEL_CORRUPTION') return new DecodeError(reasonOf(cause), 0);
  return new StreamingError('STATE_READ_FAILED', { reason: reasonOf(cause) }, { cause });
}
