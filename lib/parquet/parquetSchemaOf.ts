import { type FileHandle, open } from 'node:fs/promises';
import { StreamingError } from '../errors.js';
import type { StructType } from '../schema/types.js';
import { resolveFileOptions } from '../sources/files/fileSourceOptions.js';
import { listPaths } from '../sources/files/listFiles.js';
import { reasonOf } from '../thrown.js';
import { fieldOf } from './columnType.js';
import { readFooter } from './footer.js';
import { requireType } from './untypedColumn.js';

/**
 * Reads the schema of a Parquet file: what `parquetFiles` gives its rows without a `schema`.
 *
 * In:     a file, or a folder or glob, of which the first file in the order of names is read.
 * Errors: `PACKAGE_MISSING`; `SOURCE_PATH_MISSING`; `SOURCE_UNREADABLE`, also where there is no file, and
 *         for a column of a type that rows do not have: TIME, VARIANT, INTERVAL.
 *
 * @example
 * console.log(formatDdl(await parquetSchemaOf('flights/'))); // date TIMESTAMP, delay BIGINT
 * @since 0.1.0
 */
export async function parquetSchemaOf(path: string): Promise<StructType> {
  const [first] = await listPaths(resolveFileOptions('parquetSchemaOf', path, {}));
  if (first !== undefined) return schemaOfFile(first);
  const reason = 'there is no file to read a schema from: give a folder that has one';
  throw new StreamingError('SOURCE_UNREADABLE', { source: 'parquetSchemaOf', path, reason });
}

async function schemaOfFile(path: string): Promise<StructType> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    const { size } = await handle.stat();
    const { columns, intervals } = await readFooter(handle, size);
    for (const column of columns) requireType(column, intervals);
    return { type: 'struct', fields: columns.map(fieldOf) };
  } catch (cause) {
    if (cause instanceof StreamingError) throw cause;
    const reason = reasonOf(cause);
    const params = { source: 'parquetSchemaOf', path, reason };
    throw new StreamingError('SOURCE_UNREADABLE', params, { cause });
  } finally {
    await handle?.close();
  }
}
