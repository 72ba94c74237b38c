import { join } from 'node:path';
import { StreamingError } from '../errors.js';
import { isTaken } from '../thrown.js';
import { encodeCheckpointFile } from './checkpointFile.js';
import type { FileSystem } from './fileSystem.js';

/**
 * Takes the next number of a run, `runs/<fence>`: every file that the run publishes carries it. Where
 * the lock cannot reach (another machine, another container), two starts at once meet here.
 *
 * Errors: `CHECKPOINT_LOCKED`.
 */
export async function takeFence(
  files: FileSystem,
  directory: string,
  queryId: string,
): Promise<number> {
  const runs = await runsIn(files, directory);
  const fence = Math.max(0, ...runs) + 1;
  const content = encodeCheckpointFile({ kind: 'run', queryId, batchId: -1, fence, body: {} });
  try {
    await files.publish(join(directory, String(fence)), content);
  } catch (cause) {
    if (!isTaken(cause)) throw cause;
    const owner = 'a query that started at the same moment elsewhere';
    throw new StreamingError('CHECKPOINT_LOCKED', { directory, owner }, { cause });
  }
  for (const old of runs) {
    if (old < fence - 1) await files.remove(join(directory, String(old)));
  }
  return fence;
}

/** The newest run, if it began after the one of `fence`: that one is no longer the owner. */
export async function laterRun(
  files: FileSystem,
  directory: string,
  fence: number,
): Promise<number | undefined> {
  const newest = Math.max(0, ...(await runsIn(files, directory)));
  return newest > fence ? newest : undefined;
}

async function runsIn(files: FileSystem, directory: string): Promise<readonly number[]> {
  return (await files.list(directory)).filter((name) => /^\d{1,15}$/.test(name)).map(Number);
}
