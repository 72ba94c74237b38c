import { type FileHandle, open } from 'node:fs/promises';
import { StreamingError } from '../errors.js';
import type { RowOptions } from '../schema/rowOf.js';
import type { StructField, StructType } from '../schema/types.js';
import { type BadRecordMode, BadRecords } from '../sources/files/badRecords.js';
import type { Advance, FileFormat, FileToRead, InFile } from '../sources/files/fileFormat.js';
import type { PartitionColumns } from '../sources/files/partitionColumns.js';
import type { SourceReport } from '../sources/source.js';
import { reasonOf } from '../thrown.js';
import { RowBuilder } from './buildRows.js';
import { fieldOf } from './columnType.js';
import { damaged } from './damage.js';
import { type ParquetFooter, type RowGroup, readFooter } from './footer.js';
import { type DecodedGroup, readGroup } from './readGroup.js';
import { requireType } from './untypedColumn.js';
import { shapeFields } from './valueShape.js';

/** What decides the rows of a file, beside the file. */
export interface ParquetFormatOptions {
  readonly source: string;
  /** undefined: the file's own. */
  readonly schema: StructType | undefined;
  /** undefined: all. */
  readonly columns: readonly string[] | undefined;
  readonly rowOptions: RowOptions;
  readonly mode: BadRecordMode | undefined;
  readonly partitions: PartitionColumns;
}

const chunkRows = 4096;
const startOfGroup = 0;

/**
 * Rows of Parquet files. Positions are row numbers in the file; a row group is decoded as a whole, and
 * the one that a range ends in is kept for the range after it.
 */
export class ParquetFormat<T> implements FileFormat<T> {
  readonly kind = 'parquet';
  /** By identity of the file, so that another file of the same name is never taken for it. */
  private footer: { readonly key: string; readonly footer: ParquetFooter } | undefined;
  private group: { readonly key: string; readonly group: DecodedGroup } | undefined;

  constructor(private readonly options: ParquetFormatOptions) {}

  async advance(file: FileToRead, from: InFile, maxRows: number): Promise<Advance> {
    return this.opened(file, async (handle) => {
      const { footer } = await this.footerOf(handle);
      const left = Math.max(0, footer.rows - from.row);
      const rows = Math.min(left, maxRows);
      return { at: { byte: 0, row: from.row + rows }, rows, atEnd: rows === left };
    });
  }

  async *read(
    file: FileToRead,
    from: InFile,
    upTo: InFile | undefined,
    report: SourceReport,
  ): AsyncGenerator<readonly T[], void, void> {
    const bad = new BadRecords<T>(this.options.source, file.path, this.options.mode, report);
    const { groups, end, builder } = await this.opened(file, (handle) =>
      this.plan(handle, file, from.row, upTo?.row),
    );
    for (const group of groups) {
      const decoded = await this.opened(file, (handle) => this.decode(handle, file, group, end));
      const first = Math.max(startOfGroup, from.row - group.firstRow);
      const last = Math.min(group.rows, end - group.firstRow);
      for (let at = first; at < last; at += chunkRows) {
        yield builder.build(decoded, at, Math.min(at + chunkRows, last), (row, cell, salvage) =>
          bad.handle(row, `row ${row}`, cell.reason, salvage),
        );
      }
    }
  }

  private async plan(handle: FileHandle, file: FileToRead, from: number, upTo: number | undefined) {
    const { footer } = await this.footerOf(handle);
    const end = upTo ?? footer.rows;
    if (end > footer.rows) damaged(`it has ${footer.rows} rows, ${end} were planned`);
    const groups = footer.groups.filter(
      ({ firstRow, rows }) => firstRow < end && firstRow + rows > from,
    );
    const fields = this.fieldsOf(footer, file);
    const partition = this.partitionOf(file);
    const builder = new RowBuilder<T>(
      fields.map((field) => field.name),
      partition,
    );
    return { groups, end, builder };
  }

  private async decode(
    handle: FileHandle,
    file: FileToRead,
    group: RowGroup,
    end: number,
  ): Promise<DecodedGroup> {
    const { key, footer } = await this.footerOf(handle);
    const groupKey = `${key} ${group.firstRow}`;
    const kept = this.group;
    this.group = undefined;
    const { source, rowOptions } = this.options;
    const options = { ...rowOptions, calendar: footer.calendar };
    const fields = this.fieldsOf(footer, file);
    const decoded =
      kept?.key === groupKey
        ? kept.group
        : await readGroup(
            handle,
            group,
            shapeFields(fields, footer.columns, { source, file: file.path, options }),
          );
    if (end < group.firstRow + group.rows) this.group = { key: groupKey, group: decoded };
    return decoded;
  }

  /** The columns of the rows that come out of the file itself. */
  private fieldsOf(footer: ParquetFooter, file: FileToRead): readonly StructField[] {
    const { schema, columns } = this.options;
    const all = schema?.fields ?? footer.columns.map(fieldOf);
    const inPath = this.options.partitions.namesOf(file);
    const wanted =
      columns === undefined ? all : columns.flatMap((name) => named(all, name, inPath));
    const own = wanted.filter((field) => !inPath.includes(field.name));
    if (schema === undefined) {
      const names = new Set(own.map((field) => field.name));
      for (const node of footer.columns) {
        if (names.has(node.name)) requireType(node, footer.intervals);
      }
    }
    return own;
  }

  private partitionOf(file: FileToRead): Readonly<Record<string, unknown>> {
    const values = this.options.partitions.valuesOf(file);
    const { columns } = this.options;
    if (columns === undefined) return values;
    return Object.fromEntries(Object.entries(values).filter(([name]) => columns.includes(name)));
  }

  private async footerOf(handle: FileHandle) {
    const { size, mtimeNs, ino, dev } = await handle.stat({ bigint: true });
    const key = `${dev} ${ino} ${mtimeNs} ${size}`;
    if (this.footer?.key !== key) {
      this.footer = { key, footer: await readFooter(handle, Number(size)) };
    }
    return this.footer;
  }

  /** Whatever goes wrong with the bytes of the file is one error, which names the file. */
  private async opened<A>(file: FileToRead, use: (handle: FileHandle) => Promise<A>): Promise<A> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(file.path);
      return await use(handle);
    } catch (cause) {
      if (cause instanceof StreamingError) throw cause;
      const reason = reasonOf(cause);
      const { source } = this.options;
      throw new StreamingError('SOURCE_UNREADABLE', { source, path: file.path, reason }, { cause });
    } finally {
      await handle?.close();
    }
  }
}

/** A column may come from a folder as well. */
function named(
  fields: readonly StructField[],
  name: string,
  inPath: readonly string[],
): readonly StructField[] {
  const field = fields.find((each) => each.name === name);
  if (field) return [field];
  if (inPath.includes(name)) return [];
  return damaged(
    `it has no column ${name}, only ${fields.map((each) => each.name).join(', ')}: mend the option columns`,
  );
}
