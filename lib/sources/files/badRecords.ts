import { StreamingError } from '../../errors.js';
import type { SourceReport } from '../source.js';

/** Spark's modes for records that are not of the schema. */
export type BadRecordMode = 'PERMISSIVE' | 'DROPMALFORMED' | 'FAILFAST';

const shownChars = 200;

/**
 * What becomes of the bad records of one file.
 *
 * PERMISSIVE: a row with nulls for what could not be read. DROPMALFORMED: dropped and counted.
 * FAILFAST: `BAD_RECORD`. Without a mode, and where a null would stand in a NOT NULL column: to the
 * failed output, or fails the batch, as the query's policy says.
 */
export class BadRecords<T> {
  constructor(
    private readonly source: string,
    private readonly file: string,
    private readonly mode: BadRecordMode | undefined,
    private readonly report: SourceReport,
  ) {}

  /**
   * Answers the row that takes the place of a bad record, or undefined if none does.
   *
   * `line` counts from 0. `salvage` makes the row with nulls; undefined if the schema forbids them.
   */
  handle(line: number, raw: string, reason: string, salvage: () => T | undefined): T | undefined {
    switch (this.mode) {
      case 'FAILFAST':
        throw this.error(line, raw, reason);
      case 'DROPMALFORMED':
        this.report.dropped(1);
        return undefined;
      case 'PERMISSIVE': {
        const row = salvage();
        if (row !== undefined) return row;
        break;
      }
      default:
    }
    this.report.failed(raw, this.error(line, raw, reason));
    return undefined;
  }

  /** Refuses the whole file, in every mode. */
  refuse(reason: string): never {
    const { source, file: path } = this;
    throw new StreamingError('SOURCE_UNREADABLE', { source, path, reason });
  }

  private error(line: number, raw: string, reason: string): StreamingError {
    const excerpt = JSON.stringify(raw.length > shownChars ? `${raw.slice(0, shownChars)}…` : raw);
    const { source, file, mode } = this;
    const at = { source, file, line: line + 1, reason, excerpt };
    return new StreamingError('BAD_RECORD', mode === undefined ? at : { ...at, mode });
  }
}
