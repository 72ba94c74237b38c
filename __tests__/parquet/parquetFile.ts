import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetFormat } from '../../lib/parquet/parquetFileFormat.js';
import { ParquetFormat, type ParquetFormatOptions } from '../../lib/parquet/parquetFormat.js';
import { parseDdl } from '../../lib/schema/ddl.js';
import type { StructType } from '../../lib/schema/types.js';
import type { InFile } from '../../lib/sources/files/fileFormat.js';
import { Reported } from '../sources/sourceContext.js';

let folder: string | undefined;
let files = 0;

/** A folder that `removeFolder` removes. */
export async function testFolder(): Promise<string> {
  folder ??= await mkdtemp(join(tmpdir(), 'millrace-parquet-'));
  return folder;
}

export async function removeFolder(): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
}

/** Writes bytes to a file of their own. */
export async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(await testFolder(), `${files++}.parquet`);
  await writeFile(path, bytes);
  return path;
}

export interface WriteSettings {
  readonly compression?: 'snappy' | 'gzip' | 'none';
  readonly rowGroupRows?: number;
}

/** A Parquet file of rows, as the sink writes it. */
export async function encoded(
  schema: StructType | string,
  rows: readonly object[],
  { compression = 'snappy', rowGroupRows = 100_000 }: WriteSettings = {},
): Promise<Uint8Array> {
  const format = parquetFormat({
    schema: typeof schema === 'string' ? parseDdl(schema) : schema,
    compression,
    rowGroupRows,
  });
  return format.encode(rows, { schema: undefined, partitionBy: new Set() });
}

function formatFor(options: Partial<ParquetFormatOptions> = {}): ParquetFormat<unknown> {
  return new ParquetFormat<unknown>({
    source: 'FileStreamSource[test]',
    schema: undefined,
    columns: undefined,
    rowOptions: {},
    mode: undefined,
    partitions: {
      namesOf: (file) => [...file.partition.keys()],
      valuesOf: (file) => Object.fromEntries(file.partition),
    },
    ...options,
  });
}

function toRead(path: string, partition: readonly (readonly [string, string])[] = []) {
  return { path, size: 0, partition: new Map(partition) };
}

/** The rows of a range of a file. */
export async function readRows(
  path: string,
  options: Partial<ParquetFormatOptions> = {},
  from: InFile = { byte: 0, row: 0 },
  upTo?: InFile,
  report: Reported = new Reported(),
): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const chunk of formatFor(options).read(toRead(path), from, upTo, report)) {
    rows.push(...chunk);
  }
  return rows;
}
