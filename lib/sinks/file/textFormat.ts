import { counted } from '../../counted.js';
import { StreamingError } from '../../errors.js';
import { cellText } from '../../terminal/cellText.js';
import type { FileFormat, FileShape } from './format.js';
import { requireUtf8 } from './requireUtf8.js';

/** Options of {@link textFormat}. */
export interface TextFormatOptions {
  /** What ends a line. Default `\n`. */
  readonly lineSep?: string;
}

/** One line per row: a string, or an object whose only column is one; null is an empty line. */
export function textFormat({ lineSep = '\n' }: TextFormatOptions = {}): FileFormat {
  if (lineSep === '')
    throw new RangeError("fileSink: lineSep must not be empty; leave it out for '\\n'");
  return {
    name: 'text',
    extension: 'txt',
    check: ({ schema }) => {
      const [field, ...more] = schema?.fields ?? [];
      if (field === undefined || (more.length === 0 && field.dataType.type === 'string')) return;
      throw new StreamingError('SINK_SCHEMA', {
        format: 'text',
        problem: `they have ${counted(1 + more.length, 'column')} (${field.name} is ${field.dataType.type})`,
        fix: 'select one column of type STRING, or use json or csv',
      });
    },
    encode: (rows, shape) => {
      let text = '';
      for (const row of rows) text += lineOf(row, shape, lineSep) + lineSep;
      return Buffer.from(text, 'utf8');
    },
  };
}

function lineOf(row: unknown, { partitionBy }: FileShape, lineSep: string): string {
  const value = typeof row === 'object' && row !== null ? onlyColumn(row, partitionBy) : row;
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') requireUtf8(value, 'text');
  // What reads lines that end in \n takes a \r before it for a part of the end.
  const isCut = lineSep === '\n' && typeof value === 'string' && value.endsWith('\r');
  if (typeof value === 'string' && !value.includes(lineSep) && !isCut) return value;
  throw new StreamingError('SINK_ROW', {
    format: 'text',
    value: cellText(value),
    reason: typeof value === 'string' ? 'holds a line end: use json or csv' : 'is no string',
  });
}

function onlyColumn(row: object, partitionBy: ReadonlySet<string>): unknown {
  const names = Object.keys(row).filter((name) => !partitionBy.has(name));
  const [name] = names;
  if (names.length === 1 && name !== undefined) return (row as Record<string, unknown>)[name];
  throw new StreamingError('SINK_ROW', {
    format: 'text',
    value: cellText(row),
    reason: `has ${names.length} columns, text takes one: select it, or use json or csv`,
  });
}
