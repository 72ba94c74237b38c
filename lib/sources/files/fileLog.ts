import { join } from 'node:path';
import type { FileSystem } from '../../checkpoint/fileSystem.js';
import { inSourceFolder } from '../../checkpoint/sourceFolder.js';
import { StreamingError } from '../../errors.js';
import { isTaken } from '../../thrown.js';
import {
  decodeSegment,
  encodeSegment,
  type LoggedFile,
  type SegmentName,
  segmentFile,
} from './fileLogFormat.js';
import { segmentsIn } from './fileLogSegments.js';

/** How many segments of one level become one of the next: 9 per level at most stay. */
const mergeAt = 10;

/**
 * The files that have been planned, in the order of reading; durable where the query has a checkpoint.
 *
 * - `append` answers when the entries are durable: an offset that names them may be written then.
 * - Entries that are neither committed nor forgotten stay in memory; all others only on disk.
 * - Bounded: segments merge by tens, as runs of equal size do in a merge sort, so each entry is written
 *   once per level, and a merge leaves out what `isGone` no longer needs.
 */
export class FileLog {
  private readonly entries = new Map<number, LoggedFile>();
  private segments: SegmentName[] = [];
  private nextIndex = 0;

  private constructor(
    private readonly fileSystem: FileSystem,
    private readonly directory: string | undefined,
  ) {}

  /** Opens the log; `visit` sees every entry that it still has. */
  static async open(
    fileSystem: FileSystem,
    directory: string | undefined,
    visit: (entry: LoggedFile) => void,
  ): Promise<FileLog> {
    const log = new FileLog(fileSystem, directory);
    if (directory !== undefined) await inSourceFolder(directory, () => log.load(directory, visit));
    return log;
  }

  /** Index that the next appended file gets. */
  get length(): number {
    return this.nextIndex;
  }

  get(index: number): LoggedFile | undefined {
    return this.entries.get(index);
  }

  /** Adds files behind the last one, all or none. */
  async append(files: readonly LoggedFile[]): Promise<void> {
    const [first, last] = [files[0], files[files.length - 1]];
    if (!first || !last) return;
    const name = { first: first.index, last: last.index, level: 0 };
    const { directory } = this;
    if (directory !== undefined) {
      const content = encodeSegment(name, files);
      const file = join(directory, segmentFile(name));
      await inSourceFolder(directory, () => this.publish(file, content));
      this.segments.push(name);
    }
    for (const file of files) this.entries.set(file.index, file);
    this.nextIndex = last.index + 1;
  }

  /** Drops the files before `index` from memory, in order; answers them. */
  forgetBefore(index: number): readonly LoggedFile[] {
    const gone: LoggedFile[] = [];
    for (const [at, entry] of this.entries) {
      if (at >= index) break; // entries are in rising order
      gone.push(entry);
      this.entries.delete(at);
    }
    return gone;
  }

  /** Merges the newest segments where ten of one level have come together. */
  async compact(isGone: (entry: LoggedFile) => boolean): Promise<void> {
    const { directory } = this;
    for (;;) {
      const newest = this.segments.at(-1);
      const run = this.segments.slice(-mergeAt);
      if (directory === undefined || !newest || run.length < mergeAt) return;
      if (!run.every((segment) => segment.level === newest.level)) return;
      await inSourceFolder(directory, () => this.merge(directory, run, isGone));
    }
  }

  /** The merged segment is durable before its parts go; a crash in between leaves both: see `load`. */
  private async merge(
    directory: string,
    run: readonly SegmentName[],
    isGone: (entry: LoggedFile) => boolean,
  ): Promise<void> {
    const kept: LoggedFile[] = [];
    for (const part of run) {
      for (const entry of await this.read(directory, part)) if (!isGone(entry)) kept.push(entry);
    }
    const [first, last] = [run[0], run[run.length - 1]];
    if (!first || !last) return;
    const merged = { first: first.first, last: last.last, level: last.level + 1 };
    await this.publish(join(directory, segmentFile(merged)), encodeSegment(merged, kept));
    this.segments.splice(-run.length, run.length, merged);
    for (const part of run) await this.fileSystem.remove(join(directory, segmentFile(part)));
  }

  private async load(directory: string, visit: (entry: LoggedFile) => void): Promise<void> {
    await this.fileSystem.makeDirectory(directory);
    const listed = segmentsIn(directory, await this.fileSystem.list(directory));
    for (const name of listed.segments) {
      for (const entry of await this.read(directory, name)) {
        this.entries.set(entry.index, entry);
        visit(entry);
      }
    }
    for (const part of listed.leftOver) {
      await this.fileSystem.remove(join(directory, segmentFile(part)));
    }
    this.segments = [...listed.segments];
    this.nextIndex = listed.length;
  }

  private async read(directory: string, name: SegmentName): Promise<readonly LoggedFile[]> {
    const file = join(directory, segmentFile(name));
    const content = await this.fileSystem.read(file);
    if (content === undefined) {
      throw new StreamingError('CHECKPOINT_DAMAGED', { file, reason: 'it is missing' });
    }
    return decodeSegment(file, name, content);
  }

  private async publish(file: string, content: Uint8Array): Promise<void> {
    try {
      await this.fileSystem.publish(file, content);
    } catch (error) {
      if (!isTaken(error)) throw error;
      const owner = 'another run, which wrote the same list of files';
      throw new StreamingError('CHECKPOINT_LOCKED', { directory: file, owner }, { cause: error });
    }
  }
}
