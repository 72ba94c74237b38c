import { headerBytes, readRecord } from './logRecord.js';

/** What a segment holds, from its first record up to the first that is not whole. */
export interface ScannedSegment {
  readonly payloads: readonly Uint8Array[];
  /** Offset of the record that would come next. */
  readonly next: number;
  /**
   * Whether something behind `next` shows that it was synced once: then the segment is damaged. A tail
   * that was torn while it was written is not.
   */
  readonly damaged: boolean;
}

/**
 * Reads a segment whose first record has offset `first`.
 *
 * The proof of damage is a whole record of a later group behind the broken one: a group is written
 * only when the one before it is synced. Pages of one group may reach the disk in any order, so a
 * whole record of the same group proves nothing.
 */
export function scanSegment(segment: Buffer, first: number): ScannedSegment {
  const payloads: Uint8Array[] = [];
  let next = first;
  let at = 0;
  for (;;) {
    const record = readRecord(segment, at);
    if (record === undefined || record.offset !== next) break;
    at += headerBytes + record.payload.length;
    if (record.payload.length === 0) break;
    payloads.push(record.payload);
    next++;
  }
  return { payloads, next, damaged: laterGroupBehind(segment, at, next) };
}

function laterGroupBehind(segment: Buffer, from: number, missing: number): boolean {
  const last = segment.length - headerBytes;
  const mostOffsets = segment.length / headerBytes;
  for (let at = from; at <= last; at++) {
    const offset = segment.readUIntLE(at + 8, 6);
    if (offset < missing || offset > missing + mostOffsets) continue;
    const record = readRecord(segment, at);
    if (record !== undefined && record.group > missing && record.group <= offset) return true;
  }
  return false;
}
