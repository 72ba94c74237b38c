import { StreamingError } from '../../errors.js';
import { cellText } from '../../terminal/cellText.js';
import type { FileFormat } from './format.js';
import { jsonRow } from './jsonText.js';

/** JSON Lines: one object per row, null fields left out. */
export function jsonFormat(): FileFormat {
  return {
    name: 'json',
    extension: 'json',
    encode: (rows, { schema, partitionBy }) => {
      let text = '';
      for (const row of rows) text += `${jsonRow(recordOf(row, 'json'), partitionBy, schema)}\n`;
      return Buffer.from(text, 'utf8');
    },
  };
}

/** A row that has columns. */
export function recordOf(row: unknown, format: string): object {
  const record = typeof row === 'object' && row !== null && !Array.isArray(row);
  if (record && !(row instanceof Date) && !(row instanceof Map)) return row;
  throw new StreamingError('SINK_ROW', {
    format,
    value: cellText(row),
    reason: 'has no columns: end the pipe with select((row) => ({ name: … }))',
  });
}
