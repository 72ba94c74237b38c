import { resolve } from 'node:path';
import { isWithin } from '../../checkpoint/overlap.js';
import { requireLocalPath } from '../../checkpoint/requireLocalPath.js';
import type { OptionNames } from '../../options/knownOptions.js';
import { booleanOption, oneOf, positiveIntegerOption, shown } from '../../options/optionValues.js';
import { type DurationInput, durationMs } from '../../time/duration.js';
import type { BadRecordMode } from './badRecords.js';
import type { CleanMode } from './cleanFiles.js';
import { type Glob, parseGlob } from './glob.js';
import type { FileLimits } from './planRange.js';

/** Options of every source of files: which files, how many at a time, and what becomes of them. */
export interface FileSourceOptions {
  /** At most this many files in a batch. Default: all. Not together with `maxBytesPerTrigger`. */
  readonly maxFilesPerTrigger?: number;
  /** Whole files up to this many bytes on disk in a batch, but at least one. Default: all. */
  readonly maxBytesPerTrigger?: number;
  /** At most this many rows in a batch; a file is split where the limit falls into it. Default: all. */
  readonly maxRowsPerTrigger?: number;
  /** Newest files first. Default false. */
  readonly latestFirst?: boolean;
  /**
   * Files older than the newest one seen by more than this are ignored, and forgotten. Default
   * `'7 days'`; not used with `latestFirst` and a limit of files or bytes.
   */
  readonly maxFileAge?: DurationInput;
  /** Whether files of equal name in different folders are the same file. Default false. */
  readonly fileNameOnly?: boolean;
  /** What happens to a file when all of it is committed. Default `'off'`. */
  readonly cleanSource?: CleanMode;
  /** Where `cleanSource: 'archive'` moves files to, below their whole path; on the same file system. */
  readonly sourceArchiveDir?: string;
  /** Whether all folders are read, and not only those called `key=value`. Default false. */
  readonly recursive?: boolean;
  /** How long an idle source waits before it looks into the folder again. Default `'1 second'`. */
  readonly pollInterval?: DurationInput;
  /** What happens to records that are not of the schema. Default: as the query's row policy says. */
  readonly mode?: BadRecordMode;
}

export const fileSourceOptionNames: OptionNames<FileSourceOptions> = {
  maxFilesPerTrigger: true,
  maxBytesPerTrigger: true,
  maxRowsPerTrigger: true,
  latestFirst: true,
  maxFileAge: true,
  fileNameOnly: true,
  cleanSource: true,
  sourceArchiveDir: true,
  recursive: true,
  pollInterval: true,
  mode: true,
};

/** The same, checked. */
export interface ResolvedFileOptions {
  /** As in progress: `FileStreamSource[events/]`. */
  readonly source: string;
  readonly given: string;
  readonly globs: readonly Glob[];
  readonly limits: FileLimits;
  readonly latestFirst: boolean;
  readonly maxAgeMs: number;
  readonly fileNameOnly: boolean;
  readonly cleanSource: CleanMode;
  readonly archive: string | undefined;
  readonly recursive: boolean;
  readonly pollIntervalMs: number;
}

/**
 * Checks the options of a file source when it is built.
 *
 * Errors: TypeError and RangeError that name source and option.
 */
export function resolveFileOptions(
  owner: string,
  path: string,
  options: FileSourceOptions,
): ResolvedFileOptions {
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`${owner}: path must be a folder, a file or a glob, not ${shown(path)}`);
  }
  requireLocalPath(`${owner}: path`, path);
  const globs = parseGlob(path);
  const limits = limitsOf(owner, options);
  const cleanSource = oneOf(owner, 'cleanSource', options.cleanSource ?? 'off', cleanModes);
  if (options.mode !== undefined) oneOf(owner, 'mode', options.mode, badRecordModes);
  const latestFirst = booleanOption(owner, 'latestFirst', options.latestFirst);
  const limited = limits.maxFiles < Infinity || limits.maxBytes < Infinity;
  const age = durationMs(options.maxFileAge ?? '7 days', `${owner}: maxFileAge`);
  return {
    source: `FileStreamSource[${path}]`,
    given: path,
    globs,
    limits,
    latestFirst,
    maxAgeMs: latestFirst && limited ? Number.POSITIVE_INFINITY : age,
    fileNameOnly: booleanOption(owner, 'fileNameOnly', options.fileNameOnly),
    cleanSource,
    archive: archiveOf(owner, cleanSource, options.sourceArchiveDir, globs),
    recursive: booleanOption(owner, 'recursive', options.recursive),
    pollIntervalMs: durationMs(options.pollInterval ?? '1 second', `${owner}: pollInterval`, {
      min: 'positive',
    }),
  };
}

const cleanModes = ['off', 'archive', 'delete'] as const;
const badRecordModes = ['PERMISSIVE', 'DROPMALFORMED', 'FAILFAST'] as const;

function limitsOf(owner: string, options: FileSourceOptions): FileLimits {
  if (options.maxFilesPerTrigger !== undefined && options.maxBytesPerTrigger !== undefined) {
    throw new TypeError(
      `${owner}: maxFilesPerTrigger and maxBytesPerTrigger exclude each other: leave one out`,
    );
  }
  return {
    maxFiles: positiveIntegerOption(owner, 'maxFilesPerTrigger', options.maxFilesPerTrigger),
    maxBytes: positiveIntegerOption(owner, 'maxBytesPerTrigger', options.maxBytesPerTrigger),
    maxRows: positiveIntegerOption(owner, 'maxRowsPerTrigger', options.maxRowsPerTrigger),
  };
}

/** An archive among the files of the source would be read again. */
function archiveOf(
  owner: string,
  mode: CleanMode,
  directory: string | undefined,
  globs: readonly Glob[],
): string | undefined {
  if (mode !== 'archive') {
    if (directory === undefined) return undefined;
    throw new TypeError(`${owner}: sourceArchiveDir goes with cleanSource: 'archive'`);
  }
  if (typeof directory !== 'string' || directory === '') {
    throw new TypeError(`${owner}: cleanSource: 'archive' needs a sourceArchiveDir`);
  }
  requireLocalPath(`${owner}: sourceArchiveDir`, directory);
  const archive = resolve(directory);
  for (const { root } of globs) {
    if (!isWithin(archive, root) && !isWithin(root, archive)) continue;
    throw new RangeError(
      `${owner}: sourceArchiveDir ${archive} overlaps with ${root}, from which files are read: give a folder beside it`,
    );
  }
  return archive;
}
