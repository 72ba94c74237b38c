import type { FileSystem } from '../checkpoint/fileSystem.js';
import type { PartMetadata } from '../checkpoint/metadata.js';
import { plannedRows, requirePlanned } from './durable/durableSource.js';
import { readLog } from './durable/recoverLog.js';
import { requireLogged, segmentsIn } from './files/fileLogSegments.js';
import { fileOffsetOf } from './files/fileOffset.js';
import { isFileSignature } from './files/fileSignature.js';
import type { Json } from './source.js';

/** Whether a source keeps a log in the checkpoint, without which its plans cannot be read. */
export function keepsLog({ kind, signature }: PartMetadata): boolean {
  return kind === 'durable' || isFileSignature(signature);
}

/**
 * Compares the log that a source keeps in `directory` with what was planned, by the rules by which the source
 * itself opens it. Throws what the start of the query would throw.
 *
 * @param planned the newest planned end offset of the source, or null.
 */
export async function examineSourceLog(
  files: FileSystem,
  directory: string,
  { kind, description }: PartMetadata,
  planned: Json,
): Promise<void> {
  if (kind === 'durable') {
    const { next, payloads } = await readLog(directory, files);
    const durableUpTo = next - 1;
    const held = { durableUpTo, cutUpTo: durableUpTo - payloads.length };
    requirePlanned(description, held, plannedRows(planned));
    return;
  }
  const { length } = segmentsIn(directory, await files.list(directory));
  requireLogged(directory, length, fileOffsetOf(planned, description));
}
