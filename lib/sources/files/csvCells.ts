import { CsvError, parse } from 'csv-parse/sync';
import type { CsvDialect } from './csvDialect.js';

/** Cells of a record; null for those that say so. */
export type CsvCells = readonly (string | null)[];

/** Cells of a record that has no quotes. Empty ones are null whatever `nullValue` says, as in Spark. */
export function plainCells(text: string, { sep, nullValue }: CsvDialect): (string | null)[] {
  const cells: (string | null)[] = text.split(sep);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell === '' || cell === nullValue) cells[i] = null;
  }
  return cells;
}

/** Cells of any record; undefined if its quotes are wrong. `isText`: as of `quotedCells`. */
export function cellsOf(
  text: string,
  dialect: CsvDialect,
  isText: (index: number) => boolean = () => true,
): CsvCells | undefined {
  if (dialect.quote === undefined || !text.includes(dialect.quote))
    return plainCells(text, dialect);
  const cells = oneRecord(text, dialect, isText);
  return typeof cells === 'string' ? undefined : cells;
}

/**
 * Cells of records that have quotes, or what is wrong with one. All are parsed in one go; where one of
 * them takes others with it, each alone.
 *
 * `isText`: whether the cell at an index is of a STRING column, where a quoted null value is text.
 */
export function quotedCells(
  texts: readonly string[],
  dialect: CsvDialect,
  isText: (index: number) => boolean,
): (CsvCells | string)[] {
  if (texts.length > 1) {
    const together = parsed(texts.join('\n'), dialect, isText, false);
    if (typeof together !== 'string' && together.length === texts.length) return together;
  }
  return texts.map((text) => oneRecord(text, dialect, isText));
}

function oneRecord(
  text: string,
  dialect: CsvDialect,
  isText: (index: number) => boolean,
): CsvCells | string {
  let records = parsed(text, dialect, isText, false);
  if (typeof records === 'string') {
    // Quotes inside a cell without quotes are text: 5" disk. But csv-parse also takes text behind a
    // closing quote then, and moves the quotes of such a cell to its front.
    const lenient = parsed(text, dialect, isText, true);
    const [cells] = lenient;
    if (typeof lenient === 'string' || typeof cells === 'string' || cells === undefined) {
      return records;
    }
    if (cells.some((cell) => cell?.startsWith(dialect.quote ?? '') === true)) return records;
    records = lenient;
  }
  const [cells] = records;
  if (records.length === 1 && cells !== undefined) return cells;
  return 'its quotes do not fit together';
}

/** The records, or what is wrong. */
function parsed(
  text: string,
  dialect: CsvDialect,
  isText: (index: number) => boolean,
  relaxed: boolean,
): CsvCells[] | string {
  const { sep, quote = null, nullValue } = dialect;
  try {
    return parse(dialect.escapeByte < 0 ? text : doubledQuotes(text, dialect), {
      delimiter: sep,
      quote,
      escape: quote,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: relaxed,
      cast: (cell, { quoting, index }) => {
        const isNull =
          (cell === '' && !quoting) || (cell === nullValue && !(quoting && isText(index)));
        // oxlint-disable-next-line no-null -- null is the value of a cell
        return (isNull ? null : cell) as string;
      },
    });
  } catch (error) {
    return reasonOf(error, dialect);
  }
}

/** csv-parse counts the lines of what it was given, which says nothing to a user. */
function reasonOf(error: unknown, { multiLine }: CsvDialect): string {
  if (!(error instanceof CsvError)) return String(error);
  if (error.code === 'CSV_INVALID_CLOSING_QUOTE') return 'text follows a closing quote';
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return `a quote is not closed${multiLine ? '' : ': set multiLine: true if lines may break in quotes'}`;
  }
  return error.message;
}

/**
 * Escapes of quotes inside quotes as doubled quotes; a backslash before anything else is itself. A cell
 * whose only closing quote is escaped stays open, to the end, and csv-parse says so.
 */
function doubledQuotes(text: string, { sep, quote = '', escapeByte }: CsvDialect): string {
  const [s, q, e] = [sep, quote, String.fromCharCode(escapeByte)].map((each) =>
    each.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'),
  ) as [string, string, string];
  const quotedCell = new RegExp(`(?<=^|${s})${q}(?:[^${q}${e}]|${e}[^]|${q}${q})*(?:${q}|$)`, 'gm');
  const escaped = new RegExp(`${e}([${q}${e}])`, 'g');
  return text.replace(quotedCell, (cell) =>
    cell.replace(escaped, (_, char: string) => (char === quote ? quote + quote : char)),
  );
}
