import { type BigIntStats, type Dirent, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { StreamingError } from '../../errors.js';
import { manifestFolder } from '../../sinks/file/manifestNames.js';
import { readManifest } from '../../sinks/readManifest.js';
import { codeOf } from '../../thrown.js';
import { fileError } from './fileError.js';
import { anyDepth, type Glob, type GlobSegment, matchesSegment } from './glob.js';
import { isHidden, isListed } from './listedPath.js';
import { isPartitionDirectory } from './partitionPath.js';
import { type CommittedFile, requireNoSink, SinkFolders, type SinkReading } from './sinkFolders.js';

/** A file that a listing has met. */
export interface FoundFile {
  /** Native, absolute. */
  readonly path: string;
  /** The directory below which `key=value` directories count as partitions. */
  readonly base: string;
  readonly size: number;
  readonly modifiedNs: bigint;
  readonly inode: bigint;
}

export interface ListOptions extends SinkReading {
  /** The path as the user gave it, for messages. */
  readonly given: string;
  readonly globs: readonly Glob[];
  /** Whether every directory is descended into, not only `key=value` ones. */
  readonly recursive: boolean;
  /** Files that need not be looked at again: their name is all that is read of them. */
  readonly isKnown: (path: string) => boolean;
  /** Files older than this (ms since the epoch) may have been known and are forgotten. */
  readonly forgottenBeforeMs: number;
}

/**
 * Every file below the globs that is not known, in no order, each once.
 *
 * Hidden names (`_…`, `.…`, `…._COPYING_`) are left out, and what a file sink has not committed. What
 * vanishes while the listing runs is not an error, a producer may rename; but what a file sink has
 * committed must be there.
 *
 * Errors: `SOURCE_PATH_MISSING` for the path without wildcards; `SOURCE_UNREADABLE`; `SOURCE_DATA_LOST`
 *         for a committed file that is missing; as `SinkFolders`.
 */
export async function listFiles(options: ListOptions): Promise<FoundFile[]> {
  const lister = new Lister(options);
  for (const glob of options.globs) await lister.root(glob);
  await lister.requireCommitted();
  return [...lister.found.values()];
}

/** The paths of all files, in order of their names; otherwise as {@link listFiles}. */
export async function listPaths(
  options: Omit<ListOptions, 'isKnown' | 'forgottenBeforeMs'>,
): Promise<string[]> {
  const found = await listFiles({ ...options, isKnown: () => false, forgottenBeforeMs: 0 });
  return found.map((file) => file.path).sort();
}

/** Refuses a path that does not exist, or may not be cleaned, when the source is opened. */
export function requireRoots(options: Omit<ListOptions, 'isKnown' | 'forgottenBeforeMs'>): void {
  const lister = new Lister({ ...options, isKnown: () => true, forgottenBeforeMs: 0 });
  for (const glob of options.globs) {
    lister.statOfRoot(glob);
    requireNoSink(options, glob.root);
  }
}

/** How many stats run before other work of the event loop gets its turn: under 2 ms. */
const statsPerTurn = 256;

class Lister {
  readonly found = new Map<string, FoundFile>();
  private stats = 0;
  /** Folders that one alternative of the braces has matched against, for the others. */
  private readonly matched = new Map<string, readonly Dirent[]>();
  private readonly sinks: SinkFolders;

  constructor(private readonly options: ListOptions) {
    this.sinks = new SinkFolders(options);
  }

  async root(glob: Glob): Promise<void> {
    const stat = this.statOfRoot(glob);
    await this.sinks.above(glob.root);
    const inside = [placeOf(stat)];
    if (glob.segments.length > 0) return this.expand(glob.root, glob.segments, 0, inside);
    if (stat.isDirectory()) return this.walk(glob.root, glob.root, inside);
    this.take(glob.root, dirname(glob.root), stat);
  }

  /** What manifests name must be known, found, or have come since its directory was read. */
  async requireCommitted(): Promise<void> {
    const { globs, recursive, isKnown, forgottenBeforeMs } = this.options;
    for (const each of this.sinks.committed()) {
      const { path, file } = each;
      if (this.found.has(path) || isKnown(path)) continue;
      if ((file.committedAtMs ?? 0) < forgottenBeforeMs) continue;
      if (!globs.some((glob) => isListed(glob, path, recursive))) continue;
      if (this.statOf(path) === undefined) await this.lost(each);
    }
  }

  /** Retention may have taken the file out of the manifest since, and somebody from the disk. */
  private async lost({ path, directory, file }: CommittedFile): Promise<void> {
    const { files } = await readManifest(directory);
    if (!files.some((each) => each.path === file.path)) return;
    throw new StreamingError('SOURCE_DATA_LOST', {
      source: this.options.source,
      file: path,
      wanted: `the ${file.rows} rows that batch ${file.batchId} of the file sink in ${directory} has committed there`,
      found: 'no file',
      fix: 'restore the file from a backup, or let the query that writes there write to a new folder',
    });
  }

  statOfRoot(glob: Glob): BigIntStats {
    const stat = this.statOf(glob.root);
    if (stat !== undefined) return stat;
    const { given } = this.options;
    throw new StreamingError('SOURCE_PATH_MISSING', { path: glob.root, given });
  }

  /** Matches `segments[at…]` against the entries of `directory`. */
  private async expand(
    directory: string,
    segments: readonly GlobSegment[],
    at: number,
    above: readonly string[],
  ): Promise<void> {
    const segment = segments[at];
    if (segment === undefined) return this.walk(directory, directory, above);
    if (segment === anyDepth) await this.expand(directory, segments, at + 1, above);
    for (const entry of await this.entriesToMatch(directory)) {
      if (isHidden(entry.name) || !matchesSegment(segment, entry.name)) continue;
      const path = join(directory, entry.name);
      const last = at === segments.length - 1;
      if (entry.isFile()) {
        if (last) await this.file(path, directory);
        continue;
      }
      const stat = this.statOf(path);
      if (stat?.isFile() && last) this.take(path, directory, stat);
      if (!stat?.isDirectory() || above.includes(placeOf(stat))) continue;
      const inside = [...above, placeOf(stat)];
      await this.expand(path, segments, segment === anyDepth ? at : at + 1, inside);
    }
  }

  /** Files of a directory, and of the directories below that count. */
  private async walk(directory: string, base: string, above: readonly string[]): Promise<void> {
    for (const entry of await this.entries(directory)) {
      if (isHidden(entry.name)) continue;
      const path = join(directory, entry.name);
      if (entry.isFile()) {
        await this.file(path, base);
        continue;
      }
      const stat = this.statOf(path);
      if (stat?.isFile()) this.take(path, base, stat);
      if (!stat?.isDirectory() || above.includes(placeOf(stat))) continue; // a link to a directory above
      if (!this.options.recursive && !isPartitionDirectory(entry.name)) continue;
      await this.walk(path, base, [...above, placeOf(stat)]);
    }
  }

  private async entriesToMatch(directory: string): Promise<readonly Dirent[]> {
    const known = this.matched.get(directory);
    if (known !== undefined) return known;
    const entries = await this.entries(directory);
    if (this.options.globs.length > 1) this.matched.set(directory, entries);
    return entries;
  }

  private async entries(directory: string): Promise<Dirent[]> {
    try {
      const entries = await readdir(directory, { withFileTypes: true });
      if (entries.some((entry) => entry.name === manifestFolder)) await this.sinks.enter(directory);
      return entries;
    } catch (error) {
      if (isMissing(error)) return [];
      throw fileError(this.options.source, directory, error);
    }
  }

  private async file(path: string, base: string): Promise<void> {
    if (this.options.isKnown(path) || this.sinks.isUncommitted(path)) return;
    if (++this.stats % statsPerTurn === 0) await setImmediate();
    const stat = this.statOf(path);
    if (stat) this.take(path, base, stat);
  }

  private statOf(path: string): BigIntStats | undefined {
    try {
      return statSync(path, { bigint: true, throwIfNoEntry: false });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw fileError(this.options.source, path, error);
    }
  }

  private take(path: string, base: string, stat: BigIntStats): void {
    if (this.options.isKnown(path) || this.sinks.isUncommitted(path)) return;
    this.found.set(path, {
      path,
      base,
      size: Number(stat.size),
      modifiedNs: stat.mtimeNs,
      inode: stat.ino,
    });
  }
}

/** What tells directories apart: file systems number theirs alike, the root of each often the same. */
function placeOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** ENOTDIR: a directory has been replaced by a file since it was listed. ELOOP: a link to itself. */
function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}
