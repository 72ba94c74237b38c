import {
  type OnlyOptions,
  type OptionNames,
  requireKnownOptions,
} from '../options/knownOptions.js';
import { oneOf, shown, timestampsOption } from '../options/optionValues.js';
import type { AnyRow, CheckedDdl, RowOf, RowOptions } from '../schema/rowOf.js';
import { type SchemaInput, toStructType } from '../schema/structType.js';
import type { StructType } from '../schema/types.js';
import { fileSignature } from '../sources/files/fileSignature.js';
import { FileSource } from '../sources/files/fileSource.js';
import {
  type FileSourceOptions,
  fileSourceOptionNames,
  resolveFileOptions,
} from '../sources/files/fileSourceOptions.js';
import { refuseOwnOutput } from '../sources/files/ownOutput.js';
import { partitionColumns } from '../sources/files/partitionColumns.js';
import type { StreamSource } from '../sources/source.js';
import { loadHyparquet } from './packages.js';
import { ParquetFormat, type ParquetFormatOptions } from './parquetFormat.js';

/** Options of {@link parquetFiles}. */
export interface ParquetFilesOptions extends FileSourceOptions, RowOptions {
  /** Columns and their types. Default: those of each file. */
  readonly schema?: SchemaInput;
  /** Reads these columns only; what is left out is not decoded. Default: all. */
  readonly columns?: readonly string[];
}

const optionNames: OptionNames<ParquetFilesOptions> = {
  ...fileSourceOptionNames,
  timestamps: true,
  bigints: true,
  schema: true,
  columns: true,
};

/** The rows of {@link parquetFiles}, as its options say. */
export type ParquetRow<O extends ParquetFilesOptions> = O extends { readonly schema: infer Schema }
  ? O extends { readonly columns: readonly (infer Name)[] }
    ? Pick<RowOf<Schema, O>, Extract<Name, keyof RowOf<Schema, O>>>
    : RowOf<Schema, O>
  : AnyRow;

type Checked<O> = O extends { readonly schema: infer Schema }
  ? { readonly schema: Schema & CheckedDdl<Schema> }
  : unknown;

/**
 * Reads the rows of Parquet files as they appear in a folder.
 *
 * In:     a folder, a file or a glob, as `textFiles`. Needs the package hyparquet, and
 *         hyparquet-compressors for ZSTD and LZ4.
 * Out:    rows of the schema: columns are found by name, a column that a file does not have is null,
 *         and narrower types of the file are widened. Without a schema the rows are those of each file.
 *         LIST is an array, MAP a Map, a group an object; DECIMAL is exact; times finer than ms are cut
 *         off. `maxRowsPerTrigger` splits a file at any row.
 * State:  one row group is decoded at a time.
 * Errors: `PACKAGE_MISSING`; `SOURCE_UNREADABLE` for a damaged file, and without a schema for a column
 *         that is TIME, VARIANT or INTERVAL; `SOURCE_COLUMN_TYPE` for a file
 *         whose column is not of the schema's type; `BAD_RECORD`, by `mode`, for a row with a BIGINT
 *         beyond 2^53 (see `bigints`), a time beyond a Date, or null where the schema says NOT NULL;
 *         as `textFiles` for files that are not what was planned.
 * Source: semantics/spark.md 1.2.
 *
 * @example
 * const flights = readStream(
 *   parquetFiles('flights/', { schema: 'date TIMESTAMP, delay BIGINT', maxRowsPerTrigger: 100_000 }),
 * );
 * @since 0.1.0
 */
export function parquetFiles<const O extends ParquetFilesOptions>(
  path: string,
  options?: O & Checked<O> & OnlyOptions<O, ParquetFilesOptions>,
): StreamSource<ParquetRow<O>> {
  const owner = 'parquetFiles';
  const given: ParquetFilesOptions = options ?? {};
  requireKnownOptions(owner, given, optionNames);
  const resolved = resolveFileOptions(owner, path, given);
  const schema = given.schema === undefined ? undefined : schemaOf(given.schema, given.columns);
  const rowOptions = rowOptionsOf(owner, given);
  const formatOptions: ParquetFormatOptions = {
    source: resolved.source,
    schema,
    columns: columnsOf(owner, given.columns),
    rowOptions,
    mode: given.mode,
    partitions: partitionColumns(resolved.source, schema, rowOptions),
  };
  return {
    kind: 'parquet',
    description: resolved.source,
    ...(schema ? { schema } : {}),
    replayable: true,
    finite: true,
    signature: fileSignature('parquet', resolved),
    refuseOwnOutput: (written) => refuseOwnOutput(resolved, written),
    open: async (ctx) => {
      await loadHyparquet(); // a missing package shows now, not at the first batch
      return FileSource.open(resolved, new ParquetFormat<ParquetRow<O>>(formatOptions), ctx);
    },
  };
}

/** The columns that are read, of a schema that may have more. */
function schemaOf(input: SchemaInput, columns: readonly string[] | undefined): StructType {
  const all = toStructType(input, 'parquetFiles: schema');
  if (columns === undefined) return all;
  const unknown = columns.find((name) => !all.fields.some((field) => field.name === name));
  if (unknown !== undefined) {
    throw new RangeError(`parquetFiles: columns names ${shown(unknown)}, the schema does not`);
  }
  return { type: 'struct', fields: all.fields.filter((field) => columns.includes(field.name)) };
}

function columnsOf(owner: string, columns: readonly string[] | undefined) {
  if (columns === undefined) return undefined;
  const isList = Array.isArray(columns) && columns.length > 0;
  if (isList && columns.every((name) => typeof name === 'string')) return [...new Set(columns)];
  throw new TypeError(`${owner}: columns must be a list of names, not ${shown(columns)}`);
}

function rowOptionsOf(owner: string, options: RowOptions): RowOptions {
  const { bigints = 'number' } = options;
  return {
    timestamps: timestampsOption(owner, options.timestamps),
    bigints: oneOf(owner, 'bigints', bigints, ['number', 'bigint']),
  };
}
