import { type FileHandle, open } from 'node:fs/promises';
import { StreamingError } from '../errors.js';
import type { StructType } from '../schema/types.js';
import { fieldOf } from './columnType.js';
import { readFooter } from './footer.js';

/**
 * Reads the schema of one Parquet file: what `parquetFiles` gives its rows without a `schema`.
 *
 * Errors: `PACKAGE_MISSING`; `SOURCE_UNREADABLE`.
 *
 * @example
 * console.log(formatDdl(await parquetSchemaOf('flights/1.parquet'))); // date TIMESTAMP, delay BIGINT
 * @since 0.1.0
 */
export async function parquetSchemaOf(path: string): Promise<StructType> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    const { size } = await handle.stat();
    const { columns } = await readFooter(handle, size);
    return { type: 'struct', fields: columns.map(fieldOf) };
  } catch (cause) {
    if (cause instanceof StreamingError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const params = { source: 'parquetSchemaOf', path, reason };
    throw new StreamingError('SOURCE_UNREADABLE', params, { cause });
  } finally {
    await handle?.close();
  }
}
