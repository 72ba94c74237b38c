import { type BadRecordMode, BadRecords } from './badRecords.js';
import type { FileToRead, InFile } from './fileFormat.js';
import { chunkRows, type LineDecoder, LineFormat, lineEnd, withoutReturn } from './lineFormat.js';
import type { PartitionColumns } from './partitionColumns.js';

/** A line of a text file. */
export interface TextRow {
  readonly value: string;
}

export interface TextFormatOptions {
  readonly source: string;
  readonly maxLineBytes: number;
  readonly mode: BadRecordMode | undefined;
  readonly partitions: PartitionColumns;
}

/** Every line is a row, also an empty one; `\n` and `\r\n` end lines, UTF-8 errors become U+FFFD. */
export function textFormat(options: TextFormatOptions): LineFormat<TextRow> {
  return new LineFormat<TextRow>({
    kind: 'text',
    source: options.source,
    maxLineBytes: options.maxLineBytes,
    header: false,
    isRecord: () => true,
    begin: async (file, from, report) => {
      const bad = new BadRecords<TextRow>(options.source, file.path, options.mode, report);
      return new TextDecoder(file, from, options.partitions, bad);
    },
  });
}

class TextDecoder implements LineDecoder<TextRow> {
  line: number;
  private readonly blank: TextRow;

  constructor(
    file: FileToRead,
    from: InFile,
    partitions: PartitionColumns,
    private readonly bad: BadRecords<TextRow>,
  ) {
    this.line = from.row;
    this.blank = { value: '', ...partitions.valuesOf(file) };
  }

  decode(bytes: Buffer, start: number, end: number, rows: TextRow[]): number {
    let at = start;
    while (at < end && rows.length < chunkRows) {
      const feed = lineEnd(bytes, at);
      const value = bytes.toString('utf8', at, withoutReturn(bytes, at, feed));
      rows.push({ ...this.blank, value });
      this.line++;
      at = feed + 1;
    }
    return at;
  }

  tooLong(shown: string, rows: TextRow[]): void {
    const row = this.bad.handle(this.line++, shown, 'the line is too long', () => undefined);
    if (row) rows.push(row);
  }
}
