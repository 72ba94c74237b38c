import { requireLocalPath } from '../checkpoint/requireLocalPath.js';
import { drive } from '../maybe.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { type DurationInput, durationMs } from '../time/duration.js';
import { columnNames } from './file/columnNames.js';
import { type CsvFormatOptions, csvFormat } from './file/csvFormat.js';
import { FileSinkRun, type FileSinkSetup } from './file/fileSinkRun.js';
import type { FileFormat } from './file/format.js';
import { jsonFormat } from './file/jsonFormat.js';
import { dataFileName } from './file/manifestNames.js';
import { type TextFormatOptions, textFormat } from './file/textFormat.js';
import type { StreamSink } from './sink.js';

/** Options of {@link fileSink}. */
export interface FileSinkOptions extends CsvFormatOptions, TextFormatOptions {
  /** Default `json`. Another format is an object: see `parquetFileSink`. */
  readonly format?: 'json' | 'csv' | 'text' | FileFormat;
  /** Columns whose values become folders `name=value`; they are left out of the files. */
  readonly partitionBy?: string | readonly string[];
  /** Rows of one file at most. Default: one file per batch and partition. */
  readonly maxRecordsPerFile?: number;
  /** Files that are older leave the manifest (not the disk) in time. Default: they stay for good. */
  readonly retention?: DurationInput;
}

const optionNames: OptionNames<FileSinkOptions> = {
  format: true,
  partitionBy: true,
  maxRecordsPerFile: true,
  retention: true,
  columns: true,
  header: true,
  sep: true,
  quote: true,
  nullValue: true,
  lineSep: true,
};

/**
 * Writes each batch to new files of a folder, exactly once for readers of its manifest.
 *
 * In:     append mode. A batch without rows writes an entry in the manifest and no file.
 * Out:    whole files, never changed; a batch counts when its manifest entry is there. `readManifest`
 *         and file sources that use it never see another file. A batch id that is there is skipped.
 * State:  the manifest `_millrace/`, merged ten to one, in the folder itself.
 * Errors: `SOURCE_READS_OUTPUT`, `SINK_LOCATION`, `SINK_FOREIGN`, `SINK_POSITION`, `SINK_DAMAGED`, `SINK_FORMAT_UNSUPPORTED`, `SINK_SCHEMA`
 *         before the query starts; `SINK_ROW`, `SINK_PARTITION`, `SINK_CONCURRENT` fail the batch.
 * Source: semantics/spark.md 1.3, 2.18. Unlike Spark's, the manifest does not grow into one file.
 *
 * @example
 * writeStream(events, {
 *   sink: fileSink('out', { format: 'csv', columns: ['time', 'ms'], partitionBy: 'action' }),
 *   checkpointLocation: 'checkpoint',
 * });
 *
 * @since 0.1.0
 */
export function fileSink(path: string, options: FileSinkOptions = {}): StreamSink<unknown> {
  requireKnownOptions('fileSink', options, optionNames);
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError(`fileSink needs the path of a folder, not ${JSON.stringify(path)}`);
  }
  requireLocalPath('fileSink: path', path);
  const { maxRecordsPerFile = Number.POSITIVE_INFINITY, retention } = options;
  if (maxRecordsPerFile !== Number.POSITIVE_INFINITY && !isCount(maxRecordsPerFile)) {
    throw new RangeError(
      `fileSink: maxRecordsPerFile must be a whole number from 1, not ${maxRecordsPerFile}`,
    );
  }
  const setup = {
    path,
    format: formatOf(options),
    partitionBy: columnNames('partitionBy', [options.partitionBy ?? []].flat()),
    maxRecordsPerFile,
    retentionMs:
      retention === undefined
        ? Number.POSITIVE_INFINITY
        : durationMs(retention, 'fileSink retention', { min: 'positive' }),
  };
  return {
    kind: 'file',
    description: `FileSink[${path}]`,
    modes: ['append'],
    signature: path,
    writes: { folder: path, files: [fileOf(setup)], hasManifest: true },
    open: (ctx) => drive(FileSinkRun.open(setup, ctx)),
  };
}

/** A file as this sink writes them, in folders of any values. */
function fileOf({ format, partitionBy }: FileSinkSetup): string {
  const folders = partitionBy.map((column) => `${column}=0`);
  return [...folders, dataFileName(0, 1, 0, format.extension)].join('/');
}

function formatOf(options: FileSinkOptions): FileFormat {
  const { format = 'json' } = options;
  if (typeof format === 'object') return format;
  switch (format) {
    case 'json':
      return jsonFormat();
    case 'csv':
      return csvFormat(options);
    case 'text':
      return textFormat(options);
    case 'parquet' as never:
      throw new TypeError(
        "fileSink: format 'parquet' is a sink of its own: import { parquetFileSink } from 'millrace/parquet'",
      );
    default:
      throw new TypeError(
        `fileSink: format must be json, csv or text, not ${JSON.stringify(format)}`,
      );
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
