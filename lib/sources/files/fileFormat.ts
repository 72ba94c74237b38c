import type { SourceReport } from '../source.js';

/**
 * A place inside a file, after which reading goes on. `byte` counts decoded bytes (after gunzip) and
 * is 0 for formats that are addressed by row only; `row` counts what the format addresses: lines for
 * text formats, rows for Parquet.
 */
export interface InFile {
  readonly byte: number;
  readonly row: number;
}

export const startOfFile: InFile = { byte: 0, row: 0 };

export function isStartOfFile(at: InFile): boolean {
  return at.byte === 0 && at.row === 0;
}

/** A file as a format sees it. */
export interface FileToRead {
  /** Native, absolute. */
  readonly path: string;
  /** Bytes on disk when the file was planned. */
  readonly size: number;
  /** Values of the `key=value` directories above the file, as they are written, in path order; null is one. */
  readonly partition: ReadonlyMap<string, string | null>;
}

/** How far a limit of rows reaches. */
export interface Advance {
  readonly at: InFile;
  /** At most this many rows lie between; exact for well-formed files. */
  readonly rows: number;
  /** Nothing but blanks follows: the next range starts with the next file. */
  readonly atEnd: boolean;
}

/**
 * How rows come out of files. The bookkeeping of files, limits and offsets is `FileSource`'s.
 *
 * - `read(file, from, upTo)` MUST give the rows after `from` up to and including `upTo` (undefined: to
 *   the end), the same rows each time.
 * - `advance` and `read` MUST agree: the ranges between successive `advance`s give each row once.
 * - Chunks MUST be new arrays of new rows; a format keeps no state between two calls.
 */
export interface FileFormat<T> {
  /** 'json', 'csv', …: for explain and progress. */
  readonly kind: string;
  advance(file: FileToRead, from: InFile, maxRows: number): Promise<Advance>;
  read(
    file: FileToRead,
    from: InFile,
    upTo: InFile | undefined,
    report: SourceReport,
  ): AsyncIterable<readonly T[]>;
  /** Gives up what it holds beside the files; nothing is read after it. */
  close?(): Promise<void>;
}
