import type { DataType } from '../../schema/types.js';

/**
 * A time as files have it, ISO-8601 in UTC; of a DATE the day alone.
 *
 * In a DATE or TIMESTAMP column a number is ms since the epoch (`timestamps: 'ms'`). It is written as text
 * too: readers take a number for seconds.
 *
 * undefined: no time, or none that a text can say.
 */
export function timeText(value: unknown, type: DataType | undefined): string | undefined {
  const isTime = type?.type === 'date' || type?.type === 'timestamp';
  const time = typeof value === 'number' && isTime ? new Date(value) : value;
  if (!(time instanceof Date) || Number.isNaN(time.getTime())) return undefined;
  const text = time.toISOString();
  return type?.type === 'date' ? text.replace(/T.*/, '') : text;
}
