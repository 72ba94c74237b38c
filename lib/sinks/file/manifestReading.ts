import { join } from 'node:path';
import type { FileSystem } from '../../checkpoint/fileSystem.js';
import { StreamingError } from '../../errors.js';
import { type Steps, wait } from '../../maybe.js';
import { damaged, unseal } from './envelope.js';
import { decodeEntry, fieldsOf, type ManifestEntry } from './manifestEntry.js';
import { listingOf, type ManifestListing, manifestFolder, ownerNameOf } from './manifestNames.js';

/** A manifest that has been read whole and holds together. */
export interface Manifest {
  /** undefined: nobody has written here. */
  readonly queryId: string | undefined;
  /** Newest committed batch, −1: none. */
  readonly last: number;
  readonly entries: readonly ManifestEntry[];
  readonly listing: ManifestListing;
}

/**
 * Reads the manifest of `path`. A writer may merge entries meanwhile: then the list is taken anew.
 *
 * Errors: `SINK_DAMAGED`, `SINK_FORMAT_UNSUPPORTED`.
 */
export function* readEntries(fileSystem: FileSystem, path: string): Steps<Manifest> {
  const folder = join(path, manifestFolder);
  for (let attempt = 0; ; attempt++) {
    const listing = listingOf(yield* wait(fileSystem.list(folder)));
    const entries = yield* entriesOf(fileSystem, folder, listing);
    if (typeof entries !== 'string') {
      const owner = yield* ownerOf(fileSystem, folder, listing);
      checkChain(folder, entries);
      const queryId = owner ?? entries.at(-1)?.queryId;
      return { queryId, last: entries.at(-1)?.last ?? -1, entries, listing };
    }
    if (attempt === 9) throw damaged(join(folder, entries), 'it is listed but cannot be read');
  }
}

/** The entries, or the name of one that was gone. */
function* entriesOf(
  fileSystem: FileSystem,
  folder: string,
  listing: ManifestListing,
): Steps<readonly ManifestEntry[] | string> {
  const entries: ManifestEntry[] = [];
  for (const { name, first, last } of listing.entries) {
    const file = join(folder, name);
    const content = yield* wait(fileSystem.read(file));
    if (content === undefined) return name;
    const entry = decodeEntry(file, content);
    if (entry.first !== first || entry.last !== last) {
      throw damaged(file, `it holds batches ${entry.first} to ${entry.last}: it was renamed`);
    }
    entries.push(entry);
  }
  return entries;
}

function* ownerOf(
  fileSystem: FileSystem,
  folder: string,
  listing: ManifestListing,
): Steps<string | undefined> {
  const epoch = listing.epochs.at(-1);
  if (epoch === undefined) return undefined;
  const file = join(folder, ownerNameOf(epoch));
  const content = yield* wait(fileSystem.read(file));
  if (content === undefined) return undefined; // a newer run has just taken over
  const { queryId } = fieldsOf(unseal('owner', file, content));
  if (typeof queryId !== 'string') throw damaged(file, 'it names no query');
  return queryId;
}

/** Every entry but the oldest retained one MUST follow the one before it. */
function checkChain(folder: string, entries: readonly ManifestEntry[]): void {
  const retainedFrom = entries.reduce((from, entry) => Math.max(from, entry.retainedFrom), 0);
  let before = -1;
  for (const entry of entries) {
    const start = before === -1 && entry.previous < retainedFrom;
    if (entry.previous !== before && !start) {
      throw damaged(
        folder,
        `the entry of batch ${entry.previous} is missing before batch ${entry.first}`,
      );
    }
    if (entry.queryId !== entries[0]?.queryId) throw mixed(folder, entry, entries[0]?.queryId);
    before = entry.last;
  }
}

function mixed(folder: string, entry: ManifestEntry, owner = ''): StreamingError {
  return new StreamingError('SINK_FOREIGN', { path: folder, owner, queryId: entry.queryId });
}
