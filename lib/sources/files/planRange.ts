import { type Advance, isStartOfFile, startOfFile } from './fileFormat.js';
import type { FileOffset } from './fileOffset.js';

/** How much a batch may take; Infinity: no limit. */
export interface FileLimits {
  readonly maxFiles: number;
  readonly maxBytes: number;
  readonly maxRows: number;
}

export const unlimited: FileLimits = {
  maxFiles: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
  maxRows: Number.POSITIVE_INFINITY,
};

/** What planning must know of a file. */
export interface PlannableFile {
  readonly size: number;
  advance(from: FileOffset, maxRows: number): Promise<Advance>;
}

/**
 * The end of the next batch that starts at `from`.
 *
 * - Whole files while their number and their bytes together stay within the limits, but at least one.
 * - With a limit of rows the last file may be split; the rest of it counts as a file of its own.
 *
 * Source: semantics/spark.md 2.16.
 */
export async function planRange(
  from: FileOffset,
  limits: FileLimits,
  fileAt: (index: number) => Promise<PlannableFile | undefined>,
): Promise<FileOffset> {
  let at = from;
  let bytes = 0;
  let rows = 0;
  for (let files = 0; files < limits.maxFiles && rows < limits.maxRows; files++) {
    const file = await fileAt(at.file);
    if (file === undefined) return at;
    bytes += file.size - at.byte;
    if (files > 0 && bytes > limits.maxBytes) return at;
    if (limits.maxRows !== Number.POSITIVE_INFINITY) {
      const advance = await file.advance(at, limits.maxRows - rows);
      rows += advance.rows;
      if (!advance.atEnd) return { file: at.file, ...advance.at };
    }
    at = { file: at.file + 1, ...startOfFile };
  }
  return at;
}

/** The parts of files between two positions, in order. */
export function* partsOf(after: FileOffset, upTo: FileOffset) {
  for (let index = after.file; index <= upTo.file; index++) {
    const last = index === upTo.file;
    if (last && isStartOfFile(upTo)) return;
    const from = index === after.file ? { byte: after.byte, row: after.row } : startOfFile;
    yield { index, from, upTo: last ? { byte: upTo.byte, row: upTo.row } : undefined };
  }
}
