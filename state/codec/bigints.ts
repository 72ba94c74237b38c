import type { ByteReader } from './byteReader.js';
import type { ByteWriter } from './byteWriter.js';

/** Writes the magnitude of a bigint, big-endian without leading zeros; gives the bytes of it. */
export function magnitudeOf(value: bigint): Buffer {
  const hex = (value < 0n ? -value : value).toString(16);
  if (hex === '0') return Buffer.alloc(0);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

export function bigintOf(bytes: Buffer, from: number, to: number): bigint {
  return from === to ? 0n : BigInt(`0x${bytes.toString('hex', from, to)}`);
}

/** `bigint := varint(2 × length + negative) magnitude`. */
export function writeBigint(out: ByteWriter, value: bigint): void {
  const magnitude = magnitudeOf(value);
  out.varint(2 * magnitude.length + (value < 0n ? 1 : 0));
  out.raw(magnitude);
}

export function readBigint(input: ByteReader): bigint {
  const header = input.varint();
  const length = Math.floor(header / 2);
  const from = input.take(length);
  const magnitude = bigintOf(input.bytes, from, from + length);
  return header % 2 === 1 ? -magnitude : magnitude;
}
