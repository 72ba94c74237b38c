import { join } from 'node:path';
import type { FileSystem } from '../../checkpoint/fileSystem.js';
import { StreamingError } from '../../errors.js';
import { type Steps, wait } from '../../maybe.js';
import { isTaken } from '../../thrown.js';
import { damaged } from './envelope.js';
import {
  decodeEntry,
  encodeEntry,
  type ManifestEntry,
  type ManifestFile,
} from './manifestEntry.js';
import { entryNameOf, listingOf, manifestFolder } from './manifestNames.js';

/** Entries of one level that are merged into one of the next. */
const mergedAtOnce = 10;

/** What the writer remembers of an entry: not its files, so that memory stays bounded. */
type EntryMark = Pick<ManifestEntry, 'first' | 'last' | 'previous' | 'level'> & {
  /** Newest commit in it, −Infinity without files: when retention lets it go. */
  readonly newestMs: number;
};

/** How a {@link ManifestWriter} is set up, after the manifest has been read. */
export interface ManifestWriterSetup {
  readonly fileSystem: FileSystem;
  readonly path: string;
  readonly queryId: string;
  readonly epoch: number;
  /** Files older than this leave the manifest when entries are merged. Infinity: never. */
  readonly retentionMs: number;
  readonly entries: readonly ManifestEntry[];
}

/**
 * Adds entries to the manifest and merges them: ten batches to one file, ten of those to one, and so
 * on. So n batches are about 10 · log10(n) files, and each entry is written again log10(n) times.
 *
 * A merged entry is published before those in it are removed; readers leave out what lies inside
 * another entry, so no instant shows a file twice or not at all.
 */
export class ManifestWriter {
  private readonly folder: string;
  private readonly marks: EntryMark[];
  private retainedFrom: number;

  constructor(private readonly setup: ManifestWriterSetup) {
    this.folder = join(setup.path, manifestFolder);
    this.marks = setup.entries.map(markOf);
    this.retainedFrom = setup.entries.reduce((from, e) => Math.max(from, e.retainedFrom), 0);
  }

  get last(): number {
    return this.marks.at(-1)?.last ?? -1;
  }

  /** This is the commit: once the entry has its name, readers see the files. */
  *commit(batchId: number, files: readonly ManifestFile[]): Steps<void> {
    const { fileSystem, path, queryId, epoch } = this.setup;
    const { epochs } = listingOf(yield* wait(fileSystem.list(this.folder)));
    if (epochs.some((other) => other > epoch)) throw takenOver(path, batchId);
    const { last: previous, retainedFrom } = this;
    const entry = {
      queryId,
      first: batchId,
      last: batchId,
      previous,
      level: 0,
      retainedFrom,
      files,
    };
    try {
      yield* wait(fileSystem.publish(this.fileOf(entry), encodeEntry(entry)));
    } catch (error) {
      throw isTaken(error) ? takenOver(path, batchId, error) : error;
    }
    this.marks.push(markOf(entry));
  }

  /** Merges what is due; `nowMs` decides about retention. */
  *compact(nowMs: number): Steps<void> {
    for (let due = this.due(); due.length >= mergedAtOnce; due = this.due()) {
      const cutoffMs = nowMs - this.setup.retentionMs;
      const expired = this.expired(cutoffMs, this.marks.length - due.length);
      const merged = yield* this.merge(due, cutoffMs);
      yield* wait(this.setup.fileSystem.publish(this.fileOf(merged), encodeEntry(merged)));
      this.marks.splice(-due.length, due.length, markOf(merged));
      this.marks.splice(0, expired.length);
      for (const old of [...expired, ...due]) {
        yield* wait(this.setup.fileSystem.remove(this.fileOf(old)));
      }
    }
  }

  /** The newest entries of one level; more than ten if a run ended before it merged them. */
  private due(): readonly EntryMark[] {
    const level = this.marks.at(-1)?.level;
    return this.marks.slice(this.marks.findLastIndex((mark) => mark.level !== level) + 1);
  }

  private expired(cutoffMs: number, among: number): readonly EntryMark[] {
    if (this.setup.retentionMs === Number.POSITIVE_INFINITY) return [];
    const kept = this.marks.findIndex((mark, at) => at >= among || mark.newestMs >= cutoffMs);
    const expired = this.marks.slice(0, Math.max(kept, 0));
    this.retainedFrom = Math.max(this.retainedFrom, (expired.at(-1)?.last ?? -1) + 1);
    return expired;
  }

  private *merge(due: readonly EntryMark[], cutoffMs: number): Steps<ManifestEntry> {
    const files: ManifestFile[] = [];
    for (const mark of due) {
      const file = this.fileOf(mark);
      const content = yield* wait(this.setup.fileSystem.read(file));
      if (content === undefined) throw damaged(file, 'it is gone');
      for (const each of decodeEntry(file, content).files) {
        if ((each.committedAtMs ?? Number.POSITIVE_INFINITY) >= cutoffMs) files.push(each);
      }
    }
    const [oldest, newest] = [due[0], due.at(-1)] as [EntryMark, EntryMark];
    const { queryId } = this.setup;
    const { retainedFrom } = this;
    const { first, previous, level } = oldest;
    return { queryId, first, last: newest.last, previous, level: level + 1, retainedFrom, files };
  }

  private fileOf({ first, last }: Pick<EntryMark, 'first' | 'last'>): string {
    return join(this.folder, entryNameOf(first, last));
  }
}

function markOf({ first, last, previous, level, files }: ManifestEntry): EntryMark {
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const { committedAtMs } of files) {
    newestMs = Math.max(newestMs, committedAtMs ?? Number.POSITIVE_INFINITY);
  }
  return { first, last, previous, level, newestMs };
}

function takenOver(path: string, batchId: number, cause?: unknown): StreamingError {
  return new StreamingError('SINK_CONCURRENT', { path, batchId }, { cause });
}
