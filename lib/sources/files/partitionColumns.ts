import { StreamingError } from '../../errors.js';
import type { FileToRead } from './fileFormat.js';

/** The value of a declared column from its text; throws with the reason for what is none. */
export type ReadCell = (text: string) => unknown;

/** Values that a file's `key=value` directories give to each of its rows. */
export interface PartitionColumns {
  /** Declared columns by their type; others get a type by their look. In path order. */
  valuesOf(file: FileToRead): Readonly<Record<string, unknown>>;
}

/**
 * Columns from directories: `declared` by the schema, others inferred from each text alone, so that a
 * file gives the same rows whatever other files there are.
 *
 * Errors: `BAD_RECORD` for a directory that is not of its declared type.
 */
export function partitionColumns(
  source: string,
  declared: (name: string) => ReadCell | undefined,
  dateOf: (ms: number) => unknown,
): PartitionColumns {
  return {
    valuesOf: (file) => {
      const values: [string, unknown][] = [];
      for (const [name, text] of file.partition) {
        const read = declared(name) ?? ((each: string) => inferred(each, dateOf));
        values.push([name, text === null ? null : typed(source, file, name, text, read)]);
      }
      return Object.fromEntries(values); // defines, never assigns: `__proto__` is a name like any other
    },
  };
}

function typed(source: string, file: FileToRead, name: string, text: string, read: ReadCell) {
  try {
    return read(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StreamingError(
      'BAD_RECORD',
      { source, file: file.path, line: 0, reason, excerpt: `its directory ${name}=${text}` },
      { cause },
    );
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
