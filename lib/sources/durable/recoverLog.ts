import { join } from 'node:path';
import type { AppendFiles } from '../../checkpoint/appendFiles.js';
import type { FileSystem } from '../../checkpoint/fileSystem.js';
import { StreamingError } from '../../errors.js';
import { scanSegment } from './scanSegment.js';
import { syncedUpTo } from './syncedMark.js';

/** A file of the log, closed or still written to. */
export interface Segment {
  readonly path: string;
  /** Offset of its first record. */
  readonly first: number;
}

/** What a log holds when it is opened. */
export interface RecoveredLog {
  readonly segments: readonly Segment[];
  /** Rows from offset `next − payloads.length` on. */
  readonly payloads: readonly Uint8Array[];
  readonly next: number;
}

const segmentName = /^(\d{16})\.log$/;

export function segmentPath(directory: string, first: number): string {
  return join(directory, `${String(first).padStart(16, '0')}.log`);
}

/** Reads the log in `directory` as `readLog` does; what it answers is durable. */
export async function recoverLog(
  directory: string,
  fileSystem: FileSystem,
  appendFiles: AppendFiles,
): Promise<RecoveredLog> {
  const log = await readLog(directory, fileSystem);
  const newest = log.segments.at(-1);
  if (newest) await appendFiles.sync(newest.path);
  return log;
}

/**
 * Reads the log in `directory`, and changes nothing; the torn tail of a crash is left out.
 *
 * Errors: `CHECKPOINT_DAMAGED` where a row that was synced cannot be read.
 */
export async function readLog(directory: string, fileSystem: FileSystem): Promise<RecoveredLog> {
  const found: Segment[] = [];
  for (const name of await fileSystem.list(directory)) {
    const first = segmentName.exec(name)?.[1];
    if (first !== undefined) found.push({ path: join(directory, name), first: Number(first) });
  }
  found.sort((a, b) => a.first - b.first);
  const payloads: Uint8Array[] = [];
  let next = found[0]?.first ?? 1;
  for (const [i, segment] of found.entries()) {
    const scanned = await scan(segment, fileSystem);
    const end = found[i + 1]?.first;
    if (end === undefined ? scanned.damaged : scanned.next < end) {
      throw damaged(segment.path, `row ${scanned.next} cannot be read`);
    }
    for (const payload of scanned.payloads.slice(0, (end ?? scanned.next) - segment.first)) {
      payloads.push(payload);
    }
    next = end ?? scanned.next;
  }
  const newest = found.at(-1);
  if (next <= (await syncedUpTo(fileSystem, directory))) {
    throw damaged(newest?.path ?? directory, `row ${next} was acknowledged and is gone`);
  }
  return { segments: found, payloads, next };
}

async function scan(segment: Segment, fileSystem: FileSystem) {
  const bytes = await fileSystem.read(segment.path);
  if (bytes === undefined) throw damaged(segment.path, 'the file is gone');
  return scanSegment(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), segment.first);
}

function damaged(file: string, reason: string): StreamingError {
  return new StreamingError('CHECKPOINT_DAMAGED', { file, reason });
}
