/**
 * Parquet files as source and sink: `import { parquetFiles, parquetFileSink } from 'millrace/parquet'`.
 *
 * The packages hyparquet, hyparquet-compressors (ZSTD, LZ4) and hyparquet-writer are loaded when they are
 * needed: install those that you use.
 */

export { type ParquetFileSinkOptions, parquetFileSink } from './parquetFileSink.js';
export { type ParquetFilesOptions, type ParquetRow, parquetFiles } from './parquetFiles.js';
export { parquetSchemaOf } from './parquetSchemaOf.js';
