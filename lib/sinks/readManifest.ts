import type { FileSystem } from '../checkpoint/fileSystem.js';
import { nodeFileSystem } from '../checkpoint/nodeFileSystem.js';
import { drive } from '../maybe.js';
import { requireKnownOptions } from '../options/knownOptions.js';
import type { ManifestFile } from './file/manifestEntry.js';
import { readEntries } from './file/manifestReading.js';

/** What a file sink has committed: see {@link readManifest}. */
export interface SinkManifest {
  /** The query that writes there; undefined if none has. */
  readonly queryId: string | undefined;
  /** Newest committed batch; −1 if none. */
  readonly lastBatchId: number;
  /** The committed files, in the order of their batches. */
  readonly files: readonly ManifestFile[];
}

/**
 * Lists the files that a {@link fileSink} has committed to a folder.
 *
 * Out:    no file of a batch that is still being written or was never committed; of a folder without
 *         a manifest, no file at all. Safe while a query writes there.
 * Errors: `SINK_DAMAGED`, `SINK_FORMAT_UNSUPPORTED`.
 *
 * @example
 * for (const file of (await readManifest('out')).files) console.log(file.path, file.rows);
 *
 * @since 0.1.0
 */
export async function readManifest(
  path: string,
  options: { readonly fileSystem?: FileSystem } = {},
): Promise<SinkManifest> {
  requireKnownOptions('readManifest', options, { fileSystem: true });
  const { fileSystem = nodeFileSystem() } = options;
  const { queryId, last, entries } = await drive(readEntries(fileSystem, path));
  return { queryId, lastBatchId: last, files: entries.flatMap((entry) => entry.files) };
}
