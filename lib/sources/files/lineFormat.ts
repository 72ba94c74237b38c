import { StreamingError } from '../../errors.js';
import type { SourceReport } from '../source.js';
import type { DecodeSlot } from './decodeSlot.js';
import type { Advance, FileFormat, FileToRead, InFile } from './fileFormat.js';
import { restoreOrStartAnew } from './fingerprint.js';
import { type LineBlock, lineBlocks, type RecordEnd } from './lineBlocks.js';

/** Rows of one range of one file. */
export interface LineDecoder<T> {
  /** Lines of the file before the next one; the decoder counts on. */
  line: number;
  /** Turns whole lines into rows; answers where it stopped, after a line, when it has a chunk. */
  decode(bytes: Buffer, start: number, end: number, rows: T[]): number;
  /** Rows of what another thread has decoded, in chunks; answers where it stopped. */
  decoded?(slot: DecodeSlot): Generator<T[], number, void>;
  /** A line beyond the limit of bytes, cut. */
  tooLong(shown: string, rows: T[]): void;
}

/** Decodes blocks on another thread, while the one that reads is busy with those before. */
export interface DecodeAhead {
  /** `bytes`: of the blocks together. */
  over(
    file: FileToRead,
    bytes: number,
    blocks: AsyncGenerator<LineBlock>,
  ): AsyncGenerator<LineBlock>;
  close(): Promise<void>;
}

/** A format whose rows are lines. */
export interface LineRules<T> {
  readonly kind: string;
  /** The source, for messages. */
  readonly source: string;
  readonly maxLineBytes: number;
  readonly blockBytes?: number;
  /** Whether the first line that is a record is a header. */
  readonly header: boolean;
  /**
   * The line feed that ends the record at `start`, or -1: where records may have several lines. What is
   * left of a file then ends with a line feed, too.
   */
  readonly recordEnd?: RecordEnd;
  /** Whether a record, without its end, counts against a limit of rows. */
  isRecord(bytes: Buffer, start: number, end: number): boolean;
  begin(file: FileToRead, from: InFile, report: SourceReport): Promise<LineDecoder<T>>;
  /** What decodes ahead, for each source that is opened. */
  readonly ahead?: () => DecodeAhead;
}

/** How many rows a chunk has at most. */
export const chunkRows = 2048;

const lineFeed = 10;
const carriageReturn = 13;

/** The position of the line feed that ends the line at `start`. */
export function lineEnd(bytes: Buffer, start: number): number {
  return bytes.indexOf(lineFeed, start);
}

/** The line feed that ends the record at `start`; the last one of a block that does not end it. */
export function feedOf(
  recordEnd: RecordEnd | undefined,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  if (recordEnd === undefined) return lineEnd(bytes, start);
  const feed = recordEnd(bytes, start, end);
  return feed < 0 ? end - 1 : feed;
}

/** Lines of a record that ends at `feed`. */
export function linesOf(
  recordEnd: RecordEnd | undefined,
  bytes: Buffer,
  start: number,
  feed: number,
): number {
  let lines = 1;
  if (recordEnd === undefined) return lines;
  for (let i = lineEnd(bytes, start); i < feed; i = lineEnd(bytes, i + 1)) lines++;
  return lines;
}

/** `end` less a carriage return before it. */
export function withoutReturn(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
}

/** Text, JSON lines and CSV without line breaks in fields: limits are found by looking for line feeds. */
export class LineFormat<T> implements FileFormat<T> {
  readonly kind: string;

  constructor(
    private readonly rules: LineRules<T>,
    private readonly ahead?: DecodeAhead,
  ) {
    this.kind = rules.kind;
  }

  /** For one source, which closes it: it may decode ahead. */
  opened(): LineFormat<T> {
    return new LineFormat(this.rules, this.rules.ahead?.());
  }

  async advance(file: FileToRead, from: InFile, maxRows: number): Promise<Advance> {
    const counter = new LineCounter(this.rules, from, maxRows);
    for await (const block of lineBlocks(file, from, undefined, this.rules)) {
      const stop = counter.count(block);
      if (stop >= 0) {
        const at = { byte: block.position + stop, row: counter.line };
        return { at, rows: counter.rows, atEnd: false };
      }
    }
    return { at: { byte: file.size, row: counter.line }, rows: counter.rows, atEnd: true };
  }

  async *read(
    file: FileToRead,
    from: InFile,
    upTo: InFile | undefined,
    report: SourceReport,
  ): AsyncGenerator<readonly T[], void, void> {
    const decoder = await this.rules.begin(file, from, report);
    const blocks = lineBlocks(file, from, upTo?.byte, this.rules);
    const bytes = (upTo?.byte ?? file.size) - from.byte;
    for await (const block of this.ahead?.over(file, bytes, blocks) ?? blocks) {
      let at = block.start;
      if (block.decoded && decoder.decoded) at = yield* decoder.decoded(block.decoded);
      while (at < block.end) {
        const rows: T[] = [];
        if (block.tooLong) {
          decoder.tooLong(block.bytes.toString('utf8', at, block.end), rows);
          at = block.end;
        } else at = decoder.decode(block.bytes, at, block.end, rows);
        if (rows.length > 0) yield rows;
      }
    }
    if (upTo !== undefined && decoder.line !== upTo.row) this.refuse(file, upTo.row, decoder.line);
  }

  async close(): Promise<void> {
    await this.ahead?.close();
  }

  /** As many lines as were planned, or it is another file: the end of a range counts too. */
  private refuse(file: FileToRead, wanted: number, found: number): never {
    throw new StreamingError('SOURCE_DATA_LOST', {
      source: this.rules.source,
      file: file.path,
      wanted: `${wanted} lines up to the planned position`,
      found: `${found}`,
      fix: restoreOrStartAnew,
    });
  }
}

class LineCounter {
  rows = 0;
  line: number;
  private headerDue: boolean;

  constructor(
    private readonly rules: LineRules<unknown>,
    from: InFile,
    private readonly maxRows: number,
  ) {
    this.line = from.row;
    this.headerDue = rules.header && from.byte === 0;
  }

  /** Counts the lines of a block; the start of the first record that is too many, or -1. */
  count(block: LineBlock): number {
    const { bytes, end } = block;
    const { recordEnd } = this.rules;
    let start = block.start;
    while (start < end) {
      const feed = block.tooLong ? end : feedOf(recordEnd, bytes, start, end);
      const isRecord =
        block.tooLong || this.rules.isRecord(bytes, start, withoutReturn(bytes, start, feed));
      if (isRecord) {
        if (this.headerDue) this.headerDue = false;
        else if (this.rows === this.maxRows) return start;
        else this.rows++;
      }
      this.line += block.tooLong ? 1 : linesOf(recordEnd, bytes, start, feed);
      start = feed + 1;
    }
    return -1;
  }
}
