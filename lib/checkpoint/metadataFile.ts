import { join } from 'node:path';
import { StreamingError } from '../errors.js';
import type { Json } from '../sources/source.js';
import { isTaken } from '../thrown.js';
import {
  type CheckpointFile,
  damagedFile,
  encodeCheckpointFile,
  readCheckpointFile,
} from './checkpointFile.js';
import { mustBeCompatible, sameJson } from './compatibility.js';
import type { FileSystem } from './fileSystem.js';
import { metadataBody, metadataOf, type QueryMetadata, type SinkMetadata } from './metadata.js';

/**
 * The metadata under which the query goes on: what the checkpoint says about id and creation, and what
 * the query says about the rest. `isChanged`: to be written once the rest of the checkpoint is sound.
 *
 * Errors: `CHECKPOINT_DAMAGED`, `CHECKPOINT_FORMAT_UNSUPPORTED`, `CHECKPOINT_INCOMPATIBLE`,
 *         `CHECKPOINT_COPIED`, `CHECKPOINT_QUERY_ID`.
 */
export async function openMetadata(
  files: FileSystem,
  location: string,
  query: QueryMetadata,
): Promise<{ readonly metadata: QueryMetadata; readonly isChanged: boolean }> {
  const before = await readMetadata(files, location);
  if (before === undefined) {
    const path = join(location, 'metadata');
    await mustBeEmpty(files, location, path);
    await publishFirst(files, location, path, query);
    await takeIdentity(files, location, query.queryId);
    return { metadata: query, isChanged: false };
  }
  const { queryId } = before;
  const metadata = { ...query, queryId, createdMs: before.createdMs, sink: sinkOf(query, before) };
  const now = metadataOf(metadataBody(metadata), queryId) ?? metadata;
  mustBeCompatible(before, now);
  await takeIdentity(files, location, queryId);
  return { metadata, isChanged: !sameJson(metadataBody(before), metadataBody(metadata)) };
}

/** Only the checkpoint knows since when the sink has had its batches. */
function sinkOf({ sink }: QueryMetadata, before: QueryMetadata): SinkMetadata {
  const { sinceBatchId } = before.sink;
  return sinceBatchId === undefined ? sink : { ...sink, sinceBatchId };
}

/** What a checkpoint or a savepoint says of its query; undefined: there is no such file. */
export async function readMetadata(
  files: FileSystem,
  location: string,
): Promise<QueryMetadata | undefined> {
  const path = join(location, 'metadata');
  const bytes = await files.read(path);
  if (bytes === undefined) return undefined;
  const { queryId, body } = readCheckpointFile(path, bytes, { kind: 'metadata' });
  const metadata = metadataOf(body, queryId);
  if (metadata === undefined) throw damagedFile(path, 'it is no metadata');
  return metadata;
}

/** Where the lock does not reach, two starts at once on a new checkpoint meet here. */
async function publishFirst(
  files: FileSystem,
  location: string,
  path: string,
  query: QueryMetadata,
): Promise<void> {
  const content = encodeCheckpointFile(fileOf('metadata', query.queryId, metadataBody(query)));
  try {
    await files.publish(path, content);
  } catch (cause) {
    if (!isTaken(cause)) throw cause;
    throw startedElsewhere(location, cause);
  }
}

function startedElsewhere(directory: string, cause?: unknown): StreamingError<'CHECKPOINT_LOCKED'> {
  const owner = 'a query that started at the same moment elsewhere';
  return new StreamingError('CHECKPOINT_LOCKED', { directory, owner }, { cause });
}

export async function updateMetadata(
  files: FileSystem,
  location: string,
  metadata: QueryMetadata,
): Promise<void> {
  const content = encodeCheckpointFile(
    fileOf('metadata', metadata.queryId, metadataBody(metadata)),
  );
  await files.replace(join(location, 'metadata'), content);
}

function fileOf(kind: string, queryId: string, body: Json): CheckpointFile {
  return { kind, queryId, batchId: -1, fence: 0, body };
}

/** A new id over old plans would defeat the sink's deduplication. */
async function mustBeEmpty(files: FileSystem, location: string, path: string): Promise<void> {
  for (const folder of ['offsets', 'state']) {
    const names = await files.list(join(location, folder));
    if (names.length > 0) {
      // Where the lock does not reach, another start may have made both since we looked.
      if ((await files.read(path)) !== undefined) throw startedElsewhere(location);
      throw damagedFile(path, `it is missing, though ${folder}/${names[0]} is there`);
    }
  }
}

/**
 * `identity` names the directory by its inode: a copy has another. Without the file the directory is
 * taken over as it is, which is how a backup is put into service.
 */
async function takeIdentity(files: FileSystem, location: string, queryId: string): Promise<void> {
  const path = join(location, 'identity');
  if ((await files.read(path)) !== undefined) return checkIdentity(files, location, queryId);
  const found = await files.identity?.(location);
  if (found === undefined) return;
  await files.replace(path, encodeCheckpointFile(fileOf('identity', queryId, { inode: found })));
}

/** Throws `CHECKPOINT_COPIED`, `CHECKPOINT_DAMAGED`. */
export async function checkIdentity(
  files: FileSystem,
  location: string,
  queryId?: string,
): Promise<void> {
  const found = await files.identity?.(location);
  const path = join(location, 'identity');
  const bytes = await files.read(path);
  if (found === undefined || bytes === undefined) return;
  const { body } = readCheckpointFile(path, bytes, {
    kind: 'identity',
    ...(queryId === undefined ? {} : { queryId }),
  });
  if (sameJson(body, { inode: found })) return;
  const expected = JSON.stringify(body);
  throw new StreamingError('CHECKPOINT_COPIED', { directory: location, expected, found });
}
