import { type ByteSource, isPacked, openBytes } from './byteSource.js';
import type { DecodeSlot } from './decodeSlot.js';
import type { FileToRead, InFile } from './fileFormat.js';
import { blockBuffer } from './jsonBytes.js';

/** Whole lines of a file, in a buffer that is overwritten after the next block has been asked for. */
export interface LineBlock {
  readonly bytes: Buffer;
  readonly start: number;
  /** After the line feed of the last line; where the last one of a file has none, one is added. */
  readonly end: number;
  /** Position of `bytes[0]` in the (unpacked) file. */
  readonly position: number;
  /** The block is the beginning of one line that is longer than allowed. */
  readonly tooLong: boolean;
  /** What another thread has made of the block. */
  readonly decoded?: DecodeSlot;
}

export interface LineBlockOptions {
  readonly source: string;
  /** A line with its line feed may have this many bytes. */
  readonly maxLineBytes: number;
  /** Bytes asked of the file at once. Default 1 MiB. */
  readonly blockBytes?: number;
  /** The line feed that ends the record at `start`, or -1. Default: the next one. */
  readonly recordEnd?: RecordEnd;
}

/** Where a record ends that may have several lines. */
export type RecordEnd = (bytes: Buffer, start: number, end: number) => number;

/**
 * Reads a file as blocks of whole lines, from `from` to `upToByte` (undefined: the end), one block
 * ahead of the one in use.
 *
 * The byte order mark at the beginning of a file is left out. Every line lies in one block; one that is
 * longer than `maxLineBytes` comes alone and cut, as `tooLong`, so that no line can fill the memory.
 */
export async function* lineBlocks(
  file: FileToRead,
  from: InFile,
  upToByte: number | undefined,
  options: LineBlockOptions,
): AsyncGenerator<LineBlock, void, void> {
  const source = await openBytes(options.source, file.path, from.byte);
  const reader = new BlockReader(source, from.byte, upToByte, blockSize(file, from, options));
  try {
    for (let block = await reader.next(); block; block = await reader.next()) yield block;
  } finally {
    await reader.close();
  }
}

/** Buffers that are no larger than their file: with thousands of small ones their memory is the cost. */
function blockSize(file: FileToRead, from: InFile, options: LineBlockOptions): LineBlockOptions {
  const { blockBytes = defaultBlockBytes } = options;
  if (isPacked(file.path)) return { ...options, blockBytes };
  const rest = file.size - from.byte + 1; // the end of the file is seen with room behind it
  return { ...options, blockBytes: Math.min(blockBytes, Math.max(rest, smallestBlock)) };
}

const smallestBlock = 4096;

/** Bytes asked of a file at once, and of a block as long as no line is longer. */
export const defaultBlockBytes = 1024 * 1024;

const lineFeed = 10;
/** What is kept of a line that is too long. */
const shownBytes = 256;

class BlockReader {
  private current: Buffer;
  private spare: Buffer;
  /** Bytes of an unfinished line at the start of `current`. */
  private carried = 0;
  /** The read into `current` that was begun while the block before was in use. */
  private ahead: Promise<number> | undefined;
  private ended = false;
  /** Inside a line that is too long, whose rest is skipped. */
  private skipping = false;
  private readonly upToByte: number;
  private readonly maxLineBytes: number;
  private readonly recordEnd: RecordEnd | undefined;

  constructor(
    private readonly source: ByteSource,
    /** Of `current[0]`. */
    private position: number,
    upToByte: number | undefined,
    options: LineBlockOptions,
  ) {
    this.upToByte = upToByte ?? Number.POSITIVE_INFINITY;
    this.maxLineBytes = options.maxLineBytes;
    this.recordEnd = options.recordEnd;
    // No larger than a line may be: so every line that fits into the buffer is allowed.
    const size = Math.min(options.blockBytes ?? defaultBlockBytes, options.maxLineBytes);
    this.current = blockBuffer(size);
    this.spare = blockBuffer(size);
  }

  async next(): Promise<LineBlock | undefined> {
    while (!this.ended) {
      const read = await (this.ahead ?? this.source.read(this.current, this.carried));
      this.ahead = undefined;
      const filled = this.carried + read;
      const limit = Math.min(filled, this.upToByte - this.position);
      this.ended = read === 0 || this.position + filled >= this.upToByte;
      const block = this.skipping ? this.skip(limit) : this.take(limit);
      if (block) return block;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.ahead?.catch(() => 0); // the handle must outlive a read that is under way
    await this.source.close();
  }

  private take(limit: number): LineBlock | undefined {
    const end = this.ended ? limit : this.lastEnd(limit);
    if (end > 0) return this.block(end, limit);
    this.carried = limit;
    if (limit < this.current.length) return undefined;
    if (this.current.length < this.maxLineBytes) {
      this.current = enlarged(this.current, this.maxLineBytes);
      return undefined;
    }
    const cut = Math.min(limit, shownBytes);
    const block = {
      bytes: this.current,
      start: 0,
      end: cut,
      position: this.position,
      tooLong: true,
    };
    this.moveOn(limit, limit);
    this.skipping = true;
    return block;
  }

  /** After the last whole record before `limit`; 0 if there is none. */
  private lastEnd(limit: number): number {
    const { current, recordEnd } = this;
    if (recordEnd === undefined) return current.lastIndexOf(lineFeed, limit - 1) + 1;
    let end = 0;
    let feed = recordEnd(current, this.contentStart(limit), limit);
    while (feed >= 0) {
      end = feed + 1;
      feed = recordEnd(current, end, limit);
    }
    return end;
  }

  /** After the byte order mark, where `current` begins with one. */
  private contentStart(end: number): number {
    return this.position === 0 && hasByteOrderMark(this.current, end) ? 3 : 0;
  }

  private block(end: number, limit: number): LineBlock {
    const { current: bytes, position } = this;
    const start = this.contentStart(end);
    this.moveOn(end, limit);
    if (bytes[end - 1] !== lineFeed) return withLineFeed(bytes, start, end, position);
    if (!this.ended) {
      this.ahead = this.source.read(this.current, this.carried);
      this.ahead.catch(() => 0); // whoever awaits it gets the error; nobody may, after a `return`
    }
    return { bytes, start, end, position, tooLong: false };
  }

  /** Leaves out the rest of a line that is too long. */
  private skip(limit: number): undefined {
    const end = this.current.subarray(0, limit).indexOf(lineFeed) + 1;
    this.skipping = end === 0;
    this.moveOn(end === 0 ? limit : end, limit);
    // What follows the skipped line may end the file: `take` must still see it.
    if (end > 0 && this.ended && this.carried > 0) this.ended = false;
    return undefined;
  }

  /** Makes the bytes from `end` to `limit` the beginning of the next buffer. */
  private moveOn(end: number, limit: number): void {
    if (this.spare.length < this.current.length) {
      this.spare = blockBuffer(this.current.length);
    }
    this.current.copy(this.spare, 0, end, limit);
    [this.current, this.spare] = [this.spare, this.current];
    this.carried = limit - end;
    this.position += end;
  }
}

/** Only the last line of a file: nobody reads into this buffer again. */
function withLineFeed(full: Buffer, start: number, end: number, position: number): LineBlock {
  const bytes = end < full.length ? full : enlarged(full, end + 1);
  bytes[end] = lineFeed;
  return { bytes, start, end: end + 1, position, tooLong: false };
}

function enlarged(buffer: Buffer, max: number): Buffer {
  const larger = blockBuffer(Math.min(buffer.length * 2, max));
  buffer.copy(larger);
  return larger;
}

function hasByteOrderMark(bytes: Uint8Array, end: number): boolean {
  return end >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
