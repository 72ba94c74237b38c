import { join } from 'node:path';
import { encodeCheckpointFile } from '../checkpoint/checkpointFile.js';
import { examineCheckpoint } from '../checkpoint/examineCheckpoint.js';
import { type FileSystem, temporaryPrefix } from '../checkpoint/fileSystem.js';
import { writeRestored } from '../checkpoint/restored.js';
import type { PlanEntry } from '../query/queryCheckpoint.js';
import { syncedMarkName } from '../sources/durable/syncedMark.js';
import type { Json } from '../sources/source.js';
import type { Savepoint } from './savepoint.js';

/** What a damaged checkpoint gives to the one that takes its place. */
export interface CarriedOver {
  /** Batches that run again as they were planned. */
  readonly replayed: number;
  /** Files of sources that are damaged: left out. */
  readonly leftOut: readonly string[];
}

/**
 * Takes along what a restored checkpoint needs to go on where the damaged one was: the plans behind the
 * savepoint, up to the first that cannot be read, and what sources keep for themselves.
 */
export async function carryOver(
  files: FileSystem,
  damaged: string,
  folder: string,
  savepoint: Savepoint,
): Promise<CarriedOver> {
  const { queryId, batchId } = savepoint.content;
  const examined = await examineCheckpoint(files, damaged);
  const plans = following(examined.plans, batchId);
  for (const plan of plans) {
    const content = encodeCheckpointFile({
      kind: 'plan',
      queryId,
      batchId: plan.batchId,
      fence: 0,
      body: plan as unknown as Json,
    });
    await files.publish(join(folder, 'offsets', String(plan.batchId)), content);
  }
  const plannedUpTo = plans.at(-1)?.batchId ?? batchId;
  await writeRestored(files, folder, queryId, { batchId, plannedUpTo });
  const leftOut = examined.files.filter(
    ({ file, problem }) => file.startsWith('sources/') && problem !== undefined,
  );
  const names = new Set(leftOut.map(({ file }) => file));
  await copySources(files, damaged, folder, names);
  return { replayed: plans.length, leftOut: [...names] };
}

/** Plans behind `batchId` without a gap. */
function following(plans: readonly PlanEntry[], batchId: number): readonly PlanEntry[] {
  const found: PlanEntry[] = [];
  for (const plan of plans) {
    if (plan.batchId === batchId + found.length + 1) found.push(plan);
  }
  return found;
}

/** What the damaged checkpoint has is newer than what the savepoint has. */
async function copySources(
  files: FileSystem,
  damaged: string,
  folder: string,
  leftOut: ReadonlySet<string>,
): Promise<void> {
  for (const id of await files.list(join(damaged, 'sources'))) {
    await files.makeDirectory(join(folder, 'sources', id));
    for (const name of await files.list(join(damaged, 'sources', id))) {
      if (name.startsWith(temporaryPrefix) || leftOut.has(`sources/${id}/${name}`)) continue;
      // Rows that are gone are gone: whoever restores has decided it.
      if (name === syncedMarkName) continue;
      const content = await files.read(join(damaged, 'sources', id, name));
      if (content !== undefined) await files.replace(join(folder, 'sources', id, name), content);
    }
  }
}
