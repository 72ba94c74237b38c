import type { OptionNames } from '../../options/knownOptions.js';
import {
  leaveOut,
  oneOf,
  positiveIntegerOption,
  shown,
  timestampsOption,
} from '../../options/optionValues.js';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { RowOptions } from '../../schema/rowOf.js';
import type { StructType } from '../../schema/types.js';
import { type FileSourceOptions, fileSourceOptionNames } from './fileSourceOptions.js';

/** Options of the sources whose files hold records as text: JSON lines and CSV. */
export interface RecordFileOptions extends FileSourceOptions, RowOptions {
  /** Zone of timestamps that name none. Default `'UTC'`. */
  readonly timeZone?: string;
  /** Pattern of TIMESTAMP text in the files, `'yyyy-MM-dd HH:mm:ss'`. Default: ISO 8601. */
  readonly timestampFormat?: string;
  /** Pattern of DATE text in the files. Default: ISO 8601. */
  readonly dateFormat?: string;
  /**
   * The column that takes the text of a bad record in mode PERMISSIVE, null in good ones: a STRING of
   * the schema. Default `'_corrupt_record'`, if the schema has it.
   */
  readonly columnNameOfCorruptRecord?: string;
  /** A longer record is a bad one. Default 16 MiB. */
  readonly maxLineBytes?: number;
}

export const recordOptionNames: OptionNames<RecordFileOptions> = {
  ...fileSourceOptionNames,
  timestamps: true,
  bigints: true,
  timeZone: true,
  timestampFormat: true,
  dateFormat: true,
  columnNameOfCorruptRecord: true,
  maxLineBytes: true,
};

const defaultCorruptColumn = '_corrupt_record';
const defaultMaxLineBytes = 16 * 1024 * 1024;

/** Bytes of a line with its end. */
export function lineLimit(owner: string, value: number | undefined): number {
  return positiveIntegerOption(owner, 'maxLineBytes', value ?? defaultMaxLineBytes, leaveOut);
}

/**
 * Checks what decides how text becomes values; zone and patterns are checked where they are compiled.
 *
 * Errors: TypeError and RangeError that name source and option.
 */
export function convertOptionsOf(
  owner: string,
  schema: StructType,
  options: RecordFileOptions,
): ConvertOptions {
  const { bigints = 'number', columnNameOfCorruptRecord: corrupt } = options;
  if (corrupt !== undefined && !schema.fields.some((field) => field.name === corrupt)) {
    throw new RangeError(
      `${owner}: columnNameOfCorruptRecord is ${shown(corrupt)}, which the schema does not have: declare it there as STRING`,
    );
  }
  return {
    timestamps: timestampsOption(owner, options.timestamps),
    bigints: oneOf(owner, 'bigints', bigints, ['number', 'bigint']),
    timeZone: options.timeZone,
    timestampFormat: options.timestampFormat,
    dateFormat: options.dateFormat,
    corruptColumn: corrupt ?? defaultCorruptColumn,
  };
}
