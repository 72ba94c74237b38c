import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { StreamingError } from '../../errors.js';
import { fileError } from './fileError.js';

/** Decoded bytes of one file, in order. */
export interface ByteSource {
  /** Fills `into` from `offset` on with at least one byte; 0 at the end of the file. */
  read(into: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens a file at a decoded byte position; names that end in `.gz` are unpacked while they are read.
 *
 * Errors: `SOURCE_UNREADABLE`, also for a damaged archive, for one that grows more than a hundredfold, and
 *         for names of other archives, whose bytes would be read as rows.
 */
export async function openBytes(source: string, path: string, from: number): Promise<ByteSource> {
  const [ending] = packedName.exec(path) ?? [];
  if (ending?.toLowerCase() === '.gz') return new GunzipSource(source, path, from);
  if (ending !== undefined) {
    const reason = `files that end in ${ending} are not unpacked: pack them as .gz, unpack them, or leave them out with a glob such as 'folder/*.json'`;
    throw new StreamingError('SOURCE_UNREADABLE', { source, path, reason });
  }
  try {
    return new PlainSource(source, path, await open(path), from);
  } catch (error) {
    throw fileError(source, path, error);
  }
}

/** What Spark, or people, pack text into. */
const packedName = /\.(gz|bz2|deflate|lz4|snappy|zstd?|xz|lzma|lzo|br|zip|7z|tgz)$/i;

/** Whether a file has more bytes than its size on disk says. */
export function isPacked(path: string): boolean {
  return packedName.test(path);
}

class PlainSource implements ByteSource {
  constructor(
    private readonly source: string,
    private readonly path: string,
    private readonly handle: FileHandle,
    private position: number,
  ) {}

  async read(into: Uint8Array, offset: number): Promise<number> {
    try {
      const { bytesRead } = await this.handle.read(
        into,
        offset,
        into.length - offset,
        this.position,
      );
      this.position += bytesRead;
      return bytesRead;
    } catch (error) {
      throw fileError(this.source, this.path, error);
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** More than this many bytes out per byte in is a bomb: 100 MiB of zeros are 102 kB as gzip. */
const maxRatio = 100;
/** Below this no ratio is asked: small files of one repeated line are fine, and cannot hurt. */
const freeBytes = 16 * 1024 * 1024;

/** A position is reached by unpacking everything before it: an archive has no way in but its start. */
class GunzipSource implements ByteSource {
  private readonly file;
  private readonly gunzip = createGunzip();
  private readonly chunks: AsyncIterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);
  private used = 0;
  private produced = 0;

  constructor(
    private readonly source: string,
    private readonly path: string,
    private toSkip: number,
  ) {
    this.file = createReadStream(path);
    this.file.on('error', (error) => this.gunzip.destroy(error));
    this.file.pipe(this.gunzip);
    this.chunks = this.gunzip[Symbol.asyncIterator]();
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    while (this.used === this.chunk.length) {
      if (!(await this.nextChunk())) return 0;
      const skipped = Math.min(this.toSkip, this.chunk.length);
      this.toSkip -= skipped;
      this.used = skipped;
    }
    const count = Math.min(into.length - offset, this.chunk.length - this.used);
    into.set(this.chunk.subarray(this.used, this.used + count), offset);
    this.used += count;
    return count;
  }

  async close(): Promise<void> {
    this.gunzip.destroy();
    this.file.destroy();
  }

  private async nextChunk(): Promise<boolean> {
    try {
      const next = await this.chunks.next();
      if (next.done) return false;
      this.chunk = next.value;
    } catch (error) {
      throw fileError(this.source, this.path, error);
    }
    this.produced += this.chunk.length;
    if (this.produced > freeBytes && this.produced > maxRatio * this.file.bytesRead) {
      throw new StreamingError('SOURCE_UNREADABLE', {
        source: this.source,
        path: this.path,
        reason: `it unpacks to more than ${maxRatio} times its size; unpack it yourself if you trust it`,
      });
    }
    return true;
  }
}
