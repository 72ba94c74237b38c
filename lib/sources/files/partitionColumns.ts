import { StreamingError } from '../../errors.js';
import { BAD, type ValueReader } from '../../schema/bad.js';
import { cellConverter } from '../../schema/convert.js';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import { formatType } from '../../schema/formatDdl.js';
import { namesLike } from '../../schema/namesLike.js';
import type { StructField, StructType } from '../../schema/types.js';
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
  const dateOf = (ms: number) => (options.timestamps === 'ms' ? ms : new Date(ms));
  return {
    namesOf: ({ partition }) => [...new Set([...partition.keys()].map(nameOf))],
    valuesOf: (file) => {
      const values = Array.from(file.partition, ([key, text]): [string, unknown] => {
        const wantedName = nameOf(key);
        const field = fields.find(({ name }) => name === wantedName);
        if (field === undefined) return [key, text === null ? null : inferred(text, dateOf)];
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
    default:
      return cellConverter(dataType, options);
  }
}

/** Whole numbers up to 2^53, decimal numbers, dates; anything else is text. */
export function inferred(text: string, dateOf: (ms: number) => unknown): unknown {
  if (/^-?\d{1,16}$/.test(text)) {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : text;
  }
  if (/^-?\d{1,300}\.\d{1,300}$/.test(text)) return Number(text);
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!date) return text;
  const ms = Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]));
  const isCalendarDay = new Date(ms).toISOString().startsWith(text);
  return isCalendarDay ? dateOf(ms) : text;
}
