import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { readCheckpointFile } from '../checkpoint/checkpointFile.js';
import { type FileSystem, temporaryPrefix } from '../checkpoint/fileSystem.js';
import { isWithin, realPlace } from '../checkpoint/overlap.js';
import { inPlace } from '../checkpoint/placeFault.js';
import { isUrl, urlFix, urlReason } from '../checkpoint/requireLocalPath.js';
import { StreamingError } from '../errors.js';
import { syncedMarkName } from '../sources/durable/syncedMark.js';
import type { BytePage } from '../state/byteStore.js';
import { codeOf } from '../thrown.js';
import { encodePairs } from './pairs.js';
import { encodeMarker, markerName, type SavedFile } from './savepointFile.js';
import { removeQuietly } from './writeWhole.js';

/** A savepoint as `query.savepoint(directory)` has written it. */
export interface SavepointInfo {
  readonly directory: string;
  /** Of the query that it is a copy of. */
  readonly queryId: string;
  /** The last batch whose rows it counts. */
  readonly batchId: number;
  readonly files: number;
  readonly bytes: number;
}

/** What a savepoint is made of. */
export interface SavepointParts {
  readonly directory: string;
  readonly fileSystem: FileSystem;
  /** The checkpoint. */
  readonly location: string;
  readonly queryId: string;
  /** The last committed batch. */
  readonly batchId: number;
  /** All of the state as that batch left it; may be read while later batches run. */
  readonly pages: AsyncIterable<BytePage>;
  readonly nowMs: number;
}

/** Bytes of state in one file, about. */
const segmentLength = 8 * 1024 * 1024;

/**
 * Copies position and sources at once, between two batches; what it answers copies the state, while the
 * query runs on, and gives the savepoint its name.
 *
 * A savepoint that could not be written leaves nothing. One that was cut short by the end of the process lies
 * under a temporary name, or has no marker: nothing takes it.
 *
 * Errors: `SAVEPOINT_EXISTS`, `SAVEPOINT_LOCATION`, `CHECKPOINT_DAMAGED`; `STATE_CORRUPT` from the second part.
 */
export async function beginSavepoint(parts: SavepointParts): Promise<() => Promise<SavepointInfo>> {
  const { directory, fileSystem } = parts;
  await inPlace('SAVEPOINT_LOCATION', directory, async () => {
    await mustLieApart(parts);
    if ((await fileSystem.list(directory)).length > 0) throw existing(directory);
  });
  const suffix = `${temporaryPrefix.slice(1)}${globalThis.crypto.randomUUID()}`;
  const folder = fileSystem.moveDirectory === undefined ? directory : `${directory}.${suffix}`;
  const copy = new SavepointCopy(parts, folder);
  const orNothing = async <T>(body: () => Promise<T>): Promise<T> => {
    try {
      return await inPlace('SAVEPOINT_LOCATION', directory, body);
    } catch (error) {
      await removeQuietly(fileSystem, folder);
      throw error;
    }
  };
  await orNothing(async () => {
    await copy.position();
    await copy.sources();
  });
  return () =>
    orNothing(async () => {
      await copy.state();
      return copy.finish();
    });
}

/** What lies in a checkpoint goes when the checkpoint goes, or is put aside with it by a restore. */
async function mustLieApart({ directory, location, fileSystem }: SavepointParts): Promise<void> {
  if (isUrl(directory)) {
    throw new StreamingError('SAVEPOINT_LOCATION', { directory, reason: urlReason, fix: urlFix });
  }
  const target = await realPlace(fileSystem, directory);
  const checkpoint = await realPlace(fileSystem, location);
  const isInside = isWithin(target, checkpoint);
  if (!isInside && !isWithin(checkpoint, target)) return;
  throw new StreamingError('SAVEPOINT_LOCATION', {
    directory,
    reason: isInside
      ? `it lies in the checkpoint ${location}`
      : `the checkpoint ${location} lies in it`,
    fix: 'name a folder that is new, beside the checkpoint',
  });
}

class SavepointCopy {
  private readonly files: SavedFile[] = [];

  constructor(
    private readonly parts: SavepointParts,
    private readonly folder: string,
  ) {}

  async position(): Promise<void> {
    const { batchId } = this.parts;
    await this.makeDirectory('offsets');
    await this.checkpointFile('metadata', 'metadata');
    await this.checkpointFile(`offsets/${batchId}`, 'plan');
  }

  /** Appended to meanwhile: what is copied then ends as a crash would have ended it. */
  async sources(): Promise<void> {
    const { fileSystem, location } = this.parts;
    for (const id of await fileSystem.list(join(location, 'sources'))) {
      if (id.startsWith('.')) continue;
      const directory = join(location, 'sources', id);
      await this.makeDirectory(`sources/${id}`);
      for (const name of await fileSystem.list(directory)) {
        if (name.startsWith(temporaryPrefix) || name === syncedMarkName) continue;
        const content = await fileSystem.read(join(directory, name));
        if (content !== undefined) await this.write(`sources/${id}/${name}`, content);
      }
    }
  }

  async state(): Promise<void> {
    await this.makeDirectory('state');
    let held: BytePage[] = [];
    let bytes = 0;
    let segment = 0;
    for await (const page of this.parts.pages) {
      held.push(page);
      for (const [key, value] of page) bytes += key.length + value.length;
      if (bytes < segmentLength) continue;
      await this.write(`state/${segment++}`, encodePairs(held));
      held = [];
      bytes = 0;
    }
    if (held.length > 0) await this.write(`state/${segment}`, encodePairs(held));
  }

  /** The marker comes last: it says that everything else is there. */
  async finish(): Promise<SavepointInfo> {
    const { directory, fileSystem, queryId, batchId, nowMs } = this.parts;
    const { files } = this;
    const marker = encodeMarker({ queryId, batchId, createdMs: nowMs, files });
    await fileSystem.publish(join(this.folder, markerName), marker);
    if (this.folder !== directory) await this.move();
    const bytes = files.reduce((sum, file) => sum + file.bytes, marker.length);
    return { directory, queryId, batchId, files: files.length + 1, bytes };
  }

  private async move(): Promise<void> {
    const { directory, fileSystem } = this.parts;
    try {
      await fileSystem.moveDirectory?.(this.folder, directory);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOTEMPTY' || code === 'EEXIST') throw existing(directory);
      throw error;
    }
  }

  /** Verified, so that no savepoint carries damage on. */
  private async checkpointFile(path: string, kind: string): Promise<void> {
    const { fileSystem, location, queryId } = this.parts;
    const from = join(location, path);
    const content = (await fileSystem.read(from)) ?? new Uint8Array();
    readCheckpointFile(from, content, { kind, queryId });
    await this.write(path, content);
  }

  private async makeDirectory(path: string): Promise<void> {
    await this.parts.fileSystem.makeDirectory(join(this.folder, path));
  }

  private async write(path: string, content: Uint8Array): Promise<void> {
    await this.parts.fileSystem.publish(join(this.folder, path), content);
    this.files.push({ path, bytes: content.length, crc: crc32(content) });
  }
}

function existing(directory: string): StreamingError<'SAVEPOINT_EXISTS'> {
  return new StreamingError('SAVEPOINT_EXISTS', { directory });
}
