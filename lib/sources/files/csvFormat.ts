import { cellsConverter } from '../../schema/convert.js';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { AnyRow } from '../../schema/rowOf.js';
import type { StructType } from '../../schema/types.js';
import { type BadRecordMode, BadRecords } from './badRecords.js';
import { type CsvCells, cellsOf } from './csvCells.js';
import type { CsvDialect } from './csvDialect.js';
import { type CsvLayout, layoutByHeader, layoutByPosition } from './csvLayout.js';
import { CsvDecoder } from './csvLines.js';
import { csvRecords } from './csvRecords.js';
import type { FileToRead } from './fileFormat.js';
import { FileSchema } from './fileSchema.js';
import { LineFormat, type LineRules } from './lineFormat.js';
import { recordTexts } from './recordTexts.js';

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

/** The cells of the first record; undefined for a file without any. */
async function readHeader(
  file: FileToRead,
  options: CsvFormatOptions,
): Promise<CsvCells | undefined> {
  for await (const text of recordTexts(file, csvRecords(options))) {
    return cellsOf(text, options.dialect) ?? [text];
  }
  return undefined;
}
