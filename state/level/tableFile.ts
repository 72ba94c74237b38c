import { ByteReader } from '../codec/byteReader.js';
import { DecodeError } from '../codec/decodeError.js';
import { maskedCrc32c } from './crc32c.js';
import { unsnap } from './snappy.js';

/*
 * LevelDB's table format. All blocks follow each other, and the footer says where the last two begin.
 *
 * table  := data* filter? metaindex index footer
 * block  := content compression:u8 crc32c:u32le        0 none, 1 Snappy; crc of content and compression
 * footer := metaindex handle, index handle, zeros up to 40 bytes, magic:8
 * handle := offset:varint size:varint                  without the five bytes behind the content
 * index  := (shared:varint unshared:varint length:varint key[unshared] value[length])* restart:u32le*
 *           restarts:u32le                             each value begins with the handle of a block
 */
const footerLength = 48;
const trailerLength = 5;
const magic = Buffer.from('57fb808b247547db', 'hex');

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/**
 * Checks every block of a table file, which LevelDB as shipped does not: it takes a flipped bit for
 * data, loses keys over it, or ends the process. Throws `DecodeError`.
 */
export function verifyTable(bytes: Buffer): void {
  const end = bytes.length - footerLength;
  if (end < 0) throw new DecodeError('it is cut short', 0);
  if (!bytes.subarray(-magic.length).equals(magic)) throw new DecodeError('it has no footer', end);
  const footer = new ByteReader(bytes, end);
  const metaindex = handleIn(footer);
  const index = handleIn(footer);
  for (; footer.at < bytes.length - magic.length; ) {
    if (footer.byte() !== 0) throw new DecodeError('its footer is unreadable', footer.at);
  }
  const blocks = [...handlesIn(bytes, index), ...handlesIn(bytes, metaindex)];
  for (const block of blocks) contentOf(bytes, block);
  mustCover([...blocks, metaindex, index], end);
}

function handleIn(input: ByteReader): Handle {
  return { offset: input.varint(), size: input.varint() };
}

function contentOf(bytes: Buffer, { offset, size }: Handle): Buffer {
  const end = offset + size;
  if (end + trailerLength > bytes.length) throw new DecodeError('a block is cut short', offset);
  if (maskedCrc32c(bytes, offset, end + 1) !== bytes.readUInt32LE(end + 1)) {
    throw new DecodeError('the checksum of a block does not match', offset);
  }
  return bytes.subarray(offset, end + 1);
}

/** The blocks that an index names. */
function handlesIn(bytes: Buffer, handle: Handle): readonly Handle[] {
  const block = contentOf(bytes, handle);
  const stored = block.subarray(0, -1);
  const content = block.at(-1) === 1 ? unsnap(stored) : stored;
  const restarts = content.length < 4 ? 0 : content.readUInt32LE(content.length - 4);
  const input = new ByteReader(content, 0, Math.max(0, content.length - 4 * (restarts + 1)));
  const handles: Handle[] = [];
  while (!input.isAtEnd) {
    input.varint();
    const unshared = input.varint();
    const length = input.varint();
    input.take(unshared);
    const from = input.take(length);
    handles.push(handleIn(new ByteReader(content, from, from + length)));
  }
  return handles;
}

/** No byte before the footer belongs to no block, and none to two. */
function mustCover(blocks: readonly Handle[], end: number): void {
  let at = 0;
  for (const { offset, size } of blocks.toSorted((a, b) => a.offset - b.offset)) {
    if (offset !== at) throw new DecodeError('it has bytes that belong to no block', at);
    at = offset + size + trailerLength;
  }
  if (at !== end) throw new DecodeError('it has bytes that belong to no block', at);
}
