import { maskedCrc32c } from './crc32c.js';

/*
 * LevelDB's log format: blocks of 32 KiB, filled with records that do not span blocks.
 *
 * record := crc32c:u32le length:u16le type:u8 data[length]     crc of type and data, rotated and shifted
 */
const blockLength = 32768;
const headerLength = 7;
/** Types of records: whole, and the two ends of one that is in parts. */
const [full, first, last] = [1, 2, 4];

/**
 * What a log file of LevelDB is like, told without opening the store, which would drop what it cannot
 * read and say so only in a text file.
 *
 * - `torn`: nothing readable follows the first bad record: a write that was under way in a crash. If it
 *   was acknowledged after all, one commit is missing, and the recovery notices.
 * - `hole`: readable records follow a bad one: acknowledged writes in the middle are gone.
 */
export function conditionOfLog(bytes: Uint8Array): 'sound' | 'torn' | 'hole' {
  let isTorn = false;
  for (let block = 0; block < bytes.length; block += blockLength) {
    const end = Math.min(bytes.length, block + blockLength);
    let at = block;
    while (at < end) {
      const next = recordEnd(bytes, at, end);
      if (next === undefined) break;
      if (next === 'bad') {
        isTorn = true;
        break;
      }
      if (isTorn) return 'hole';
      at = next;
    }
  }
  return isTorn ? 'torn' : 'sound';
}

/** The records of a log up to the first that is unreadable, put together where they span blocks. */
export function* recordsOf(bytes: Uint8Array): Iterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  for (let block = 0; block < bytes.length; block += blockLength) {
    const end = Math.min(bytes.length, block + blockLength);
    let at = block;
    while (at < end) {
      const next = recordEnd(bytes, at, end);
      if (next === undefined) break;
      if (next === 'bad') return;
      const type = bytes[at + 6] as number;
      if (type === full || type === first) parts = [];
      parts.push(bytes.subarray(at + headerLength, next));
      if (type === full || type === last) yield Buffer.concat(parts);
      at = next;
    }
  }
}

/** undefined: the block has no more records. */
function recordEnd(bytes: Uint8Array, at: number, end: number): number | 'bad' | undefined {
  if (end - at < headerLength) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint16(at + 4, true);
  const type = view.getUint8(at + 6);
  if (type === 0 && length === 0) return undefined;
  const next = at + headerLength + length;
  if (next > end || type > 4) return 'bad';
  return maskedCrc32c(bytes, at + 6, next) === view.getUint32(at, true) ? next : 'bad';
}
