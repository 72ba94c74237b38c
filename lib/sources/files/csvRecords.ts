import type { CsvDialect } from './csvDialect.js';
import { csvRecordEnd } from './csvRecordEnd.js';
import type { RecordRules } from './recordTexts.js';

export interface CsvRecordOptions {
  readonly source: string;
  readonly dialect: CsvDialect;
  readonly maxLineBytes: number;
  readonly blockBytes?: number;
}

const space = 32;

/**
 * What finds the records of CSV: lines, or more with `multiLine`. Lines of spaces and control characters
 * are none, as in Spark; but where these separate cells, they are a record of nulls.
 */
export function csvRecords(options: CsvRecordOptions): RecordRules {
  const { source, dialect, maxLineBytes, blockBytes } = options;
  const separators = new Set(dialect.sepBytes);
  return {
    source,
    maxLineBytes,
    ...(blockBytes === undefined ? {} : { blockBytes }),
    ...(dialect.multiLine
      ? { recordEnd: (bytes, start, end) => csvRecordEnd(bytes, start, end, dialect) }
      : {}),
    isRecord: (bytes, start, end) => {
      for (let at = start; at < end; at++) {
        const byte = bytes[at] as number;
        if (byte > space || separators.has(byte)) return true;
      }
      return false;
    },
  };
}
