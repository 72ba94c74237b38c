import { counted } from '../../counted.js';
import { BAD } from '../../schema/bad.js';
import type { cellsConverter } from '../../schema/convert.js';
import type { AnyRow } from '../../schema/rowOf.js';
import type { BadRecords } from './badRecords.js';
import { type CsvCells, plainCells, quotedCells } from './csvCells.js';
import type { CsvDialect } from './csvDialect.js';
import type { CsvLayout } from './csvLayout.js';
import type { RecordEnd } from './lineBlocks.js';
import { chunkRows, feedOf, type LineDecoder, linesOf, withoutReturn } from './lineFormat.js';

/** What the records of one file are read by. */
export interface CsvReading {
  readonly dialect: CsvDialect;
  readonly layout: CsvLayout;
  readonly converter: ReturnType<typeof cellsConverter>;
  /** Values that every row of the file has beside those of its cells. */
  readonly blank: AnyRow | undefined;
  readonly bad: BadRecords<AnyRow>;
  isRecord(bytes: Buffer, start: number, end: number): boolean;
  /** undefined: records are lines. */
  readonly recordEnd: RecordEnd | undefined;
}

/** A record of the chunk in work. */
interface CsvRecord {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** undefined: it has quotes. A text: what is wrong with it. */
  readonly cells: CsvCells | string | undefined;
}

/** Records to rows: those without quotes are split, those with quotes go to csv-parse together. */
export class CsvDecoder implements LineDecoder<AnyRow> {
  constructor(
    private readonly reading: CsvReading,
    public line: number,
    /** Whether the next record is a header. */
    private headerDue: boolean,
  ) {}

  decode(bytes: Buffer, start: number, end: number, rows: AnyRow[]): number {
    const { dialect, layout } = this.reading;
    const records: CsvRecord[] = [];
    const quoted: string[] = [];
    const at = this.split(bytes, start, end, records, quoted);
    const parsed = quoted.length === 0 ? [] : quotedCells(quoted, dialect, layout.isText);
    let next = 0;
    for (const record of records) {
      const cells = record.cells ?? parsed[next++] ?? 'it has no cells';
      const row = typeof cells === 'string' ? BAD : this.row(cells);
      this.keep(row === BAD ? this.handle(bytes, record, cells) : row, rows);
    }
    return at;
  }

  tooLong(shown: string, rows: AnyRow[]): void {
    this.headerDue = false;
    const { bad, converter } = this.reading;
    const salvage = () => converter.salvage(undefined, shown);
    this.keep(bad.handle(this.line++, shown, 'the line is too long', salvage), rows);
  }

  /** Finds the records of a chunk; answers where the next one begins. */
  private split(
    bytes: Buffer,
    start: number,
    end: number,
    records: CsvRecord[],
    quoted: string[],
  ): number {
    const { dialect, isRecord, recordEnd, bad } = this.reading;
    const { quoteByte } = dialect;
    let quoteAt = quoteByte < 0 ? end : nextByte(bytes, quoteByte, start, end);
    let returnAt = nextByte(bytes, carriageReturn, start, end);
    let at = start;
    while (at < end && records.length < chunkRows) {
      const feed = feedOf(recordEnd, bytes, at, end);
      const stop = withoutReturn(bytes, at, feed);
      const line = this.line;
      this.line += linesOf(recordEnd, bytes, at, feed);
      if (isRecord(bytes, at, stop)) {
        if (quoteAt < at) quoteAt = nextByte(bytes, quoteByte, at, end);
        if (returnAt < at) returnAt = nextByte(bytes, carriageReturn, at, end);
        const isCut = returnAt < stop; // of the end of the line, the return is at `stop`
        if (this.headerDue) {
          // Rows would be lost in it. In quotes a record of several lines may hold some.
          const isOutside = recordEnd === undefined || returnAt < quoteAt;
          if (isOutside && returnAt + 1 < stop) bad.refuse(loneReturn);
          this.headerDue = false;
        } else {
          const text = bytes.toString('utf8', at, stop);
          const cells = quoteAt < stop ? undefined : isCut ? loneReturn : plainCells(text, dialect);
          if (cells === undefined) quoted.push(text);
          records.push({ line, start: at, end: stop, cells });
        }
      }
      at = feed + 1;
    }
    return at;
  }

  private row(cells: CsvCells): AnyRow | typeof BAD {
    const { layout, converter } = this.reading;
    if (cells.length !== layout.cells) return BAD;
    return converter.row(ordered(cells, layout)) as AnyRow | typeof BAD;
  }

  private handle(bytes: Buffer, record: CsvRecord, cells: CsvCells | string): AnyRow | undefined {
    const { bad, converter, layout } = this.reading;
    const raw = bytes.toString('utf8', record.start, record.end);
    const own = typeof cells === 'string' ? undefined : ordered(cells, layout);
    return bad.handle(record.line, raw, this.reason(cells), () => converter.salvage(own, raw));
  }

  private reason(cells: CsvCells | string): string {
    if (typeof cells === 'string') return cells;
    const { converter, layout } = this.reading;
    if (cells.length === layout.cells) return converter.problem(ordered(cells, layout));
    return `it has ${counted(cells.length, 'cell')}, ${counted(layout.cells, 'is', 'are')} expected`;
  }

  private keep(row: AnyRow | undefined, rows: AnyRow[]): void {
    if (row === undefined) return;
    const { blank } = this.reading;
    rows.push(blank === undefined ? row : { ...blank, ...row });
  }
}

function ordered(cells: CsvCells, { order }: CsvLayout): CsvCells {
  return order === undefined ? cells : order.map((index) => cells[index] ?? null);
}

const carriageReturn = 13;
/** Spark ends lines there too; a cell that holds one is quoted by whoever means it. */
const loneReturn = 'it holds a carriage return without a line feed: end lines in \\n or \\r\\n';

/** `end` if there is none before. */
function nextByte(bytes: Buffer, byte: number, from: number, end: number): number {
  const found = bytes.indexOf(byte, from);
  return found < 0 || found > end ? end : found;
}
