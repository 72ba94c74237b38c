import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { StreamingError } from '../../errors.js';
import type { ManifestFile } from '../../sinks/file/manifestEntry.js';
import { manifestFolder } from '../../sinks/file/manifestNames.js';
import { readManifest } from '../../sinks/readManifest.js';
import type { CleanMode } from './cleanFiles.js';

interface SinkFolder {
  readonly directory: string;
  /** By path, native and absolute. */
  readonly committed: ReadonlyMap<string, ManifestFile>;
}

/** A file that a manifest names, and the folder of its sink. */
export interface CommittedFile {
  readonly path: string;
  readonly directory: string;
  readonly file: ManifestFile;
}

/** What a file source does with folders of file sinks. */
export interface SinkReading {
  /** The source, for messages. */
  readonly source: string;
  readonly cleanSource: CleanMode;
}

/**
 * The folders of file sinks that one listing has met: below them only files count that a manifest names,
 * so that nothing uncommitted is ever read.
 *
 * Errors: `SINK_DAMAGED`, `SINK_FORMAT_UNSUPPORTED`; `SOURCE_CLEANS_SINK`.
 */
export class SinkFolders {
  private readonly folders: SinkFolder[] = [];

  constructor(private readonly reading: SinkReading) {}

  /** Looks for sinks in the directories above the one that is listed. */
  async above(directory: string): Promise<void> {
    for (const path of sinksFrom(dirname(directory))) await this.enter(path);
  }

  /** Takes the manifest of a directory whose entries have its name among them. */
  async enter(directory: string): Promise<void> {
    refuseCleaning(this.reading, directory);
    const { files } = await readManifest(directory);
    const committed = new Map(files.map((file) => [join(directory, file.path), file]));
    this.folders.push({ directory, committed });
  }

  isUncommitted(path: string): boolean {
    for (const { directory, committed } of this.folders) {
      const prefix = directory.endsWith(sep) ? directory : directory + sep;
      if (path.startsWith(prefix) && !committed.has(path)) return true;
    }
    return false;
  }

  *committed(): Iterable<CommittedFile> {
    for (const { directory, committed } of this.folders) {
      for (const [path, file] of committed) yield { path, directory, file };
    }
  }
}

/** Refuses to clean, when the source is opened: what a manifest lists must stay. */
export function requireNoSink(reading: SinkReading, root: string): void {
  for (const directory of sinksFrom(root)) refuseCleaning(reading, directory);
}

function refuseCleaning({ source, cleanSource }: SinkReading, directory: string): void {
  if (cleanSource === 'off') return;
  throw new StreamingError('SOURCE_CLEANS_SINK', { source, cleanSource, path: directory });
}

/** Folders of file sinks among a directory and those above it. */
function* sinksFrom(directory: string): Iterable<string> {
  for (let path = directory; ; path = dirname(path)) {
    if (existsSync(join(path, manifestFolder))) yield path;
    if (path === dirname(path)) return;
  }
}
