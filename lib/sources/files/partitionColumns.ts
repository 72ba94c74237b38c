import { StreamingError } from '../../errors.js';
import { BAD, type ValueReader } from '../../schema/bad.js';
import { cellConverter } from '../../schema/convert.js';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import { formatType } from '../../schema/formatDdl.js';
import { namesLike } from '../../schema/namesLike.js';
import type { StructField, StructType } from '../../schema/types.js';
import { decodePathPart } from '../../sinks/file/partitionPath.js';
import { dateParser, timestampParser } from '../../time/timestamps.js';
import type { FileToRead } from './fileFormat.js';

/** Values that a file's `key=value` directories give to each of its rows. */
export interface PartitionColumns {
  /** In path order: as the schema names them, whatever their case in the path, as in Spark. */
  namesOf(file: FileToRead): readonly string[];
  /** Declared columns by their type; others get a type by their look. In path order. */
  valuesOf(file: FileToRead): Readonly<Record<string, unknown>>;
}

/**
 * Columns from directories: declared by the schema, or inferred from each text alone, so that a file
 * gives the same rows whatever other files there are.
 *
 * Errors: `SOURCE_COLUMN_TYPE` for a directory that is not of its declared type, in every mode: it would
 *         be all rows of its files.
 */
export function partitionColumns(
  source: string,
  schema: StructType | undefined,
  options: ConvertOptions,
): PartitionColumns {
  const fields = schema?.fields ?? [];
  const names = fields.map((field) => field.name);
  const nameOf = (key: string): string => {
    const [name = key, ...more] = namesLike(names, key);
    return more.length === 0 ? name : key;
  };
  const readers = new Map<StructField, ValueReader<string>>();
  const readerOf = (field: StructField): ValueReader<string> => {
    const reader = readers.get(field) ?? textReader(field, options);
    readers.set(field, reader);
    return reader;
  };
  const infer = inference(options);
  return {
    namesOf: ({ partition }) => [...new Set([...partition.keys()].map(nameOf))],
    valuesOf: (file) => {
      const values = Array.from(file.partition, ([key, written]): [string, unknown] => {
        const wantedName = nameOf(key);
        const field = fields.find(({ name }) => name === wantedName);
        if (field === undefined) return [key, written === null ? null : infer(written)];
        const text = written === null ? null : decodePathPart(written);
        const value = text === null ? null : readerOf(field)(text);
        if (value !== BAD && (value !== null || field.nullable)) return [field.name, value];
        const { name, dataType, nullable } = field;
        const found = `${text === null ? 'null' : JSON.stringify(text)}, as its folder says`;
        const wanted = `${formatType(dataType)}${nullable ? '' : ' NOT NULL'}`;
        const where = { source, file: file.path, column: name };
        throw new StreamingError('SOURCE_COLUMN_TYPE', { ...where, found, wanted });
      });
      return Object.fromEntries(values); // defines, never assigns: `__proto__` is a name like any other
    },
  };
}

function textReader({ dataType }: StructField, options: ConvertOptions): ValueReader<string> {
  switch (dataType.type) {
    case 'array':
    case 'map':
    case 'struct':
      return () => BAD;
    default: // the formats are those of the files' text, as in Spark; a folder is named in ISO 8601
      return cellConverter(dataType, {
        ...options,
        timestampFormat: undefined,
        dateFormat: undefined,
      });
  }
}

const whole = /^[+-]?\d+$/;
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const noNumber = /^[+-]?(?:NaN|Infinity)$/;
const day = /^\d{4}-\d\d-\d\d$/;
const instant = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d)?$/;

/**
 * The value of a folder that no schema declares, as Spark takes its text alone: numbers, dates, times as
 * `yyyy-MM-dd HH:mm:ss`; anything else is text, also a whole number beyond 2^53. What is percent-encoded
 * is no number, so text that its writer has escaped stays text.
 */
function inference(options: ConvertOptions): (written: string) => unknown {
  const timestampOf = timestampParser({ timeZone: options.timeZone });
  const dateOf = dateParser();
  const shown = (ms: number) => (options.timestamps === 'ms' ? ms : new Date(ms));
  return (written) => {
    const text = decodePathPart(written);
    if (whole.test(written)) {
      const value = Number(written);
      return Number.isSafeInteger(value) ? value + 0 : text;
    }
    if (decimal.test(written) || noNumber.test(written)) return Number(written);
    const ms = day.test(written)
      ? dateOf(written)
      : instant.test(text)
        ? timestampOf(text)
        : Number.NaN;
    return Number.isNaN(ms) ? text : shown(ms);
  };
}
