import { join } from 'node:path';
import { StreamingError } from '../errors.js';
import type { MaybePromise } from '../maybe.js';
import type { PlanEntry } from '../query/queryCheckpoint.js';
import { isTaken } from '../thrown.js';
import { encodeCheckpointBody } from './checkpointFile.js';
import { type FileSystem, temporaryPrefix } from './fileSystem.js';
import { batchesIn, listPlans, mustBeWithoutGap, planIn } from './planFiles.js';
import { planBody } from './planForm.js';

/** How many plans are kept. */
const plansKept = 100;

/**
 * The plans of a query, `offsets/<batchId>` each: what a batch reads, fixed before a sink has any of it.
 *
 * - A plan is published once and never written again; a second writer fails with
 *   `CHECKPOINT_CONCURRENT`.
 * - A plan that does not verify is never skipped: the sink may hold its batch.
 * - The newest has a second name, `planned/<batchId>`: nothing else would tell a newest plan that is lost
 *   from one that was never made, and its batch would be planned anew with other rows.
 */
export class OffsetLog {
  private constructor(
    private readonly files: FileSystem,
    private readonly folders: Folders,
    private readonly queryId: string,
    private oldest: number,
    /** The newest plan; undefined in a new query. */
    readonly last: PlanEntry | undefined,
    /** It has only its second name left. */
    private readonly isLost: boolean,
  ) {}

  /**
   * Reads the newest plan of the checkpoint in `location`, whose folders are there.
   *
   * Errors: `CHECKPOINT_DAMAGED`, `CHECKPOINT_GAP`, `CHECKPOINT_QUERY_ID`,
   *         `CHECKPOINT_FORMAT_UNSUPPORTED`.
   */
  static async open(files: FileSystem, location: string, queryId: string): Promise<OffsetLog> {
    const plans = await listPlans(files, location);
    mustBeWithoutGap(location, plans);
    const newest = plans.at(-1);
    const last = newest && planIn(newest, await files.read(newest.path), queryId);
    const folders = { directory: join(location, 'offsets'), second: join(location, 'planned') };
    const isLost = newest?.isLost ?? false;
    return new OffsetLog(files, folders, queryId, plans[0]?.batchId ?? 0, last, isLost);
  }

  /** The plans behind `committed`, oldest first. */
  async after(committed: number): Promise<readonly PlanEntry[]> {
    const { files, folders, queryId, last } = this;
    const plans: PlanEntry[] = [];
    for (let batchId = committed + 1; batchId < (last?.batchId ?? -1); batchId++) {
      const path = join(folders.directory, String(batchId));
      plans.push(planIn({ batchId, path }, await files.read(path), queryId));
    }
    return last === undefined || last.batchId <= committed ? plans : [...plans, last];
  }

  /** Brings a lost name back, and removes what a crash has left unfinished; `fence`: of this run. */
  async clear(fence: number): Promise<void> {
    const { files, folders, last } = this;
    if (this.isLost && last !== undefined) {
      const path = join(folders.directory, String(last.batchId));
      await files.publish(path, this.contentOf(last, fence));
    }
    for (const directory of [folders.directory, folders.second]) {
      for (const name of await files.list(directory)) {
        if (name.startsWith(temporaryPrefix)) await files.remove(join(directory, name));
      }
    }
    for (const batchId of await batchesIn(files, folders.second)) {
      if (batchId !== last?.batchId) await files.remove(join(folders.second, String(batchId)));
    }
  }

  /** Durable when it answers. */
  async publish(entry: PlanEntry, { fence, turns, after }: PublishedBy): Promise<void> {
    const { batchId } = entry;
    const { directory, second } = this.folders;
    const path = join(directory, String(batchId));
    try {
      const content = this.contentOf(entry, fence, turns);
      await this.files.publish(path, content, { also: join(second, String(batchId)), after });
    } catch (cause) {
      if (!isTaken(cause)) throw cause;
      throw new StreamingError('CHECKPOINT_CONCURRENT', { file: path, batchId }, { cause });
    }
  }

  /** Removes plans that are older than the retained ones before `committed`. */
  async purge(committed: number): Promise<void> {
    const { files } = this;
    const { directory, second } = this.folders;
    const removals: MaybePromise<void>[] = [];
    if (committed > 0) removals.push(files.remove(join(second, String(committed - 1))));
    for (; this.oldest <= committed - plansKept; this.oldest++) {
      removals.push(files.remove(join(directory, String(this.oldest))));
    }
    await Promise.all(removals);
  }

  private contentOf(entry: PlanEntry, fence: number, turns?: Uint8Array): Uint8Array {
    const { queryId } = this;
    const head = { kind: 'plan', queryId, batchId: entry.batchId, fence };
    return encodeCheckpointBody(head, planBody(entry, turns));
  }
}

/** The run that publishes a plan, and how. */
interface PublishedBy {
  readonly fence: number;
  /** As `planBody` takes them; read before `publish` returns. */
  readonly turns: Uint8Array | undefined;
  /** What must have answered before the plan has a name. */
  readonly after: MaybePromise<void>;
}

/** Where plans have their names. */
interface Folders {
  readonly directory: string;
  readonly second: string;
}
