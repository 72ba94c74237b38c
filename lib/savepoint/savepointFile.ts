import {
  damagedFile,
  encodeCheckpointFile,
  readCheckpointFile,
} from '../checkpoint/checkpointFile.js';
import type { Json } from '../sources/source.js';

/*
 * A savepoint is a folder. Persistent format v1: add, never change.
 *
 * SAVEPOINT            a checkpoint file of the kind "savepoint": all other files, written last
 * metadata             as in the checkpoint
 * offsets/<batchId>    plan of the last committed batch, as in the checkpoint
 * state/<n>            the store's keys and values in byte order: pairs.ts
 * sources/<id>/<name>  what sources keep for themselves, as in the checkpoint
 */
export const markerName = 'SAVEPOINT';

/** A file of a savepoint. */
export interface SavedFile {
  /** Below the savepoint, with slashes. */
  readonly path: string;
  readonly bytes: number;
  /** CRC-32 of its content. */
  readonly crc: number;
}

/** What the marker says. */
export interface SavepointContent {
  readonly queryId: string;
  /** The last committed batch. */
  readonly batchId: number;
  /** ms since the epoch. */
  readonly createdMs: number;
  readonly files: readonly SavedFile[];
}

export function encodeMarker(content: SavepointContent): Uint8Array {
  const { queryId, batchId, createdMs, files } = content;
  const body = { createdMs, files } as unknown as Json;
  return encodeCheckpointFile({ kind: 'savepoint', queryId, batchId, fence: 0, body });
}

/** Throws `CHECKPOINT_DAMAGED`, `CHECKPOINT_FORMAT_UNSUPPORTED`: a savepoint is input. */
export function decodeMarker(path: string, bytes: Uint8Array): SavepointContent {
  const { queryId, batchId, body } = readCheckpointFile(path, bytes, { kind: 'savepoint' });
  const { createdMs, files } = Object(body) as { createdMs?: unknown; files?: unknown };
  if (typeof createdMs !== 'number' || !Array.isArray(files) || !files.every(isSavedFile)) {
    throw damagedFile(path, 'it is no list of files');
  }
  return { queryId, batchId, createdMs, files };
}

/** No other paths are written or read: one that leads out of the folder is refused. */
const knownPath = /^(metadata|offsets\/\d{1,15}|state\/\d{1,9}|sources\/[^/\\]+\/[^/\\]+)$/;

function isSavedFile(file: unknown): file is SavedFile {
  const { path, bytes, crc } = Object(file) as Partial<Record<keyof SavedFile, unknown>>;
  return (
    typeof path === 'string' &&
    knownPath.test(path) &&
    !/(^|\/)\.\.?(\/|$)/.test(path) &&
    typeof bytes === 'number' &&
    typeof crc === 'number'
  );
}
