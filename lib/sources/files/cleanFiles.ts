import { link, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../../checkpoint/makeDirectories.js';
import { isTaken } from '../../thrown.js';
import type { LoggedFile } from './fileLogFormat.js';
import { fingerprintAt } from './fingerprint.js';

/** What happens to a file whose rows are all committed. */
export type CleanMode = 'off' | 'archive' | 'delete';

/**
 * Deletes or archives committed files, as well as it can: a file that cannot be cleaned stays and is
 * counted, since its rows are in the result already.
 *
 * - A file that is no longer the one that was read stays: a new one under the name of an old one has
 *   not been read.
 * - The archive has the whole path of a file below its directory; nothing there is overwritten.
 */
export class FileCleaner {
  cleaned = 0;
  failed = 0;

  constructor(
    private readonly source: string,
    private readonly mode: CleanMode,
    private readonly archive: string | undefined,
  ) {}

  async clean(files: readonly LoggedFile[]): Promise<void> {
    if (this.mode === 'off') return;
    for (const file of files) {
      try {
        if (await this.cleanOne(file)) this.cleaned++;
      } catch {
        this.failed++;
      }
    }
  }

  private async cleanOne(file: LoggedFile): Promise<boolean> {
    const found = await fingerprintAt(this.source, file.path);
    if (found === undefined || found.crc !== file.crc || found.inode !== file.inode) return false;
    if (found.modifiedNs !== file.modifiedNs || found.size !== file.size) return false;
    if (this.archive !== undefined) await moveInto(this.archive, file);
    await unlink(file.path);
    return true;
  }
}

/** `link` fails where `rename` would overwrite; a taken name gets the number of the file behind it. */
async function moveInto(archive: string, file: LoggedFile): Promise<void> {
  const target = join(archive, file.path);
  // What lay in a folder of few readers does not get more by being archived.
  await makeDirectories(dirname(target), 0o700);
  try {
    await link(file.path, target);
  } catch (error) {
    if (!isTaken(error)) throw error;
    await link(file.path, `${target}.${file.index}`);
  }
}
