import { join } from 'node:path';
import * as O from 'fp-ts/lib/Option.js';
import { StreamingError } from '../errors.js';
import type { PlanEntry } from '../query/queryCheckpoint.js';
import { examineSourceFile } from '../sources/examineSourceFile.js';
import { damagedFile, readCheckpointFile } from './checkpointFile.js';
import { type FileSystem, temporaryPrefix } from './fileSystem.js';
import { metadataOf, type QueryMetadata } from './metadata.js';
import { checkIdentity } from './metadataFile.js';
import { planOfJson } from './planForm.js';
import { readRestored } from './restored.js';

/** A file that was read through, and what is wrong with it. */
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
}

/** Reads every file of a checkpoint but the state, and goes on behind those that are damaged. */
export async function examineCheckpoint(
  files: FileSystem,
  location: string,
): Promise<ExaminedCheckpoint> {
  const examination = new Examination(files, location);
  await examination.all();
  return examination;
}

class Examination implements ExaminedCheckpoint {
  readonly files: ExaminedFile[] = [];
  readonly plans: PlanEntry[] = [];
  metadata: QueryMetadata | undefined;

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
    const names = await this.fileSystem.list(join(this.location, 'offsets'));
    const newest = await this.fileSystem.list(join(this.location, 'planned'));
    const lost = newest.find((name) => /^\d{1,15}$/.test(name) && !names.includes(name));
    if (lost !== undefined) {
      await this.read(`planned/${lost}`, async (path, bytes) => {
        readCheckpointFile(path, bytes, { kind: 'plan', ...this.expected() });
      });
    }
    const batches = names.filter((name) => /^\d{1,15}$/.test(name)).map(Number);
    batches.sort((a, b) => a - b);
    for (const [i, batchId] of batches.entries()) {
      await this.read(`offsets/${batchId}`, async (path, bytes) => {
        const before = batches[i - 1];
        if (before !== undefined && before !== batchId - 1) throw this.gap(before + 1, batches);
        const { body } = readCheckpointFile(path, bytes, {
          kind: 'plan',
          batchId,
          ...this.expected(),
        });
        const plan = planOfJson(body);
        if (O.isNone(plan) || plan.value.batchId !== batchId) {
          throw damagedFile(path, 'it is no plan');
        }
        this.plans.push(plan.value);
      });
    }
  }

  private gap(missing: number, batches: readonly number[]): StreamingError<'CHECKPOINT_GAP'> {
    const directory = join(this.location, 'offsets');
    return new StreamingError('CHECKPOINT_GAP', {
      directory,
      missing,
      newest: batches.at(-1) ?? 0,
    });
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
          examineSourceFile(path, name, bytes),
        );
      }
    }
  }

  private expected(): { readonly queryId?: string } {
    return this.metadata === undefined ? {} : { queryId: this.metadata.queryId };
  }

  private async read(
    file: string,
    check: (path: string, bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const path = join(this.location, file);
    let problem: StreamingError | undefined;
    try {
      const bytes = await this.fileSystem.read(path);
      if (bytes === undefined) throw damagedFile(path, 'it is missing');
      await check(path, bytes);
    } catch (error) {
      problem = error instanceof StreamingError ? error : damagedFile(path, String(error));
    }
    this.files.push({ file, problem });
  }
}
