import { ByteReader } from '../codec/byteReader.js';
import { DecodeError } from '../codec/decodeError.js';

/** A block of a table is a few KiB, its index at most a few MiB. */
const longest = 64 * 1024 * 1024;

/**
 * What Snappy has compressed. Throws `DecodeError`; nothing is written beyond the length that the
 * bytes announce.
 *
 * content := length:varint element*
 * element := tag whose two low bits say: 0 literal, 1..3 copy with an offset of 1, 2 or 4 bytes
 */
export function unsnap(bytes: Uint8Array): Buffer {
  const input = new ByteReader(bytes);
  const length = input.varint();
  if (length > longest) throw new DecodeError('is too long', 0);
  const out = Buffer.alloc(length);
  let at = 0;
  while (!input.isAtEnd) at = element(input, out, at);
  if (at !== length) throw new DecodeError('ends too early', input.at);
  return out;
}

function element(input: ByteReader, out: Buffer, at: number): number {
  const tag = input.byte();
  const high = tag >> 2;
  switch (tag & 3) {
    case 0:
      return literal(input, out, at, high < 60 ? high + 1 : littleEndian(input, high - 59) + 1);
    case 1:
      return copy(out, at, ((tag >> 5) << 8) | input.byte(), (high & 7) + 4);
    case 2:
      return copy(out, at, littleEndian(input, 2), high + 1);
    default:
      return copy(out, at, littleEndian(input, 4), high + 1);
  }
}

function literal(input: ByteReader, out: Buffer, at: number, length: number): number {
  const from = input.take(length);
  if (at + length > out.length) throw new DecodeError('is longer than it says', from);
  input.bytes.copy(out, at, from, from + length);
  return at + length;
}

function copy(out: Buffer, at: number, offset: number, length: number): number {
  if (offset === 0 || offset > at || at + length > out.length) {
    throw new DecodeError('copies from nowhere', at);
  }
  // Byte by byte: a copy may run into what it writes.
  for (let i = 0; i < length; i++) out[at + i] = out[at + i - offset] as number;
  return at + length;
}

function littleEndian(input: ByteReader, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value += input.byte() * 256 ** i;
  return value;
}
