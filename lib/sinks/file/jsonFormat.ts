import { StreamingError } from '../../errors.js';
import { cellText } from '../../terminal/cellText.js';
import type { FileFormat } from './format.js';
import { jsonRow } from './jsonText.js';
import { isOpaque, rowError } from './unwritable.js';

/** JSON Lines: one object per row, null fields left out. */
export function jsonFormat(): FileFormat {
  return {
    name: 'json',
    extension: 'json',
    encode: (rows, { schema, partitionBy }) => {
      let text = '';
      for (const row of rows) {
        try {
          text += `${jsonRow(recordOf(row, 'json'), partitionBy, schema)}\n`;
        } catch (error) {
          throw rowError('json', row, error);
        }
      }
      return Buffer.from(text, 'utf8');
    },
  };
}

/** A row that has columns. */
export function recordOf(row: unknown, format: string): object {
  if (isRecord(row)) return row;
  throw new StreamingError('SINK_ROW', {
    format,
    value: row instanceof Promise ? 'a Promise' : cellText(row),
    reason: 'has no columns: end the pipe with select((row) => ({ name: … }))',
  });
}

function isRecord(row: unknown): row is object {
  if (typeof row !== 'object' || row === null) return false;
  if (Object.getPrototypeOf(row) === Object.prototype) return true; // most rows
  if (Array.isArray(row) || row instanceof Date || row instanceof Map || row instanceof Set) {
    return false;
  }
  return !isOpaque(row);
}
