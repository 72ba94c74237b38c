import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { FileSystem } from '../checkpoint/fileSystem.js';
import { inPlace } from '../checkpoint/placeFault.js';
import { StreamingError } from '../errors.js';
import type { BytePage } from '../state/byteStore.js';
import { decodePairs } from './pairs.js';
import { decodeMarker, markerName, type SavepointContent } from './savepointFile.js';

/**
 * Opens a savepoint: what its marker says. Files are verified as they are read.
 *
 * Errors: `SAVEPOINT_INCOMPLETE` without a marker, `SAVEPOINT_LOCATION` where nothing can be read; `CHECKPOINT_DAMAGED`,
 *         `CHECKPOINT_FORMAT_UNSUPPORTED` for the marker.
 */
export async function openSavepoint(files: FileSystem, directory: string): Promise<Savepoint> {
  const path = join(directory, markerName);
  const marker = await inPlace('SAVEPOINT_LOCATION', directory, () => files.read(path));
  if (marker === undefined) throw new StreamingError('SAVEPOINT_INCOMPLETE', { directory });
  return new Savepoint(files, directory, decodeMarker(path, marker));
}

/** A savepoint on disk. Nothing is ever written to it. */
export class Savepoint {
  constructor(
    private readonly files: FileSystem,
    readonly directory: string,
    readonly content: SavepointContent,
  ) {}

  /** Paths of files below a folder of the savepoint, in the order in which they were written. */
  below(folder: string): readonly string[] {
    const prefix = `${folder}/`;
    return this.content.files.map(({ path }) => path).filter((path) => path.startsWith(prefix));
  }

  /** Throws `SAVEPOINT_DAMAGED` if it is not what was written. */
  async read(path: string): Promise<Uint8Array> {
    const expected = this.content.files.find((file) => file.path === path);
    if (expected === undefined) throw this.damaged(path, 'it is not part of the savepoint');
    const bytes = await inPlace('SAVEPOINT_LOCATION', this.directory, () =>
      this.files.read(join(this.directory, path)),
    );
    if (bytes === undefined) throw this.damaged(path, 'it is missing');
    if (bytes.length !== expected.bytes) {
      throw this.damaged(path, `it has ${bytes.length} bytes instead of ${expected.bytes}`);
    }
    if (crc32(bytes) !== expected.crc) throw this.damaged(path, 'its checksum does not match');
    return bytes;
  }

  /** The state, in byte order of its keys. */
  async *pages(): AsyncGenerator<BytePage> {
    for (const path of this.below('state')) {
      const pairs = decodePairs(await this.read(path));
      if (pairs === undefined) throw this.damaged(path, 'it is cut short');
      yield pairs;
    }
  }

  /** Reads everything. */
  async verify(): Promise<void> {
    for (const { path } of this.content.files) await this.read(path);
  }

  private damaged(file: string, reason: string): StreamingError<'SAVEPOINT_DAMAGED'> {
    return new StreamingError('SAVEPOINT_DAMAGED', { directory: this.directory, file, reason });
  }
}
