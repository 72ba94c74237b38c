import { join } from 'node:path';
import {
  damagedFile,
  encodeCheckpointFile,
  readCheckpointFile,
} from '../checkpoint/checkpointFile.js';
import { mustBeCompatible } from '../checkpoint/compatibility.js';
import type { FileSystem } from '../checkpoint/fileSystem.js';
import { metadataBody, metadataOf, type QueryMetadata } from '../checkpoint/metadata.js';
import { isWithin, realPlace } from '../checkpoint/overlap.js';
import { inPlace } from '../checkpoint/placeFault.js';
import { StreamingError } from '../errors.js';
import type { BytePage } from '../state/byteStore.js';
import { openSavepoint, type Savepoint } from './savepoint.js';
import { writeWhole } from './writeWhole.js';

/** How state is put below a checkpoint; `state/level/loadState.ts` is the real one. */
export type LoadState = (options: {
  readonly directory: string;
  readonly queryId: string;
  readonly batchId: number;
  readonly pages: AsyncIterable<BytePage>;
}) => Promise<void>;

export interface RestoreOptions {
  readonly from: string;
  /** Where the checkpoint is to be: missing or empty. */
  readonly location: string;
  readonly fileSystem: FileSystem;
  readonly loadState: LoadState;
  /** Under which id the query goes on; default: that of the savepoint. */
  readonly queryId?: string;
  /** The query that will go on: refused if it may not. Its sink is a new one. */
  readonly query?: QueryMetadata;
  /** Writes more files into the checkpoint before it gets its name. */
  readonly more?: (folder: string, savepoint: Savepoint) => Promise<void>;
}

/**
 * Writes a checkpoint from a savepoint: under a temporary name, and all of it before it gets its own.
 *
 * Errors: `CHECKPOINT_EXISTS`, `CHECKPOINT_LOCATION`, `CHECKPOINT_INCOMPATIBLE`, `SAVEPOINT_DAMAGED`, `SAVEPOINT_INCOMPLETE`,
 *         `SAVEPOINT_LOCATION`,
 *         `CHECKPOINT_LOCKED` by another restore, `CHECKPOINT_DAMAGED`, `CHECKPOINT_FORMAT_UNSUPPORTED`, `STATE_CORRUPT`.
 */
export function restoreSavepoint(options: RestoreOptions): Promise<Savepoint> {
  return inPlace('CHECKPOINT_LOCATION', options.location, () => restored(options));
}

async function restored(options: RestoreOptions): Promise<Savepoint> {
  const { from, location, fileSystem, loadState } = options;
  if ((await fileSystem.list(location)).length > 0) throw existing(location, from);
  await mustLieOutside(fileSystem, location, from);
  const savepoint = await openSavepoint(fileSystem, from);
  const { batchId } = savepoint.content;
  const before = await metadataIn(savepoint);
  const queryId = options.queryId ?? before.queryId;
  const metadata = metadataFor(before, { queryId, batchId, query: options.query });
  await writeWhole(fileSystem, location, async (folder) => {
    await copyFiles(savepoint, fileSystem, folder, queryId);
    const pages = savepoint.pages();
    await loadState({ directory: join(folder, 'state'), queryId, batchId, pages });
    await options.more?.(folder, savepoint);
    const body = metadataBody(metadata);
    const file = { kind: 'metadata', queryId, batchId: -1, fence: 0, body };
    await fileSystem.publish(join(folder, 'metadata'), encodeCheckpointFile(file));
  });
  return savepoint;
}

async function mustLieOutside(files: FileSystem, location: string, from: string): Promise<void> {
  if (!isWithin(await realPlace(files, location), await realPlace(files, from))) return;
  throw new StreamingError('CHECKPOINT_LOCATION', {
    directory: location,
    reason: `it lies in the savepoint ${from}, which nothing is ever written to`,
    fix: 'name a folder that is new, beside the savepoint',
  });
}

function existing(directory: string, savepoint: string): StreamingError<'CHECKPOINT_EXISTS'> {
  return new StreamingError('CHECKPOINT_EXISTS', { directory, savepoint });
}

async function metadataIn(savepoint: Savepoint): Promise<QueryMetadata> {
  const path = join(savepoint.directory, 'metadata');
  const { queryId, body } = readCheckpointFile(path, await savepoint.read('metadata'), {
    kind: 'metadata',
  });
  const metadata = metadataOf(body, queryId);
  if (metadata === undefined) throw damagedFile(path, 'it is no metadata');
  return metadata;
}

/** A new query has a sink of its own, which knows no batch yet. */
function metadataFor(
  before: QueryMetadata,
  to: { queryId: string; batchId: number; query: QueryMetadata | undefined },
): QueryMetadata {
  const { queryId, batchId, query } = to;
  if (query === undefined) return { ...before, queryId };
  const now = metadataOf(metadataBody(query), queryId) ?? query;
  mustBeCompatible({ ...before, sink: now.sink }, now);
  return { ...now, queryId, sink: { ...now.sink, sinceBatchId: batchId + 1 } };
}

async function copyFiles(
  savepoint: Savepoint,
  fileSystem: FileSystem,
  folder: string,
  queryId: string,
): Promise<void> {
  await fileSystem.makeDirectory(join(folder, 'offsets'));
  for (const path of savepoint.below('offsets')) {
    const from = join(savepoint.directory, path);
    const plan = readCheckpointFile(from, await savepoint.read(path), { kind: 'plan' });
    await fileSystem.publish(join(folder, path), encodeCheckpointFile({ ...plan, queryId }));
  }
  for (const path of savepoint.below('sources')) {
    await fileSystem.makeDirectory(join(folder, path, '..'));
    await fileSystem.publish(join(folder, path), await savepoint.read(path));
  }
}
