import { crc32 } from 'node:zlib';

/*
 * Persistent format v1 of the log of a `durable` source: add, never change.
 *
 *   segment := record*                          file <offset of the first record, 16 digits>.log
 *   record  := length crc offset group payload
 *   length  := u32      bytes of the payload; 0 = end marker, written when the source is closed
 *   crc     := u32      CRC-32 of offset, group and payload
 *   offset  := u48      1, 2, 3, … through all segments; an end marker has the next record's
 *   group   := u48      offset of the first record that was synced together with this one
 *   payload := UTF-8    one row, see rowCodec.ts
 *
 * All numbers are little-endian. A segment holds the records up to the first one of the next segment;
 * bytes behind those are the torn tail of a crash and mean nothing.
 */

export const headerBytes = 20;

/** A record as it lies in a segment. */
export interface LogRecord {
  readonly offset: number;
  readonly group: number;
  readonly payload: Uint8Array;
}

/** Writes a record at `at` and gives the position behind it. */
export function writeRecord(target: Buffer, at: number, record: LogRecord): number {
  const end = at + headerBytes + record.payload.length;
  target.writeUInt32LE(record.payload.length, at);
  target.writeUIntLE(record.offset, at + 8, 6);
  target.writeUIntLE(record.group, at + 14, 6);
  target.set(record.payload, at + headerBytes);
  target.writeUInt32LE(crc32(target.subarray(at + 8, end)), at + 4);
  return end;
}

/** The record at `at`, or undefined if there is no whole one with the right CRC. */
export function readRecord(segment: Buffer, at: number): LogRecord | undefined {
  if (at + headerBytes > segment.length) return undefined;
  const end = at + headerBytes + segment.readUInt32LE(at);
  if (end > segment.length) return undefined;
  if (crc32(segment.subarray(at + 8, end)) !== segment.readUInt32LE(at + 4)) return undefined;
  return {
    offset: segment.readUIntLE(at + 8, 6),
    group: segment.readUIntLE(at + 14, 6),
    payload: segment.subarray(at + headerBytes, end),
  };
}
