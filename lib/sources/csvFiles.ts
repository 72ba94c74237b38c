import {
  type OnlyOptions,
  type OptionNames,
  requireKnownOptions,
} from '../options/knownOptions.js';
import { booleanOption, requireSchema } from '../options/optionValues.js';
import type { CheckedDdl, RowOf } from '../schema/rowOf.js';
import { type SchemaInput, toStructType } from '../schema/structType.js';
import { type CsvDialectOptions, csvDialect, csvDialectNames } from './files/csvDialect.js';
import { csvFormat } from './files/csvFormat.js';
import type { FileFormat } from './files/fileFormat.js';
import { fileSignature } from './files/fileSignature.js';
import { FileSource } from './files/fileSource.js';
import { resolveFileOptions } from './files/fileSourceOptions.js';
import { refuseOwnOutput } from './files/ownOutput.js';
import {
  convertOptionsOf,
  lineLimit,
  type RecordFileOptions,
  recordOptionNames,
} from './files/recordOptions.js';
import type { StreamSource } from './source.js';

/** Options of {@link csvFiles}. */
export interface CsvFilesOptions extends RecordFileOptions, CsvDialectOptions {
  /** Columns and their types, as DDL or `structType`; no ARRAY, MAP or STRUCT. */
  readonly schema: SchemaInput;
  /** Whether the first record of each file names the columns. Default false. */
  readonly header?: boolean;
  /** Whether columns are taken by position even where there is a header. Default false. */
  readonly enforceSchema?: boolean;
}

const optionNames: OptionNames<CsvFilesOptions> = {
  ...recordOptionNames,
  ...csvDialectNames,
  schema: true,
  header: true,
  enforceSchema: true,
};

/**
 * Reads the records of CSV files as files appear in a folder.
 *
 * In:     a folder, a file or a glob, as `textFiles`; UTF-8, blank lines are left out. With `header`
 *         columns are found by their names, if need be in another case, and others are left out; else by
 *         position.
 * Out:    rows of the schema and the columns of `key=value` folders; a cell that is
 *         empty or `nullValue` is null.
 * Errors: `BAD_RECORD`, by `mode`, for a record that has too few or too many cells, a cell that is not of
 *         its type, or a quote in the wrong place; `SOURCE_COLUMN_MISSING` for a header without a column
 *         of the schema; as `textFiles` for files that are missing, unreadable or not what was planned.
 * Source: semantics/spark.md 1.2. Unlike Spark, a quote inside quotes is doubled (see `escape`), and a
 *         header is compared with the schema (see `enforceSchema`).
 *
 * @example
 * const sales = readStream(
 *   csvFiles('sales/', { schema: 'at TIMESTAMP, item STRING, price DECIMAL(10,2)', header: true }),
 * );
 * @since 0.1.0
 */
export function csvFiles<const O extends CsvFilesOptions>(
  path: string,
  options: O & { readonly schema: O['schema'] & CheckedDdl<O['schema']> } & OnlyOptions<
      O,
      CsvFilesOptions
    >,
): StreamSource<RowOf<O['schema'], O>> {
  const owner = 'csvFiles';
  const given: CsvFilesOptions = options;
  requireKnownOptions(owner, given, optionNames);
  requireSchema(owner, given);
  const resolved = resolveFileOptions(owner, path, given);
  const schema = toStructType(given.schema, `${owner}: schema`);
  const format = csvFormat({
    source: resolved.source,
    schema,
    convert: convertOptionsOf(owner, schema, given),
    dialect: csvDialect(owner, given),
    header: booleanOption(owner, 'header', given.header),
    enforceSchema: booleanOption(owner, 'enforceSchema', given.enforceSchema),
    maxLineBytes: lineLimit(owner, given.maxLineBytes),
    mode: given.mode,
  });
  return {
    kind: 'csv',
    description: resolved.source,
    schema,
    replayable: true,
    finite: true,
    signature: fileSignature('csv', resolved),
    refuseOwnOutput: (written) => refuseOwnOutput(resolved, written),
    open: (ctx) => FileSource.open(resolved, format as FileFormat<RowOf<O['schema'], O>>, ctx),
  };
}
