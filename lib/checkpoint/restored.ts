import { join } from 'node:path';
import type { Json } from '../sources/source.js';
import { damagedFile, encodeCheckpointFile, readCheckpointFile } from './checkpointFile.js';
import type { FileSystem } from './fileSystem.js';

/** That a checkpoint was made from a savepoint, and which batches were planned after that. */
export interface Restored {
  /** Of the savepoint. */
  readonly batchId: number;
  /** Plans up to this one were carried over: they run again, one after the other. */
  readonly plannedUpTo: number;
}

const fileName = 'restored';

export async function readRestored(
  files: FileSystem,
  location: string,
  queryId: string,
): Promise<Restored | undefined> {
  const path = join(location, fileName);
  const bytes = await files.read(path);
  if (bytes === undefined) return undefined;
  const { batchId, body } = readCheckpointFile(path, bytes, { kind: 'restored', queryId });
  const plannedUpTo: unknown = Reflect.get(Object(body), 'plannedUpTo');
  if (typeof plannedUpTo !== 'number') throw damagedFile(path, 'it names no batch');
  return { batchId, plannedUpTo };
}

export async function writeRestored(
  files: FileSystem,
  location: string,
  queryId: string,
  { batchId, plannedUpTo }: Restored,
): Promise<void> {
  const body: Json = { plannedUpTo };
  const file = { kind: 'restored', queryId, batchId, fence: 0, body };
  await files.publish(join(location, fileName), encodeCheckpointFile(file));
}
