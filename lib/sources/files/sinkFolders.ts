import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { manifestFolder } from '../../sinks/file/manifestNames.js';
import { readManifest } from '../../sinks/readManifest.js';

interface SinkFolder {
  /** With a separator at its end. */
  readonly prefix: string;
  readonly committed: ReadonlySet<string>;
}

/**
 * The folders of file sinks that one listing has met: below them only files count that a manifest names,
 * so that nothing uncommitted is ever read.
 *
 * Errors: `SINK_DAMAGED`, `SINK_FORMAT_UNSUPPORTED`.
 */
export class SinkFolders {
  private readonly folders: SinkFolder[] = [];

  /** Looks for sinks in the directories above the one that is listed. */
  async above(directory: string): Promise<void> {
    for (let path = dirname(directory); ; path = dirname(path)) {
      if (existsSync(join(path, manifestFolder))) await this.enter(path);
      if (path === dirname(path)) return;
    }
  }

  /** Takes the manifest of a directory whose entries have its name among them. */
  async enter(directory: string): Promise<void> {
    const { files } = await readManifest(directory);
    this.folders.push({
      prefix: directory.endsWith(sep) ? directory : directory + sep,
      committed: new Set(files.map((file) => join(directory, file.path))),
    });
  }

  isUncommitted(path: string): boolean {
    for (const { prefix, committed } of this.folders) {
      if (path.startsWith(prefix) && !committed.has(path)) return true;
    }
    return false;
  }
}
