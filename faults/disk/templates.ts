import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeCheckpointFile, readCheckpointFile } from '../../lib/checkpoint/checkpointFile.js';
import { scratch } from '../scratch.js';
import { FolderImage } from './folderImage.js';
import type { Scenario } from './scenario.js';

/** A query that has stopped, or died, after some of its lives; copied before anything is done to it. */
export interface Template {
  readonly scenario: Scenario;
  readonly folder: string;
  readonly image: FolderImage;
  /** Rows that were acknowledged up to here. */
  readonly known: number;
}

/** Where the last life of a template ends; undefined: a clean stop. */
const deaths = [undefined, 'kp5:after', 'kp7:before', 'kp8:after', 'kp10:before'] as const;

/** A scenario after each of its lives, the last of which has several ends. */
export class Templates {
  private constructor(
    /** Where the query lives: its sink's folder may not change. */
    readonly here: string,
    /** Clean stops, oldest first. */
    readonly older: readonly Template[],
    readonly last: readonly Template[],
  ) {}

  static async of(scenario: Scenario): Promise<Templates> {
    const root = mkdtempSync(join(scratch, `millrace-disk-${scenario.name}-`));
    process.on('exit', () => rmSync(root, { recursive: true, force: true }));
    const here = join(root, 'here');
    const save = (name: string, known: number): Template => {
      const folder = join(root, name);
      cpSync(here, folder, { recursive: true });
      return { scenario, folder, known, image: FolderImage.of(here) };
    };
    const older: Template[] = [];
    for (const available of [25, 50, 70]) {
      const known = older.at(-1)?.known ?? 0;
      const { query } = await scenario.live({ folder: here, known, available, completes: false });
      if (query.exception !== undefined) throw query.exception;
      older.push(save(`rows-${available}`, available));
    }
    const before = older.at(-1) as Template;
    const last: Template[] = [];
    for (const death of deaths) {
      copyOf(before, here);
      const { known } = before;
      const killPoint = (name: string) => {
        if (name === death) throw new RangeError(`killed at ${name}`);
      };
      // Twice what a batch takes: half of them are acknowledged and stand in no plan.
      const available = known + 14;
      await scenario.live({ folder: here, known, available, completes: false, killPoint });
      last.push(save(`dead-${death ?? 'never'}`.replace(':', '-'), available));
    }
    return new Templates(here, older, last);
  }
}

/** A copy that takes itself for the original. */
export function copyOf(template: Template, folder: string): void {
  template.image.putBack(folder);
  const directory = join(folder, 'checkpoint');
  const path = join(directory, 'identity');
  const { queryId } = readCheckpointFile(path, readFileSync(path), { kind: 'identity' });
  const inode = String(statSync(directory, { bigint: true }).ino);
  const file = { kind: 'identity', queryId, batchId: -1, fence: 0, body: { inode } };
  writeFileSync(path, encodeCheckpointFile(file));
}
