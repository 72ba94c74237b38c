import { join } from 'node:path';
import { counted } from '../../counted.js';
import { StreamingError } from '../../errors.js';
import { isStartOfFile } from './fileFormat.js';
import { parseSegmentFile, type SegmentName, segmentFile } from './fileLogFormat.js';
import type { FileOffset } from './fileOffset.js';

/** What the names of its segments say about a log. */
export interface ListedLog {
  /** From the first file on, without a gap. */
  readonly segments: readonly SegmentName[];
  /** Parts of a merged segment that a crash has left behind. */
  readonly leftOver: readonly SegmentName[];
  /** How many files have been planned. */
  readonly length: number;
}

/** Puts the segments of the log in `directory` in order. Throws `CHECKPOINT_DAMAGED` where one is missing. */
export function segmentsIn(directory: string, names: readonly string[]): ListedLog {
  const segments: SegmentName[] = [];
  const leftOver: SegmentName[] = [];
  let length = 0;
  const found = names
    .map(parseSegmentFile)
    .filter((name) => name !== undefined)
    .sort((a, b) => a.first - b.first || b.level - a.level);
  for (const name of found) {
    if (name.first === length) {
      segments.push(name);
      length = name.last + 1;
    } else if (name.last < length) {
      leftOver.push(name);
    } else {
      const file = join(directory, segmentFile(name));
      const reason = `files ${length} to ${name.first - 1} of the log before it are missing`;
      throw new StreamingError('CHECKPOINT_DAMAGED', { file, reason });
    }
  }
  return { segments, leftOver, length };
}

/**
 * What a checkpoint has planned must be in its log: the log is written first. Throws `CHECKPOINT_DAMAGED`.
 *
 * @param log the folder of the log, or the source that has one in memory.
 */
export function requireLogged(log: string, length: number, planned: FileOffset | null): void {
  if (planned === null) return;
  const needed = isStartOfFile(planned) ? planned.file : planned.file + 1;
  if (length >= needed) return;
  const reason = `${counted(needed, 'file was', 'files were')} planned, its log has ${length}`;
  throw new StreamingError('CHECKPOINT_DAMAGED', { file: log, reason });
}
