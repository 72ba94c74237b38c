import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { placeError } from '../../checkpoint/placeFault.js';
import { StreamingError } from '../../errors.js';
import { drive, type MaybePromise, type Steps, wait } from '../../maybe.js';
import { isTaken } from '../../thrown.js';
import type { Sink, SinkContext } from '../sink.js';
import { seal } from './envelope.js';
import type { FileFormat, FileShape } from './format.js';
import type { ManifestFile } from './manifestEntry.js';
import { dataFileName, manifestFolder, pendingNameOf } from './manifestNames.js';
import { type OpenManifest, openManifest } from './openManifest.js';
import { partitionsOf } from './partitions.js';

/** A file sink, checked. */
export interface FileSinkSetup {
  readonly path: string;
  readonly format: FileFormat;
  readonly partitionBy: readonly string[];
  readonly maxRecordsPerFile: number;
  /** Infinity: no retention. */
  readonly retentionMs: number;
}

/** Folders that need no second `makeDirectory`; bounded, because data names them. */
const foldersRemembered = 1000;

interface NewFile extends ManifestFile {
  readonly content: Uint8Array;
}

/**
 * One run of a file sink. A batch goes: a note of the files to come, the files, the manifest entry
 * (the commit), the note removed, what crashed runs left behind removed, entries merged.
 *
 * After a failure nobody knows how far the batch came: the manifest is read again before the next try.
 */
export class FileSinkRun implements Sink<unknown> {
  private open: OpenManifest | undefined;
  private readonly shape: FileShape;
  private readonly folders = new Set<string>();
  private filesWritten = 0;

  private constructor(
    private readonly setup: FileSinkSetup,
    private readonly ctx: SinkContext,
  ) {
    this.shape = shapeOf(setup, ctx);
  }

  static *open(setup: FileSinkSetup, ctx: SinkContext): Steps<FileSinkRun> {
    if (setup.retentionMs !== Number.POSITIVE_INFINITY && ctx.now === undefined) {
      throw new TypeError(
        `fileSink(${setup.path}): retention needs a query that gives its sink a clock`,
      );
    }
    const run = new FileSinkRun(setup, ctx);
    setup.format.check?.(run.shape);
    try {
      run.open = yield* run.openAt(ctx.nextBatchId);
    } catch (error) {
      throw placeError('SINK_LOCATION', setup.path, error);
    }
    return run;
  }

  addBatch(batchId: number, rows: readonly unknown[]): MaybePromise<void> {
    return drive(this.write(batchId, rows));
  }

  close(): void {}

  metrics(): Readonly<Record<string, string>> {
    return { numFiles: String(this.filesWritten) };
  }

  private openAt(nextBatchId: number): Steps<OpenManifest> {
    const { fileSystem, queryId, replayedUpTo, sinceBatchId } = this.ctx;
    const { path, retentionMs } = this.setup;
    const position = { nextBatchId, replayedUpTo, sinceBatchId };
    return openManifest({ fileSystem, path, queryId, retentionMs, ...position });
  }

  private *write(batchId: number, rows: readonly unknown[]): Steps<void> {
    const open = this.open ?? (yield* this.openAt(batchId));
    this.open = undefined;
    const known = batchId <= open.writer.last;
    if (!known) yield* this.writeNew(open, batchId, rows);
    this.open = known ? open : { ...open, leftovers: [] };
  }

  private *writeNew(open: OpenManifest, batchId: number, rows: readonly unknown[]): Steps<void> {
    const { fileSystem } = this.ctx;
    const files = yield* this.encode(open, batchId, rows);
    const pending = this.at(manifestFolder, pendingNameOf(batchId, open.epoch));
    if (files.length > 0) {
      const note = seal('pending', { files: files.map((file) => file.path) });
      yield* wait(fileSystem.publish(pending, note));
      for (const file of files) yield* this.publish(file, batchId);
    }
    yield* open.writer.commit(
      batchId,
      files.map(({ content, ...file }) => file),
    );
    this.filesWritten += files.length;
    if (files.length > 0) yield* wait(fileSystem.remove(pending));
    for (const path of open.leftovers) yield* wait(fileSystem.remove(this.at(path)));
    yield* open.writer.compact(this.ctx.now?.() ?? 0);
  }

  private *encode(open: OpenManifest, batchId: number, rows: readonly unknown[]): Steps<NewFile[]> {
    const { format, partitionBy, path, maxRecordsPerFile } = this.setup;
    const committedAtMs = this.ctx.now?.() ?? null;
    const files: NewFile[] = [];
    const schema = format.schema ?? this.ctx.schema;
    for (const { folder, rows: all } of partitionsOf(rows, partitionBy, path, schema)) {
      for (let from = 0; from < all.length; from += maxRecordsPerFile) {
        const some = all.slice(from, from + maxRecordsPerFile);
        const content = yield* wait(format.encode(some, this.shape));
        const name = dataFileName(batchId, open.epoch, files.length, format.extension);
        files.push({
          path: folder === '' ? name : `${folder}/${name}`,
          batchId,
          rows: some.length,
          size: content.length,
          crc32: crc32(content),
          committedAtMs,
          content,
        });
      }
    }
    return files;
  }

  private *publish(file: NewFile, batchId: number): Steps<void> {
    yield* this.makeFolder(file.path.slice(0, Math.max(0, file.path.lastIndexOf('/'))));
    try {
      yield* wait(this.ctx.fileSystem.publish(this.at(file.path), file.content));
    } catch (error) {
      if (!isTaken(error)) throw error;
      const { path } = this.setup;
      throw new StreamingError('SINK_CONCURRENT', { path, batchId }, { cause: error });
    }
  }

  /** A folder that somebody made a link to elsewhere must not take files out of the sink's own. */
  private *makeFolder(folder: string): Steps<void> {
    const { fileSystem } = this.ctx;
    if (folder === '' || this.folders.has(folder)) return;
    yield* wait(fileSystem.makeDirectory(this.at(folder)));
    const real = yield* wait(fileSystem.realPath?.(this.at(folder)));
    const root = yield* wait(fileSystem.realPath?.(this.setup.path));
    if (real !== undefined && root !== undefined && real !== join(root, folder)) {
      const { path, partitionBy } = this.setup;
      const reason = 'a symbolic link leads to another place, remove it';
      const column = partitionBy.join(', ');
      throw new StreamingError('SINK_PARTITION', { path, column, value: folder, reason });
    }
    if (this.folders.size >= foldersRemembered) this.folders.clear();
    this.folders.add(folder);
  }

  private at(...parts: readonly string[]): string {
    return join(this.setup.path, ...parts);
  }
}

/** A partition column may come from a folder that no schema declares: rows show whether they have it. */
function shapeOf({ partitionBy }: FileSinkSetup, { schema }: SinkContext): FileShape {
  const columns = new Set(partitionBy);
  if (schema === undefined) return { schema, partitionBy: columns };
  const fields = schema.fields.filter((field) => !columns.has(field.name));
  return { schema: { type: 'struct', fields }, partitionBy: columns };
}
