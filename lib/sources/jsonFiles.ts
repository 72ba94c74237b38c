import { availableParallelism } from 'node:os';
import {
  type OnlyOptions,
  type OptionNames,
  requireKnownOptions,
} from '../options/knownOptions.js';
import { oneOf, requireSchema, shown } from '../options/optionValues.js';
import type { CheckedDdl, RowOf } from '../schema/rowOf.js';
import { type SchemaInput, toStructType } from '../schema/structType.js';
import type { FileFormat } from './files/fileFormat.js';
import { fileSignature } from './files/fileSignature.js';
import { FileSource } from './files/fileSource.js';
import { resolveFileOptions } from './files/fileSourceOptions.js';
import { jsonFormat } from './files/jsonFormat.js';
import { refuseOwnOutput } from './files/ownOutput.js';
import {
  convertOptionsOf,
  lineLimit,
  type RecordFileOptions,
  recordOptionNames,
} from './files/recordOptions.js';
import type { StreamSource } from './source.js';

/** Options of {@link jsonFiles}. */
export interface JsonFilesOptions extends RecordFileOptions {
  /** Columns and their types, as DDL or `structType`. Fields that it does not have are left out. */
  readonly schema: SchemaInput;
  /** What a whole number in a TIMESTAMP column counts. Default `'seconds'`, as in Spark. */
  readonly epochUnit?: 'seconds' | 'ms';
  /**
   * How many threads beside this one decode lines: 0 or 1. Default 1, where there is more than one
   * processor. A thread is started at the first 4 MiB or more that a batch takes from one file.
   */
  readonly decodeThreads?: 0 | 1;
}

const optionNames: OptionNames<JsonFilesOptions> = {
  ...recordOptionNames,
  schema: true,
  epochUnit: true,
  decodeThreads: true,
};

/**
 * Reads JSON lines, one object each, as files appear in a folder.
 *
 * In:     a folder, a file or a glob, as `textFiles`; UTF-8, blank lines are left out.
 * Out:    rows of the schema and the columns of `key=value` folders. A missing field is null, of a
 *         repeated one the last counts; BIGINT and DECIMAL are exact.
 * Errors: `BAD_RECORD`, by `mode`, for a line that is no object of the schema; as `textFiles` for files
 *         that are missing, unreadable or not what was planned; `DDL_INVALID`.
 * Source: semantics/spark.md 1.2.
 *
 * @example
 * const events = readStream(
 *   jsonFiles('events/', { schema: 'time TIMESTAMP, action STRING, ms DOUBLE', maxFilesPerTrigger: 1 }),
 * );
 * @since 0.1.0
 */
export function jsonFiles<const O extends JsonFilesOptions>(
  path: string,
  options: O & { readonly schema: O['schema'] & CheckedDdl<O['schema']> } & OnlyOptions<
      O,
      JsonFilesOptions
    >,
): StreamSource<RowOf<O['schema'], O>> {
  const owner = 'jsonFiles';
  const given: JsonFilesOptions = options;
  requireKnownOptions(owner, given, optionNames);
  requireSchema(owner, given);
  const resolved = resolveFileOptions(owner, path, given);
  const schema = toStructType(given.schema, `${owner}: schema`);
  const epochUnit = oneOf(owner, 'epochUnit', given.epochUnit ?? 'seconds', ['seconds', 'ms']);
  const threads = given.decodeThreads ?? (availableParallelism() > 1 ? 1 : 0);
  if (threads !== 0 && threads !== 1)
    throw new RangeError(`${owner}: decodeThreads must be 0 or 1, not ${shown(threads)}`);
  const format = jsonFormat({
    source: resolved.source,
    schema,
    convert: { ...convertOptionsOf(owner, schema, given), epochUnit },
    maxLineBytes: lineLimit(owner, given.maxLineBytes),
    mode: given.mode,
    ahead: threads > 0 ? {} : undefined,
  });
  return {
    kind: 'json',
    description: resolved.source,
    schema,
    replayable: true,
    finite: true,
    signature: fileSignature('json', resolved),
    refuseOwnOutput: (written) => refuseOwnOutput(resolved, written),
    open: (ctx) =>
      FileSource.open(resolved, format.opened() as FileFormat<RowOf<O['schema'], O>>, ctx),
  };
}
