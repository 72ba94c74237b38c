import { cellsConverter } from '../../schema/convert.js';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { AnyRow } from '../../schema/rowOf.js';
import type { StructType } from '../../schema/types.js';
import { type BadRecordMode, BadRecords } from './badRecords.js';
import { type CsvCells, plainCells, quotedCells } from './csvCells.js';
import type { CsvDialect } from './csvDialect.js';
import { type CsvLayout, layoutByHeader, layoutByPosition } from './csvLayout.js';
import { CsvDecoder } from './csvLines.js';
import { csvRecordEnd } from './csvRecordEnd.js';
import { type FileToRead, startOfFile } from './fileFormat.js';
import { FileSchema } from './fileSchema.js';
import { lineBlocks } from './lineBlocks.js';
import { feedOf, LineFormat, type LineRules, withoutReturn } from './lineFormat.js';

export interface CsvFormatOptions {
  readonly source: string;
  readonly schema: StructType;
  readonly convert: ConvertOptions;
  readonly dialect: CsvDialect;
  readonly header: boolean;
  /** Columns by position even where there is a header. */
  readonly enforceSchema: boolean;
  readonly maxLineBytes: number;
  readonly mode: BadRecordMode | undefined;
  readonly blockBytes?: number;
}

/** Every record is a line, or several lines with `multiLine`; blank lines are none. */
export function csvFormat(options: CsvFormatOptions): LineFormat<AnyRow> {
  const { source, schema, convert, dialect, header, enforceSchema, mode } = options;
  const columns = new FileSchema(source, schema, convert, (own) => ({
    schema: own,
    converter: cellsConverter(own, convert),
    layout: layoutByPosition(own, convert.corruptColumn),
  }));
  const rules: LineRules<AnyRow> = {
    kind: 'csv',
    ...csvRecords(options),
    header,
    begin: async (file, from, report) => {
      const { rules: own, blank } = columns.columnsOf(file);
      const names = header && !enforceSchema ? await readHeader(file, options) : undefined;
      const { converter } = own;
      const layout: CsvLayout =
        names === undefined
          ? own.layout
          : layoutByHeader(own.schema, convert.corruptColumn, names, { source, file: file.path });
      const bad = new BadRecords<AnyRow>(source, file.path, mode, report);
      const { isRecord, recordEnd } = rules;
      const reading = { dialect, layout, converter, blank, bad, isRecord, recordEnd };
      return new CsvDecoder(reading, from.row, header && from.byte === 0);
    },
  };
  return new LineFormat(rules);
}

/** What finds the records of a file. */
function csvRecords(options: Omit<CsvFormatOptions, 'schema' | 'convert'>) {
  const { source, dialect, maxLineBytes, blockBytes } = options;
  const blank = dialect.sep.includes(' ') ? -1 : 32;
  return {
    source,
    maxLineBytes,
    ...(blockBytes === undefined ? {} : { blockBytes }),
    ...(dialect.multiLine
      ? {
          recordEnd: (bytes: Buffer, start: number, end: number) =>
            csvRecordEnd(bytes, start, end, dialect),
        }
      : {}),
    isRecord: (bytes: Buffer, start: number, end: number) => {
      let at = start;
      while (at < end && bytes[at] === blank) at++;
      return at < end;
    },
  };
}

/** The cells of the first record; undefined for a file without any. */
async function readHeader(
  file: FileToRead,
  options: Omit<CsvFormatOptions, 'schema' | 'convert'>,
): Promise<CsvCells | undefined> {
  const { dialect } = options;
  const records = csvRecords(options);
  for await (const block of lineBlocks(file, startOfFile, undefined, records)) {
    const { bytes, start, end } = block;
    for (let at = start; at < end; ) {
      const feed = feedOf(records.recordEnd, bytes, at, end);
      const stop = withoutReturn(bytes, at, feed);
      if (records.isRecord(bytes, at, stop)) {
        const text = bytes.toString('utf8', at, stop);
        if (dialect.quote === undefined || !text.includes(dialect.quote)) {
          return plainCells(text, dialect);
        }
        const [cells] = quotedCells([text], dialect, () => true);
        return typeof cells === 'string' ? [text] : cells;
      }
      at = feed + 1;
    }
  }
  return undefined;
}
