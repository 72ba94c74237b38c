import { join } from 'node:path';
import { StreamingError } from '../errors.js';
import { plannedUpTo } from '../query/plannedUpTo.js';
import type { PlanEntry } from '../query/queryCheckpoint.js';
import { examineSourceFile } from '../sources/examineSourceFile.js';
import { examineSourceLog, keepsLog } from '../sources/examineSourceLog.js';
import { damagedFile, readCheckpointFile } from './checkpointFile.js';
import { type FileSystem, temporaryPrefix } from './fileSystem.js';
import { metadataOf, type PartMetadata, type QueryMetadata } from './metadata.js';
import { checkIdentity } from './metadataFile.js';
import { inPlace, isForbidden } from './placeFault.js';
import { listPlans, mustBeWithoutGap, planIn } from './planFiles.js';
import { readRestored } from './restored.js';

/** A file that was read through, or a folder whose files were compared, and what is wrong with it. */
export interface ExaminedFile {
  /** Below the checkpoint, with slashes. */
  readonly file: string;
  readonly problem: StreamingError | undefined;
}

/** What the files of a checkpoint say, those beside the state. */
export interface ExaminedCheckpoint {
  readonly files: readonly ExaminedFile[];
  readonly metadata: QueryMetadata | undefined;
  /** Plans that can be read, oldest first. */
  readonly plans: readonly PlanEntry[];
  /** The newest batch that has a plan, whether or not it can be read. */
  readonly planned: number | undefined;
}

/**
 * Reads every file of a checkpoint but the state, and goes on behind those that are damaged.
 *
 * Errors: `CHECKPOINT_LOCATION` where a file may not be read.
 */
export function examineCheckpoint(
  files: FileSystem,
  location: string,
): Promise<ExaminedCheckpoint> {
  return inPlace('CHECKPOINT_LOCATION', location, async () => {
    const examination = new Examination(files, location);
    await examination.all();
    return examination;
  });
}

class Examination implements ExaminedCheckpoint {
  readonly files: ExaminedFile[] = [];
  readonly plans: PlanEntry[] = [];
  metadata: QueryMetadata | undefined;
  planned: number | undefined;

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly location: string,
  ) {}

  async all(): Promise<void> {
    await this.read('metadata', async (path, bytes) => {
      const { queryId, body } = readCheckpointFile(path, bytes, { kind: 'metadata' });
      this.metadata = metadataOf(body, queryId);
      if (this.metadata === undefined) throw damagedFile(path, 'it is no metadata');
    });
    const { fileSystem, location } = this;
    const expected = this.expected();
    const present = await fileSystem.list(location);
    if (present.includes('identity')) {
      await this.read('identity', () => checkIdentity(fileSystem, location, expected.queryId));
    }
    if (present.includes('restored')) {
      await this.read('restored', async () => {
        await readRestored(fileSystem, location, expected.queryId ?? '');
      });
    }
    await this.offsets();
    await this.runs();
    await this.sources();
  }

  private async offsets(): Promise<void> {
    const listed = await listPlans(this.fileSystem, this.location);
    this.planned = listed.at(-1)?.batchId;
    await this.check('offsets', async () => mustBeWithoutGap(this.location, listed));
    for (const plan of listed) {
      const file = `${plan.isLost ? 'planned' : 'offsets'}/${plan.batchId}`;
      await this.read(file, async (_, bytes) => {
        this.plans.push(planIn(plan, bytes, this.metadata?.queryId));
      });
    }
  }

  private async runs(): Promise<void> {
    for (const name of await this.fileSystem.list(join(this.location, 'runs'))) {
      if (!/^\d{1,15}$/.test(name)) continue;
      await this.read(`runs/${name}`, async (path, bytes) => {
        readCheckpointFile(path, bytes, { kind: 'run', ...this.expected() });
      });
    }
  }

  private async sources(): Promise<void> {
    for (const id of await this.fileSystem.list(join(this.location, 'sources'))) {
      for (const name of await this.fileSystem.list(join(this.location, 'sources', id))) {
        if (name.startsWith(temporaryPrefix)) continue;
        await this.read(`sources/${id}/${name}`, async (path, bytes) =>
          examineSourceFile(path, bytes, this.metadata?.sources[Number(id)]?.kind),
        );
      }
    }
    for (const [i, source] of (this.metadata?.sources ?? []).entries()) {
      if (keepsLog(source)) await this.sourceLog(String(i), source);
    }
  }

  /** A file that is damaged says it itself. */
  private async sourceLog(id: string, source: PartMetadata): Promise<void> {
    const file = `sources/${id}`;
    if (this.files.some((each) => each.file.startsWith(`${file}/`) && each.problem)) return;
    const planned = plannedUpTo(this.plans.at(-1), id) ?? null;
    const directory = join(this.location, file);
    await this.check(file, () => examineSourceLog(this.fileSystem, directory, source, planned));
  }

  private expected(): { readonly queryId?: string } {
    return this.metadata === undefined ? {} : { queryId: this.metadata.queryId };
  }

  private async read(
    file: string,
    check: (path: string, bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const path = join(this.location, file);
    await this.check(file, async () => {
      const bytes = await this.fileSystem.read(path);
      if (bytes === undefined) throw damagedFile(path, 'it is missing');
      await check(path, bytes);
    });
  }

  private async check(file: string, body: () => Promise<void>): Promise<void> {
    let problem: StreamingError | undefined;
    try {
      await body();
    } catch (error) {
      if (isForbidden(error)) throw error; // what may not be read may be sound
      problem =
        error instanceof StreamingError
          ? error
          : damagedFile(join(this.location, file), String(error));
    }
    this.files.push({ file, problem });
  }
}
