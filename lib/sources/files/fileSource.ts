import { StreamingError } from '../../errors.js';
import type { Source, SourceContext, SourceReport } from '../source.js';
import { FileCleaner } from './cleanFiles.js';
import { type FileFormat, type FileToRead, isStartOfFile } from './fileFormat.js';
import { FileLog } from './fileLog.js';
import type { LoggedFile } from './fileLogFormat.js';
import { requireLogged } from './fileLogSegments.js';
import { beforeAllFiles, type FileOffset, fileOffsetOf, sameOffset } from './fileOffset.js';
import type { ResolvedFileOptions } from './fileSourceOptions.js';
import { fingerprintAt, requireUnchanged } from './fingerprint.js';
import { type FoundFile, listFiles, requireRoots } from './listFiles.js';
import { partitionOf } from './partitionPath.js';
import { type PlannableFile, partsOf, planRange, unlimited } from './planRange.js';
import { SeenFiles } from './seenFiles.js';
import { millisOf, UnreadFiles } from './unreadFiles.js';

/**
 * Rows of files as they appear, in the order of their modification times.
 *
 * Offset: number of the file in the order of planning, and a position in it.
 * State:  the log of planned files (durable with a checkpoint) and the seen map.
 * Errors: `SOURCE_CHANGED`, `SOURCE_DATA_LOST` where a planned file is not what it was, and where one is
 *         missing that a file sink has committed.
 */
export class FileSource<T> implements Source<T, FileOffset> {
  readonly pollIntervalMs: number;
  private committed = 0;

  private constructor(
    private readonly options: ResolvedFileOptions,
    private readonly format: FileFormat<T>,
    private readonly log: FileLog,
    private readonly seen: SeenFiles,
    private readonly unread: UnreadFiles,
    private readonly cleaner: FileCleaner,
  ) {
    this.pollIntervalMs = options.pollIntervalMs;
  }

  /**
   * Errors: `SOURCE_PATH_MISSING`, `SOURCE_CLEANS_SINK`, `SOURCE_UNREADABLE`, and `CHECKPOINT_DAMAGED`
   * for the log.
   */
  static async open<T>(
    options: ResolvedFileOptions,
    format: FileFormat<T>,
    ctx: SourceContext,
  ): Promise<FileSource<T>> {
    requireRoots(options); // what is wrong with the path shows now, not at the first batch
    const seen = new SeenFiles(options.maxAgeMs, options.fileNameOnly);
    const log = await FileLog.open(ctx.fileSystem, ctx.directory, (entry) => {
      seen.add(entry.path, millisOf(entry));
    });
    seen.purge();
    const planned = fileOffsetOf(ctx.resumeFrom, options.source);
    requireLogged(ctx.directory ?? options.source, log.length, planned);
    const list = (isKnown: (path: string) => boolean) =>
      listFiles({ ...options, isKnown, forgottenBeforeMs: seen.purgeLineMs });
    const { latestFirst } = options;
    const unread = new UnreadFiles(seen, { list, latestFirst, maxFiles: options.limits.maxFiles });
    const cleaner = new FileCleaner(options.source, options.cleanSource, options.archive);
    return new FileSource(options, format, log, seen, unread, cleaner);
  }

  async latestOffset(
    start: FileOffset | null,
    limit: 'one batch' | 'everything',
  ): Promise<FileOffset | null> {
    const from = start ?? beforeAllFiles;
    const fresh: LoggedFile[] = [];
    this.unread.beginBatch();
    const limits = limit === 'everything' ? unlimited : this.options.limits;
    const end = await planRange(from, limits, async (index) => {
      let file = this.log.get(index);
      if (file === undefined && index >= this.log.length) {
        file = await this.nextUnread(index);
        if (file) fresh.push(file);
      }
      return file && this.plannable(file);
    });
    await this.remember(fresh, end);
    return sameOffset(from, end) ? start : end;
  }

  async *read(
    after: FileOffset | null,
    upTo: FileOffset,
    report: SourceReport,
  ): AsyncGenerator<readonly T[], void, void> {
    for (const part of partsOf(after ?? beforeAllFiles, upTo)) {
      const file = this.log.get(part.index);
      if (file === undefined) throw this.rangeGone(part.index);
      await requireUnchanged(this.options.source, file.path, file);
      yield* this.format.read(toRead(file), part.from, part.upTo, report);
      await requireUnchanged(this.options.source, file.path, file); // it may have grown meanwhile
    }
  }

  async commit(upTo: FileOffset): Promise<void> {
    this.committed = Math.max(this.committed, upTo.file);
    await this.cleaner.clean(this.log.forgetBefore(this.committed));
    await this.log.compact((entry) => {
      return entry.index < this.committed && millisOf(entry) < this.seen.purgeLineMs;
    });
  }

  fixEnd(): Promise<void> {
    return this.unread.fix();
  }

  async close(): Promise<void> {
    await this.format.close?.();
  }

  metrics(): Readonly<Record<string, string>> {
    const { cleaned, failed } = this.cleaner;
    return {
      plannedFiles: String(this.log.length),
      rememberedFiles: String(this.seen.size),
      ...(this.options.cleanSource === 'off'
        ? {}
        : { cleanedFiles: String(cleaned), notCleanedFiles: String(failed) }),
    };
  }

  /** A file that vanishes between listing and planning has never been there. */
  private async nextUnread(index: number): Promise<LoggedFile | undefined> {
    for (;;) {
      const found = await this.unread.next();
      if (found === undefined) return undefined;
      const { path, base } = found;
      const fingerprint = await fingerprintAt(this.options.source, path);
      if (fingerprint) return { index, path, base, ...fingerprint };
    }
  }

  /** Makes the files of a plan durable before anybody learns of the plan; the one too many waits. */
  private async remember(fresh: readonly LoggedFile[], end: FileOffset): Promise<void> {
    const within = isStartOfFile(end) ? end.file : end.file + 1;
    const planned = fresh.filter((file) => file.index < within);
    await this.log.append(planned);
    for (const file of planned) this.seen.add(file.path, millisOf(file));
    for (const file of fresh) if (file.index >= within) this.unread.putBack(foundAgain(file));
    this.seen.purge();
    this.unread.endBatch();
  }

  private plannable(file: LoggedFile): PlannableFile {
    return {
      size: file.size,
      advance: (from, maxRows) => this.format.advance(toRead(file), from, maxRows),
    };
  }

  private rangeGone(index: number): StreamingError {
    return new StreamingError('SOURCE_RANGE_GONE', {
      source: this.options.source,
      wanted: `file ${index} of its order of reading`,
      available: `files ${this.committed} to ${this.log.length - 1}`,
      fix: 'restore the checkpoint from a backup or start anew',
    });
  }
}

function toRead(file: LoggedFile): FileToRead {
  return { path: file.path, size: file.size, partition: partitionOf(file.base, file.path) };
}

function foundAgain(file: LoggedFile): FoundFile {
  return { ...file, modifiedNs: BigInt(file.modifiedNs), inode: BigInt(file.inode) };
}
