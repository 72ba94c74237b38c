import { StreamingError } from '../errors.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { booleanOption, leaveOut, oneOf, positiveIntegerOption } from '../options/optionValues.js';
import { jsonAsWritten } from '../schema/exactJson.js';
import { type InferOptions, inferCellsSchema, inferJsonSchema } from '../schema/inferSchema.js';
import type { StructType } from '../schema/types.js';
import { cellsOf } from './files/csvCells.js';
import { type CsvDialectOptions, csvDialect, csvDialectNames } from './files/csvDialect.js';
import { csvRecords } from './files/csvRecords.js';
import { resolveFileOptions } from './files/fileSourceOptions.js';
import { skipBlanks } from './files/jsonSkip.js';
import { listPaths } from './files/listFiles.js';
import { lineLimit } from './files/recordOptions.js';
import { type RecordRules, recordTexts } from './files/recordTexts.js';

/** Options of {@link schemaOf}; those of the text are the options of `jsonFiles` and `csvFiles`. */
export interface SchemaOfOptions extends CsvDialectOptions, InferOptions {
  /** Default: by the name of the first file, `.csv` and `.tsv` or anything else. */
  readonly format?: 'json' | 'csv';
  /** Whether the first record of a CSV file names the columns, else `_c0`, `_c1`, …. Default false. */
  readonly header?: boolean;
  /** So many records are looked at. Default 10,000. */
  readonly sampleRows?: number;
  /** Whether all folders are read, and not only those called `key=value`. Default false. */
  readonly recursive?: boolean;
}

const optionNames: OptionNames<SchemaOfOptions> = {
  ...csvDialectNames,
  inferTimestamp: true,
  timeZone: true,
  timestampFormat: true,
  dateFormat: true,
  format: true,
  header: true,
  sampleRows: true,
  recursive: true,
};

/**
 * Infers the schema of the JSON lines or CSV files of a folder, to be looked at and written down: a
 * schema that is inferred anew at each start could change under a checkpoint.
 *
 * In:     a folder, a file or a glob; the first records, files in the order of their names. Records that
 *         cannot be read say nothing.
 * Out:    the narrowest types that take every value, by Spark's rules; all columns may be null. Columns
 *         of `key=value` folders are not among them: sources add these themselves.
 * Errors: `SOURCE_PATH_MISSING`; `SOURCE_UNREADABLE`, also where there is no record.
 *
 * @example
 * console.log(formatDdl(await schemaOf('sales/', { header: true }))); // at TIMESTAMP, item STRING, n INT
 * @since 0.1.0
 */
export async function schemaOf(path: string, options: SchemaOfOptions = {}): Promise<StructType> {
  const owner = 'schemaOf';
  requireKnownOptions(owner, options, optionNames);
  const { recursive = false } = options;
  const rows = positiveIntegerOption(owner, 'sampleRows', options.sampleRows ?? 10_000, leaveOut);
  const resolved = resolveFileOptions(owner, path, { recursive });
  const { source } = resolved;
  const paths = await listPaths(resolved);
  const [first = ''] = paths;
  const format = options.format ?? (/\.[ct]sv(\.gz)?$/i.test(first) ? 'csv' : 'json');
  oneOf(owner, 'format', format, ['json', 'csv']);
  const sample = { source, paths, rows };
  const schema = await (format === 'csv'
    ? csvSchema(sample, options)
    : jsonSchema(sample, options));
  if (schema.fields.length > 0) return schema;
  const reason =
    'there is no record to infer a schema from: give a folder with files that have some';
  throw new StreamingError('SOURCE_UNREADABLE', { source, path, reason });
}

interface Sample {
  readonly source: string;
  readonly paths: readonly string[];
  readonly rows: number;
}

async function jsonSchema(sample: Sample, options: SchemaOfOptions): Promise<StructType> {
  const rules: RecordRules = {
    source: sample.source,
    maxLineBytes: lineLimit('schemaOf', undefined),
    isRecord: (bytes, start, end) => skipBlanks(bytes, start) < end,
  };
  const records: unknown[] = [];
  for (const path of sample.paths) {
    for await (const text of textsOf(path, rules, sample.rows - records.length)) {
      try {
        records.push(jsonAsWritten(text));
      } catch {
        // a bad record says nothing about the good ones
      }
    }
  }
  return inferJsonSchema(records, options);
}

async function csvSchema(sample: Sample, options: SchemaOfOptions): Promise<StructType> {
  const dialect = csvDialect('schemaOf', options);
  const maxLineBytes = lineLimit('schemaOf', undefined);
  const rules = csvRecords({ source: sample.source, dialect, maxLineBytes });
  const records: (readonly (string | null)[])[] = [];
  let names: readonly string[] | undefined;
  for (const path of sample.paths) {
    let headerDue = booleanOption('schemaOf', 'header', options.header);
    for await (const text of textsOf(path, rules, sample.rows - records.length + 1)) {
      const cells = cellsOf(text, dialect, noText);
      if (cells === undefined) continue;
      names ??= cells.map((cell, i) => (headerDue && cell ? cell : `_c${i}`));
      if (headerDue) headerDue = false;
      else records.push(cells);
    }
  }
  return inferCellsSchema(names ?? [], records, options);
}

/** What a cell in quotes is: null where it is empty, as to every type but STRING. */
const noText = (): boolean => false;

/** At most so many records of a file. */
async function* textsOf(path: string, rules: RecordRules, most: number) {
  let left = most;
  if (left <= 0) return;
  for await (const text of recordTexts({ path, size: 0, partition: new Map() }, rules)) {
    yield text;
    if (--left <= 0) return;
  }
}
