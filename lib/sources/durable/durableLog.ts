import { setImmediate } from 'node:timers';
import type { AppendFile, AppendFiles } from '../../checkpoint/appendFiles.js';
import type { FileSystem } from '../../checkpoint/fileSystem.js';
import { inSourceFolder } from '../../checkpoint/sourceFolder.js';
import { StreamingError } from '../../errors.js';
import { closeAll, drive, type MaybePromise, quietly } from '../../maybe.js';
import { reasonOf } from '../../thrown.js';
import { headerBytes, writeRecord } from './logRecord.js';
import { type RecoveredLog, recoverLog, type Segment, segmentPath } from './recoverLog.js';
import { SyncedMark } from './syncedMark.js';

/** Where a log lies, and how large it may get. */
export interface LogSettings {
  readonly source: string;
  readonly directory: string;
  readonly fileSystem: FileSystem;
  readonly appendFiles: AppendFiles;
  /** Of rows that are not cut off yet, with their headers. */
  readonly maxBytes: number;
}

/** Called when rows up to an offset have become durable, or when the log has failed. */
export interface LogListener {
  durable(upTo: number): void;
  failed(error: StreamingError): void;
}

interface Push {
  readonly payload: Uint8Array;
  resolve(offset: number): void;
  reject(error: unknown): void;
}

const segmentBytes = 16 * 1024 * 1024;

/**
 * Rows on disk until they are cut off. One writer; what is pushed while a group is being synced makes
 * the next group, so a group waits no longer than one sync takes.
 *
 * A failed write or sync ends the log: what is on disk is unknown until it is opened again.
 */
export class DurableLog {
  private payloads: Uint8Array[];
  private segments: Segment[];
  /** Offset of the newest durable row. */
  private durableOffset: number;
  private heldBytes = 0;
  private pending: Push[] = [];
  private pendingBytes = 0;
  private writing: Promise<void> | undefined;
  private file: AppendFile | undefined;
  private mark: SyncedMark | undefined;
  private fileBytes = 0;
  private ended: Error | undefined;

  private constructor(
    private readonly settings: LogSettings,
    private readonly listener: LogListener,
    recovered: RecoveredLog,
  ) {
    this.payloads = [...recovered.payloads];
    this.segments = [...recovered.segments];
    this.durableOffset = recovered.next - 1;
    for (const payload of this.payloads) this.heldBytes += headerBytes + payload.length;
  }

  static async open(settings: LogSettings, listener: LogListener): Promise<DurableLog> {
    const { directory, fileSystem, appendFiles } = settings;
    const recovered = await inSourceFolder(directory, async () => {
      await fileSystem.makeDirectory(directory);
      return recoverLog(directory, fileSystem, appendFiles);
    });
    return new DurableLog(settings, listener, recovered);
  }

  get durableUpTo(): number {
    return this.durableOffset;
  }

  /** Offset before the oldest row that is still there. */
  get cutUpTo(): number {
    return this.durableOffset - this.payloads.length;
  }

  get bytes(): number {
    return this.heldBytes + this.pendingBytes;
  }

  get idle(): boolean {
    return this.pending.length === 0 && this.writing === undefined;
  }

  /** Answers the row's offset once it is durable. Throws `DURABLE_FULL`, or why the log has ended. */
  push(payload: Uint8Array): Promise<number> {
    const { source, maxBytes } = this.settings;
    if (this.ended) throw this.ended;
    if (this.bytes + headerBytes + payload.length > maxBytes) {
      throw new StreamingError('DURABLE_FULL', { source, maxBytes });
    }
    this.pendingBytes += headerBytes + payload.length;
    return new Promise((resolve, reject) => {
      this.pending.push({ payload, resolve, reject });
      // Not at once: rows pushed in the same turn share one sync.
      this.writing ??= new Promise<void>((done) => setImmediate(done)).then(() => this.write());
    });
  }

  /** Rows `after` + 1 … `upTo`, as they were pushed. */
  range(after: number, upTo: number): readonly Uint8Array[] {
    return this.payloads.slice(after - this.cutUpTo, upTo - this.cutUpTo);
  }

  /** Forgets rows up to `upTo`; whole segments leave the disk. */
  async cut(upTo: number): Promise<void> {
    const count = upTo - this.cutUpTo;
    if (count > 0) {
      for (const payload of this.payloads.slice(0, count)) {
        this.heldBytes -= headerBytes + payload.length;
      }
      this.payloads = this.payloads.slice(count);
    }
    while (this.segments.length > 1 && (this.segments[1]?.first ?? 0) <= upTo + 1) {
      const [oldest] = this.segments;
      if (oldest === undefined) return;
      await this.settings.fileSystem.remove(oldest.path);
      this.segments.shift();
    }
  }

  /** Writes what is pending, marks the end, and refuses what comes later. Twice is fine. */
  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = new TypeError(`${this.settings.source}: the log is closed`);
    await this.writing;
    const { file } = this;
    if (file === undefined) return;
    try {
      const offset = this.durableOffset + 1;
      const marker = Buffer.alloc(headerBytes);
      writeRecord(marker, 0, { offset, group: offset, payload: new Uint8Array() });
      await file.append(marker);
      await file.sync();
    } catch {
      // Every row is durable already: without the marker the log opens as after a crash.
    } finally {
      await this.closeFiles();
    }
  }

  private async write(): Promise<void> {
    while (this.pending.length > 0) {
      const group = this.pending;
      this.pending = [];
      try {
        await this.writeGroup(group);
      } catch (error) {
        this.fail(group, error);
        break;
      }
      this.groupIsDurable(group);
    }
    this.writing = undefined;
  }

  private async writeGroup(group: readonly Push[]): Promise<void> {
    const first = this.durableOffset + 1;
    let bytes = 0;
    for (const { payload } of group) bytes += headerBytes + payload.length;
    const records = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (const [i, { payload }] of group.entries()) {
      at = writeRecord(records, at, { offset: first + i, group: first, payload });
    }
    const file = await this.fileFor(first);
    await file.append(records);
    await file.sync();
    await this.mark?.reached(first + group.length - 1);
    this.fileBytes += bytes;
  }

  /** The open segment, or a new one: the first of a run never continues what a crash may have torn. */
  private async fileFor(first: number): Promise<AppendFile> {
    const limit = Math.min(segmentBytes, this.settings.maxBytes / 8);
    if (this.file && this.fileBytes < limit) return this.file;
    const { directory, appendFiles } = this.settings;
    await this.closeFiles();
    const path = segmentPath(directory, first);
    const file = await appendFiles.create(path);
    this.file = file;
    // The name of the new segment says how far those before it reach.
    this.mark = await SyncedMark.begin(appendFiles, directory, first - 1);
    this.fileBytes = 0;
    if (this.segments.at(-1)?.path !== path) this.segments.push({ path, first });
    return file;
  }

  private groupIsDurable(group: readonly Push[]): void {
    const first = this.durableOffset + 1;
    for (const { payload } of group) {
      this.payloads.push(payload);
      this.heldBytes += headerBytes + payload.length;
      this.pendingBytes -= headerBytes + payload.length;
    }
    this.durableOffset += group.length;
    for (const [i, push] of group.entries()) push.resolve(first + i);
    this.listener.durable(this.durableOffset);
  }

  private fail(group: readonly Push[], cause: unknown): void {
    const { source, directory } = this.settings;
    const path = this.segments.at(-1)?.path ?? directory;
    const reason = reasonOf(cause);
    const error = new StreamingError('DURABLE_LOG_FAILED', { source, path, reason }, { cause });
    this.ended = error;
    for (const push of [...group, ...this.pending]) push.reject(error);
    this.pending = [];
    this.pendingBytes = 0;
    void drive(quietly(() => this.closeFiles()));
    this.listener.failed(error);
  }

  /** Closes the segment and its mark, if they are open. */
  private closeFiles(): MaybePromise<void> {
    const { file, mark } = this;
    this.file = undefined;
    this.mark = undefined;
    return drive(closeAll([() => file?.close(), () => mark?.close()]));
  }
}
