import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { leaveOut, oneOf, positiveIntegerOption } from '../options/optionValues.js';
import { type SchemaInput, toStructType } from '../schema/structType.js';
import { type FileSinkOptions, fileSink } from '../sinks/fileSink.js';
import type { StreamSink } from '../sinks/sink.js';
import { loadWriter } from './packages.js';
import { parquetFormat } from './parquetFileFormat.js';

/** Options of {@link parquetFileSink}. */
export interface ParquetFileSinkOptions
  extends Pick<FileSinkOptions, 'partitionBy' | 'maxRecordsPerFile' | 'retention'> {
  /** Columns and their types. Default: the type of the query's rows, where that is known. */
  readonly schema?: SchemaInput;
  /** Default `snappy`. */
  readonly compression?: 'snappy' | 'gzip' | 'none';
  /** Rows of one row group at most. Default 100,000. */
  readonly rowGroupRows?: number;
}

const optionNames: OptionNames<ParquetFileSinkOptions> = {
  partitionBy: true,
  maxRecordsPerFile: true,
  retention: true,
  schema: true,
  compression: true,
  rowGroupRows: true,
};

/**
 * Writes each batch to new Parquet files of a folder, exactly once for readers of its manifest.
 *
 * In:     as `fileSink`. Needs the package hyparquet-writer. A value that its column cannot hold
 *         exactly (a fraction in an INT, a time of day in a DATE, more digits than a DECIMAL has, a
 *         column that the schema does not have) fails the batch.
 * Out:    files that Spark, DuckDB and `parquetFiles` read: TIMESTAMP in microseconds, UTC.
 * Errors: `PACKAGE_MISSING`; `SINK_SCHEMA` before the query starts; `SINK_ROW`; as `fileSink`.
 * Source: semantics/spark.md 1.3, 2.18.
 *
 * @example
 * writeStream(counts, {
 *   sink: parquetFileSink('out', { schema: 'origin STRING, n BIGINT', partitionBy: 'origin' }),
 *   checkpointLocation: 'checkpoint',
 * });
 * @since 0.1.0
 */
export function parquetFileSink(
  path: string,
  options: ParquetFileSinkOptions = {},
): StreamSink<unknown> {
  const owner = 'parquetFileSink';
  requireKnownOptions(owner, options, optionNames);
  const { schema, compression = 'snappy', rowGroupRows = 100_000, ...rest } = options;
  const format = parquetFormat({
    schema: schema === undefined ? undefined : toStructType(schema, `${owner}: schema`),
    compression: oneOf(owner, 'compression', compression, ['snappy', 'gzip', 'none']),
    rowGroupRows: positiveIntegerOption(owner, 'rowGroupRows', rowGroupRows, leaveOut),
  });
  const sink = fileSink(path, { ...rest, format });
  return {
    ...sink,
    open: async (ctx) => {
      await loadWriter(); // a missing package shows now, not at the first batch
      return sink.open(ctx);
    },
  };
}
