import type { Compressors } from 'hyparquet';
import { StreamingError } from '../errors.js';
import { codeOf } from '../thrown.js';

/** The parts of hyparquet that this folder stands on: bytes in, primitive values out. */
export interface Hyparquet {
  readonly metadata: typeof import('hyparquet/src/metadata.js');
  readonly column: typeof import('hyparquet/src/column.js');
  readonly plain: typeof import('hyparquet/src/plain.js');
  readonly delta: typeof import('hyparquet/src/delta.js');
  readonly encoding: typeof import('hyparquet/src/encoding.js');
  readonly snappy: typeof import('hyparquet/src/snappy.js');
}

/** The writer, for {@link parquetFileSink}. */
export type HyparquetWriter = typeof import('hyparquet-writer');

let hyparquet: Promise<Hyparquet> | undefined;
let compressors: Promise<Compressors> | undefined;
let writer: Promise<HyparquetWriter> | undefined;

/** Errors: `PACKAGE_MISSING`. */
export function loadHyparquet(): Promise<Hyparquet> {
  hyparquet ??= installed('parquetFiles', 'hyparquet', async () => ({
    metadata: await import('hyparquet/src/metadata.js'),
    column: await import('hyparquet/src/column.js'),
    plain: await import('hyparquet/src/plain.js'),
    delta: await import('hyparquet/src/delta.js'),
    encoding: await import('hyparquet/src/encoding.js'),
    snappy: await import('hyparquet/src/snappy.js'),
  }));
  return hyparquet;
}

/** ZSTD and LZ4; the other codecs need no package. Errors: `PACKAGE_MISSING`. */
export function loadCompressors(codec: string): Promise<Compressors> {
  const feature = `a Parquet file compressed with ${codec}`;
  compressors ??= installed(feature, 'hyparquet-compressors', async () => {
    return (await import('hyparquet-compressors')).compressors;
  });
  return compressors;
}

/** Errors: `PACKAGE_MISSING`. */
export function loadWriter(): Promise<HyparquetWriter> {
  writer ??= installed('parquetFileSink', 'hyparquet-writer', () => import('hyparquet-writer'));
  return writer;
}

/** Packages are optional: only who uses the feature must have them. */
export async function installed<T>(
  feature: string,
  packages: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const code = codeOf(cause);
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause;
    throw new StreamingError('PACKAGE_MISSING', { feature, packages }, { cause });
  }
}
