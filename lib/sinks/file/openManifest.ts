import { dirname, join } from 'node:path';
import { type FileSystem, temporaryPrefix } from '../../checkpoint/fileSystem.js';
import { StreamingError } from '../../errors.js';
import { type Steps, wait } from '../../maybe.js';
import { isTaken } from '../../thrown.js';
import { damaged, seal, unseal } from './envelope.js';
import { fieldsOf, isInside } from './manifestEntry.js';
import { entryNameOf, manifestFolder, ownerNameOf } from './manifestNames.js';
import { type Manifest, readEntries } from './manifestReading.js';
import { ManifestWriter } from './manifestWriter.js';

/** Who opens a manifest, and where the query stands. */
export interface Opening {
  readonly fileSystem: FileSystem;
  readonly path: string;
  readonly queryId: string;
  readonly nextBatchId: number;
  /** Newest batch that comes as it was planned before: the folder may have it. */
  readonly replayedUpTo?: number | undefined;
  /** First batch that the folder was given; undefined: not known, it may be new to the query. */
  readonly sinceBatchId?: number | undefined;
  readonly retentionMs: number;
}

/** A manifest taken over by this run. */
export interface OpenManifest {
  readonly writer: ManifestWriter;
  /** Number of this run, in the names of its files. */
  readonly epoch: number;
  /** Relative paths of files that an earlier run wrote and did not commit, and of its notes. */
  readonly leftovers: readonly string[];
}

/**
 * Takes the folder over for one run. Everything is read and checked before the first write.
 *
 * Errors: `SINK_FOREIGN`, `SINK_POSITION`, `SINK_CONCURRENT`, and those of reading.
 */
export function* openManifest(opening: Opening): Steps<OpenManifest> {
  const { fileSystem, path, queryId, retentionMs } = opening;
  const manifest = yield* readEntries(fileSystem, path);
  checkOwner(opening, manifest);
  checkPosition(opening, manifest);
  const leftovers = yield* leftoversOf(opening, manifest);
  const epoch = (manifest.listing.epochs.at(-1) ?? 0) + 1;
  yield* claim(opening, manifest, epoch);
  const { entries } = manifest;
  const writer = new ManifestWriter({ fileSystem, path, queryId, epoch, retentionMs, entries });
  return { writer, epoch, leftovers };
}

function checkOwner({ path, queryId }: Opening, manifest: Manifest): void {
  const owner = manifest.queryId ?? queryId;
  if (owner !== queryId) throw new StreamingError('SINK_FOREIGN', { path, owner, queryId });
}

/** The sink may be ahead by batches that will run again as they were planned, and never behind. */
function checkPosition(opening: Opening, { last }: Manifest): void {
  const { path, nextBatchId, replayedUpTo = nextBatchId, sinceBatchId = nextBatchId } = opening;
  const ahead = last > Math.max(nextBatchId, replayedUpTo);
  const isNew = last === -1 && nextBatchId <= sinceBatchId;
  if (isNew || (!ahead && last >= nextBatchId - 1)) return;
  const reason = ahead
    ? 'an older checkpoint was put back, and its batches would be skipped'
    : 'committed batches are missing from the folder (deleted, or a disk that is not mounted)';
  throw new StreamingError('SINK_POSITION', { path, sink: last, checkpoint: nextBatchId, reason });
}

/** `link` lets one of two runs have the number; older numbers may go then. */
function* claim(
  { fileSystem, path, queryId }: Opening,
  manifest: Manifest,
  epoch: number,
): Steps<void> {
  const folder = join(path, manifestFolder);
  yield* wait(fileSystem.makeDirectory(folder));
  try {
    yield* wait(
      fileSystem.publish(join(folder, ownerNameOf(epoch)), seal('owner', { queryId, epoch })),
    );
  } catch (error) {
    if (!isTaken(error)) throw error;
    const batchId = manifest.last + 1;
    throw new StreamingError('SINK_CONCURRENT', { path, batchId }, { cause: error });
  }
  for (const old of manifest.listing.epochs) {
    yield* wait(fileSystem.remove(join(folder, ownerNameOf(old))));
  }
  for (const { first, last } of manifest.listing.merged) {
    yield* wait(fileSystem.remove(join(folder, entryNameOf(first, last))));
  }
}

/** What the notes of earlier runs name and no entry does, unfinished writes, and the notes. */
function* leftoversOf({ fileSystem, path }: Opening, manifest: Manifest): Steps<readonly string[]> {
  const { pending } = manifest.listing;
  if (pending.length === 0) return [];
  const entries = manifest.entries.flatMap((entry) => entry.files);
  const committed = new Set(entries.map((file) => file.path));
  const leftovers: string[] = [];
  const folders = new Set([manifestFolder]);
  for (const name of pending) {
    for (const file of yield* filesOfNote(fileSystem, join(path, manifestFolder, name))) {
      folders.add(dirname(file));
      if (!committed.has(file)) leftovers.push(file);
    }
  }
  for (const folder of folders) {
    const names = yield* wait(fileSystem.list(join(path, folder)));
    const unfinished = names.filter((name) => name.startsWith(temporaryPrefix));
    leftovers.push(...unfinished.map((name) => join(folder, name)));
  }
  return [...leftovers, ...pending.map((name) => join(manifestFolder, name))];
}

function* filesOfNote(fileSystem: FileSystem, note: string): Steps<readonly string[]> {
  const content = yield* wait(fileSystem.read(note));
  if (content === undefined) return [];
  const { files } = fieldsOf(unseal('pending', note, content));
  if (Array.isArray(files) && files.every((each) => typeof each === 'string' && isInside(each))) {
    return files;
  }
  throw damaged(note, 'it is no list of files');
}
