import { join } from 'node:path';
import * as O from 'fp-ts/lib/Option.js';
import { StreamingError } from '../errors.js';
import type { PlanEntry } from '../query/queryCheckpoint.js';
import type { Json } from '../sources/source.js';
import { damagedFile, encodeCheckpointFile, readCheckpointFile } from './checkpointFile.js';
import { type FileSystem, temporaryPrefix } from './fileSystem.js';
import { planOfJson } from './planForm.js';

/** How many plans are kept. */
export const plansKept = 100;

/**
 * The plans of a query, `offsets/<batchId>` each: what a batch reads, fixed before it is read.
 *
 * - A plan is published once and never written again; a second writer fails with
 *   `CHECKPOINT_CONCURRENT`.
 * - A plan that does not verify is never skipped: the sink may hold its batch.
 */
export class OffsetLog {
  private constructor(
    private readonly files: FileSystem,
    private readonly directory: string,
    private readonly queryId: string,
    private oldest: number,
    /** The newest plan; undefined in a new query. */
    readonly last: PlanEntry | undefined,
  ) {}

  /**
   * Reads the newest plan.
   *
   * Errors: `CHECKPOINT_DAMAGED`, `CHECKPOINT_GAP`, `CHECKPOINT_QUERY_ID`,
   *         `CHECKPOINT_FORMAT_UNSUPPORTED`.
   */
  static async open(files: FileSystem, directory: string, queryId: string): Promise<OffsetLog> {
    await files.makeDirectory(directory);
    const batches = await batchesIn(files, directory);
    const newest = batches.at(-1);
    batches.forEach((batchId, i) => {
      const expected = (batches[0] as number) + i;
      if (batchId === expected || newest === undefined) return;
      throw new StreamingError('CHECKPOINT_GAP', { directory, missing: expected, newest });
    });
    const last =
      newest === undefined ? undefined : await readPlan(files, directory, queryId, newest);
    return new OffsetLog(files, directory, queryId, batches[0] ?? 0, last);
  }

  /** The plans behind `committed`, oldest first. */
  async after(committed: number): Promise<readonly PlanEntry[]> {
    const { files, directory, queryId, last } = this;
    const plans: PlanEntry[] = [];
    for (let batchId = committed + 1; batchId < (last?.batchId ?? -1); batchId++) {
      plans.push(await readPlan(files, directory, queryId, batchId));
    }
    return last === undefined || last.batchId <= committed ? plans : [...plans, last];
  }

  /** Removes what a crash has left unfinished. */
  async clear(): Promise<void> {
    for (const name of await this.files.list(this.directory)) {
      if (name.startsWith(temporaryPrefix)) await this.files.remove(join(this.directory, name));
    }
  }

  /** Durable when it answers. `fence`: the run that publishes. */
  async publish(entry: PlanEntry, fence: number): Promise<void> {
    const { batchId } = entry;
    const path = join(this.directory, String(batchId));
    const { queryId } = this;
    const body = entry as unknown as Json;
    const content = encodeCheckpointFile({ kind: 'plan', queryId, batchId, fence, body });
    try {
      await this.files.publish(path, content);
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST') throw cause;
      throw new StreamingError('CHECKPOINT_CONCURRENT', { file: path, batchId }, { cause });
    }
  }

  /** Removes plans that are older than the retained ones before `committed`. */
  async purge(committed: number): Promise<void> {
    for (; this.oldest <= committed - plansKept; this.oldest++) {
      await this.files.remove(join(this.directory, String(this.oldest)));
    }
  }
}

async function batchesIn(files: FileSystem, directory: string): Promise<readonly number[]> {
  const names = await files.list(directory);
  return names
    .filter((name) => /^(0|[1-9]\d{0,14})$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

async function readPlan(
  files: FileSystem,
  directory: string,
  queryId: string,
  batchId: number,
): Promise<PlanEntry> {
  const path = join(directory, String(batchId));
  const bytes = await files.read(path);
  if (bytes === undefined) throw damagedFile(path, 'it has vanished');
  const { body } = readCheckpointFile(path, bytes, { kind: 'plan', queryId, batchId });
  const plan = planOfJson(body);
  if (O.isNone(plan) || plan.value.batchId !== batchId) throw damagedFile(path, 'it is no plan');
  return plan.value;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
}
