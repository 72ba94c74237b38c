import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { fileSignature } from './files/fileSignature.js';
import { FileSource } from './files/fileSource.js';
import {
  type FileSourceOptions,
  fileSourceOptionNames,
  resolveFileOptions,
} from './files/fileSourceOptions.js';
import { refuseOwnOutput } from './files/ownOutput.js';
import { partitionColumns } from './files/partitionColumns.js';
import { lineLimit } from './files/recordOptions.js';
import { type TextRow, textFormat } from './files/textFormat.js';
import type { StreamSource } from './source.js';

/** Options of {@link textFiles}. */
export interface TextFilesOptions extends FileSourceOptions {
  /** A longer line is a bad record. Default 16 MiB. */
  readonly maxLineBytes?: number;
}

const optionNames: OptionNames<TextFilesOptions> = { ...fileSourceOptionNames, maxLineBytes: true };

/**
 * Reads the lines of text files, each as `{ value }`, as files appear in a folder.
 *
 * In:     a folder, a file, or a glob (`*`, `?`, `[…]`, `{a,b}`, `**`); UTF-8, lines end in `\n` or
 *         `\r\n`; `.gz` files are unpacked. Names that begin with `_` or `.` are ignored. Files must
 *         appear whole: rename them into the folder.
 * Out:    `{ value: string }` and the columns of `key=value` folders, each value of the type that its own
 *         text looks like; files in the order of their modification times, then paths.
 * Errors: `SOURCE_PATH_MISSING`, `SOURCE_UNREADABLE`; `BAD_RECORD` for a line beyond `maxLineBytes`;
 *         `SOURCE_CHANGED`, `SOURCE_DATA_LOST` for a file that is not what was planned, or that a
 *         `fileSink` has committed and is missing; `SOURCE_CLEANS_SINK`.
 * Source: semantics/spark.md 1.2, 2.16.
 *
 * @example
 * const words = readStream(textFiles('books/')).pipe(explode((line) => line.value.split(' ')));
 * @since 0.1.0
 */
export function textFiles(path: string, options: TextFilesOptions = {}): StreamSource<TextRow> {
  const owner = 'textFiles';
  requireKnownOptions(owner, options, optionNames);
  const resolved = resolveFileOptions(owner, path, options);
  const { source } = resolved;
  const format = textFormat({
    source,
    maxLineBytes: lineLimit(owner, options.maxLineBytes),
    mode: options.mode,
    partitions: partitionColumns(source, undefined, {}),
  });
  return {
    kind: 'text',
    description: source,
    schema: {
      type: 'struct',
      fields: [{ name: 'value', dataType: { type: 'string' }, nullable: false }],
    },
    replayable: true,
    finite: true,
    signature: fileSignature('text', resolved),
    refuseOwnOutput: (written) => refuseOwnOutput(resolved, written),
    open: (ctx) => FileSource.open(resolved, format, ctx),
  };
}
