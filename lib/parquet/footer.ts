import type { FileHandle } from 'node:fs/promises';
import type { CompressionCodec, FileMetaData } from 'hyparquet';
import { reasonOf } from '../thrown.js';
import { damaged, ParquetDamage } from './damage.js';
import { loadHyparquet } from './packages.js';
import { columnsOfSchema, leavesOf, type ParquetNode } from './parquetNode.js';
import { type Intervals, intervalsOf } from './untypedColumn.js';

/** Where the values of one leaf of one row group lie. Every number was checked against the file. */
export interface ColumnChunk {
  /** Refused when it is read: others of the file may be readable. */
  readonly isEncrypted: boolean;
  readonly start: number;
  readonly bytes: number;
  readonly codec: CompressionCodec;
  /** Values and nulls, one each also for an empty list. */
  readonly entries: number;
  /** No page is larger when unpacked. */
  readonly maxPageBytes: number;
}

/** Rows that are stored together. */
export interface RowGroup {
  /** Number of its first row in the file. */
  readonly firstRow: number;
  readonly rows: number;
  /** By leaf. */
  readonly chunks: readonly ColumnChunk[];
}

/** Which times before 1582-10-15 are days of the Julian calendar, as Hive and Spark 2 count. */
export interface Calendar {
  readonly julian: boolean;
  readonly julianInt96: boolean;
}

/** What the end of a Parquet file says about it. */
export interface ParquetFooter {
  /** By the keys that Spark leaves. */
  readonly calendar: Calendar;
  readonly rows: number;
  readonly columns: readonly ParquetNode[];
  readonly intervals: Intervals;
  readonly groups: readonly RowGroup[];
}

/**
 * Rows of one group are decoded at once, and a few bytes may claim billions of equal values; so groups
 * beyond this are refused. Writers make groups of about a million rows.
 */
const maxGroupRows = 100_000_000;
const minFileBytes = 12;
const magic = 'PAR1';

/** Errors: `ParquetDamage`. */
export async function readFooter(file: FileHandle, size: number): Promise<ParquetFooter> {
  if (size < minFileBytes) damaged(`it has ${size} bytes, which is no Parquet file`);
  const tail = await readBytes(file, size - 8, 8);
  if (tail.toString('latin1', 4) !== magic) {
    damaged('it does not end with PAR1: it is cut, still being written, encrypted or not Parquet');
  }
  const length = tail.readUInt32LE(0);
  if (length === 0) damaged('it says that its footer has no bytes');
  if (length > size - minFileBytes) {
    damaged(`its footer of ${length} bytes would begin before the file of ${size} bytes`);
  }
  const bytes = await readBytes(file, size - 8 - length, length + 8);
  return checkedFooter(await parsed(bytes), size - 8 - length);
}

/** A damaged footer makes hyparquet trip in many ways. */
async function parsed(footer: Uint8Array): Promise<FileMetaData> {
  const { metadata } = await loadHyparquet();
  try {
    return metadata.parquetMetadata(footer, { geoparquet: false });
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new ParquetDamage(`its footer is damaged (${reason})`, { cause });
  }
}

/** Reads exactly these bytes. */
export async function readBytes(file: FileHandle, start: number, length: number): Promise<Buffer> {
  // An array buffer of its own: values are read in place, aligned to its start.
  const bytes = Buffer.from(new ArrayBuffer(length));
  let at = 0;
  while (at < length) {
    const { bytesRead } = await file.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) damaged(`it ends at byte ${start + at}, before its data`);
    at += bytesRead;
  }
  return bytes;
}

function checkedFooter(metadata: FileMetaData, dataEnd: number): ParquetFooter {
  const columns = columnsOfSchema(metadata.schema);
  const leaves = columns.flatMap(leavesOf);
  const groups: RowGroup[] = [];
  let firstRow = 0;
  for (const [i, group] of metadata.row_groups.entries()) {
    const what = `row group ${i}`;
    const rows = count(group.num_rows, maxGroupRows, `${what}: its number of rows`);
    if (group.columns.length !== leaves.length) {
      damaged(`${what} has ${group.columns.length} columns, the schema ${leaves.length}`);
    }
    const chunks = leaves.map((leaf) => chunkOf(group.columns[leaf.leaf], leaf, dataEnd, what));
    groups.push({ firstRow, rows, chunks });
    firstRow += rows;
  }
  const rows = count(metadata.num_rows, Number.MAX_SAFE_INTEGER, 'its number of rows');
  if (rows !== firstRow) damaged(`it says ${rows} rows, its row groups have ${firstRow}`);
  const [calendar, intervals] = [calendarOf(metadata), intervalsOf(metadata)];
  return { calendar, rows, columns, intervals, groups };
}

/** Spark 2 wrote that calendar only, Spark 3 and 4 do on request and then say so. */
function calendarOf({ key_value_metadata: pairs = [] }: FileMetaData): Calendar {
  const of = (key: string) => pairs.find((pair) => pair.key === `org.apache.spark.${key}`);
  const isOld = /^[12]\./.test(of('version')?.value ?? '');
  return {
    julian: isOld || of('legacyDateTime') !== undefined,
    julianInt96: isOld || of('legacyINT96') !== undefined,
  };
}

function chunkOf(
  column: FileMetaData['row_groups'][number]['columns'][number] | undefined,
  leaf: ParquetNode,
  dataEnd: number,
  group: string,
): ColumnChunk {
  const what = `${group}, column ${leaf.path.join('.')}`;
  const data = column?.meta_data;
  if (data === undefined) damaged(`${what} has no metadata (encrypted columns cannot be read)`);
  const isEncrypted = column?.crypto_metadata !== undefined;
  if (column?.file_path) damaged(`${what} lies in another file, which is not supported`);
  if (data.path_in_schema.join('\0') !== leaf.path.join('\0') || data.type !== leaf.type) {
    damaged(`${what} is stored as ${data.type} ${data.path_in_schema.join('.')}`);
  }
  const page = count(data.data_page_offset, dataEnd, `${what}: its position`);
  const dictionary = data.dictionary_page_offset;
  // 0 is written by some for "none"; the dictionary lies before the data if it is there.
  const start =
    dictionary !== undefined && dictionary > 0n
      ? Math.min(page, count(dictionary, dataEnd, `${what}: its dictionary`))
      : page;
  const bytes = count(data.total_compressed_size, dataEnd - start, `${what}: its size`);
  const unpacked = Number(data.total_uncompressed_size);
  return {
    start,
    bytes,
    isEncrypted,
    codec: data.codec,
    entries: count(data.num_values, maxGroupRows * 10, `${what}: its number of values`),
    maxPageBytes: Math.min(Math.max(unpacked, 64 * 1024 * 1024), 2 ** 31 - 1),
  };
}

/** A whole number from 0 to `most`. */
function count(value: bigint | number | undefined, most: number, what: string): number {
  const found = Number(value);
  if (Number.isSafeInteger(found) && found >= 0 && found <= most) return found;
  return damaged(`${what} is ${value}, where 0 to ${most} is possible`);
}
