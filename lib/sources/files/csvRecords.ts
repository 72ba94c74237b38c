import type { CsvDialect } from './csvDialect.js';
import { csvRecordEnd } from './csvRecordEnd.js';
import type { RecordRules } from './recordTexts.js';

export interface CsvRecordOptions {
  readonly source: string;
  readonly dialect: CsvDialect;
  readonly maxLineBytes: number;
  readonly blockBytes?: number;
}

/** What finds the records of CSV: lines, or more with `multiLine`; lines of blanks are none. */
export function csvRecords(options: CsvRecordOptions): RecordRules {
  const { source, dialect, maxLineBytes, blockBytes } = options;
  const blank = dialect.sep.includes(' ') ? -1 : 32;
  return {
    source,
    maxLineBytes,
    ...(blockBytes === undefined ? {} : { blockBytes }),
    ...(dialect.multiLine
      ? { recordEnd: (bytes, start, end) => csvRecordEnd(bytes, start, end, dialect) }
      : {}),
    isRecord: (bytes, start, end) => {
      let at = start;
      while (at < end && bytes[at] === blank) at++;
      return at < end;
    },
  };
}
