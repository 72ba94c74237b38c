import { join } from 'node:path';
import * as O from 'fp-ts/lib/Option.js';
import { StreamingError } from '../errors.js';
import type { PlanEntry } from '../query/queryCheckpoint.js';
import { damagedFile, readCheckpointFile } from './checkpointFile.js';
import type { FileSystem } from './fileSystem.js';
import { planOfJson } from './planForm.js';

/** A plan that a checkpoint has. */
export interface ListedPlan {
  readonly batchId: number;
  readonly path: string;
  /** It has only its second name left. */
  readonly isLost: boolean;
}

/** The plans of the checkpoint in `location`, oldest first. */
export async function listPlans(
  files: FileSystem,
  location: string,
): Promise<readonly ListedPlan[]> {
  const [directory, second] = [join(location, 'offsets'), join(location, 'planned')];
  const named = await batchesIn(files, directory);
  const announced = (await batchesIn(files, second)).at(-1) ?? -1;
  const listed = named.map((batchId) => {
    return { batchId, path: join(directory, String(batchId)), isLost: false };
  });
  if (announced <= (named.at(-1) ?? -1)) return listed;
  return [...listed, { batchId: announced, path: join(second, String(announced)), isLost: true }];
}

/** Throws `CHECKPOINT_GAP` if a plan between others is missing. */
export function mustBeWithoutGap(location: string, plans: readonly ListedPlan[]): void {
  const [oldest, newest] = [plans[0], plans.at(-1)];
  if (oldest === undefined || newest === undefined) return;
  const missing = plans.findIndex(({ batchId }, i) => batchId !== oldest.batchId + i);
  if (missing < 0) return;
  throw new StreamingError('CHECKPOINT_GAP', {
    directory: join(location, 'offsets'),
    missing: oldest.batchId + missing,
    newest: newest.batchId,
  });
}

/** What the file of a plan says. Throws `CHECKPOINT_DAMAGED` and what any file of a checkpoint throws. */
export function planIn(
  { batchId, path }: Pick<ListedPlan, 'batchId' | 'path'>,
  bytes: Uint8Array | undefined,
  queryId?: string,
): PlanEntry {
  if (bytes === undefined) throw damagedFile(path, 'it has vanished');
  const expected = { kind: 'plan', batchId, ...(queryId === undefined ? {} : { queryId }) };
  const { body } = readCheckpointFile(path, bytes, expected);
  const plan = planOfJson(body);
  if (O.isNone(plan) || plan.value.batchId !== batchId) throw damagedFile(path, 'it is no plan');
  return plan.value;
}

/** Batches that have a file in `directory`, in rising order. */
export async function batchesIn(files: FileSystem, directory: string): Promise<readonly number[]> {
  const names = await files.list(directory);
  return names
    .filter((name) => /^(0|[1-9]\d{0,14})$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}
