import { ByteReader } from '../codec/byteReader.js';
import { DecodeError } from '../codec/decodeError.js';
import { recordsOf } from './logFile.js';

/*
 * LevelDB's MANIFEST: a log whose records are edits of the set of tables.
 *
 * edit := (1 text | 2 varint | 3 varint | 4 varint | 5 level text | 6 level number
 *          | 7 level number size:varint text text | 9 varint)*
 * text := length:varint bytes          level, number := varint
 */

/** Numbers of the tables that belong to the store: another may be half of a compaction that was cut short. */
export function liveTables(manifest: Uint8Array): ReadonlySet<number> {
  const live = new Set<number>();
  try {
    for (const record of recordsOf(manifest)) applyEdit(record, live);
  } catch (error) {
    // LevelDB refuses what it cannot read there.
    if (!(error instanceof DecodeError)) throw error;
  }
  return live;
}

function applyEdit(record: Uint8Array, live: Set<number>): void {
  const input = new ByteReader(record);
  while (!input.isAtEnd) {
    switch (input.varint()) {
      case 1:
        skipText(input);
        break;
      case 2:
      case 3:
      case 4:
      case 9:
        sequence(input);
        break;
      case 5:
        input.varint();
        skipText(input);
        break;
      case 6:
        input.varint();
        live.delete(input.varint());
        break;
      case 7:
        input.varint();
        live.add(input.varint());
        sequence(input);
        skipText(input);
        skipText(input);
        break;
      default:
        throw new DecodeError('has an unknown edit', input.at);
    }
  }
}

function skipText(input: ByteReader): void {
  input.take(input.varint());
}

/** Up to 64 bits, of no interest. */
function sequence(input: ByteReader): void {
  while (input.byte() >= 0x80);
}
