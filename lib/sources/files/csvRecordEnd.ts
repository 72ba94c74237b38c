import type { CsvDialect } from './csvDialect.js';

const lineFeed = 10;

/**
 * The position of the line feed that ends the record at `start`, where quoted cells may hold line
 * breaks; -1 if there is none before `end`.
 *
 * A quote opens a cell only as its first character. Where text follows a closing quote, the cell goes
 * on as one without quotes: the record is bad, but it ends with its line.
 */
export function csvRecordEnd(
  bytes: Uint8Array,
  start: number,
  end: number,
  dialect: CsvDialect,
): number {
  const { quoteByte, sepBytes } = dialect;
  let isCellStart = true;
  for (let i = start; i < end; ) {
    const byte = bytes[i] as number;
    if (byte === lineFeed) return i;
    if (isCellStart && byte === quoteByte) {
      i = closingQuote(bytes, i + 1, end, dialect) + 1;
      isCellStart = false;
    } else {
      isCellStart = isSepAt(bytes, i, sepBytes);
      i += isCellStart ? sepBytes.length : 1;
    }
  }
  return -1;
}

/** `end` if there is none. */
function closingQuote(bytes: Uint8Array, from: number, end: number, dialect: CsvDialect): number {
  const { quoteByte, escapeByte } = dialect;
  for (let i = from; i < end; i++) {
    const byte = bytes[i];
    const next = bytes[i + 1];
    if (byte === escapeByte && (next === quoteByte || next === escapeByte)) i++;
    else if (byte === quoteByte) {
      if (next !== quoteByte) return i;
      i++;
    }
  }
  return end;
}

function isSepAt(bytes: Uint8Array, at: number, sep: Uint8Array): boolean {
  for (let i = 0; i < sep.length; i++) if (bytes[at + i] !== sep[i]) return false;
  return true;
}
