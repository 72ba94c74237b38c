import type { DataType } from '../../schema/types.js';
import { Unwritable } from './unwritable.js';

/**
 * A time as files have it, ISO-8601 in UTC; of a DATE the day alone.
 *
 * In a DATE or TIMESTAMP column a number is ms since the epoch (`timestamps: 'ms'`). It is written as text
 * too: readers take a number for seconds.
 *
 * undefined: no time, or none that a text can say. Throws `Unwritable` for a DATE that has a time of day.
 */
export function timeText(value: unknown, type: DataType | undefined): string | undefined {
  const isTime = type?.type === 'date' || type?.type === 'timestamp';
  const time = typeof value === 'number' && isTime ? new Date(value) : value;
  if (!(time instanceof Date) || Number.isNaN(time.getTime())) return undefined;
  const text = time.toISOString();
  if (type?.type !== 'date') return text;
  if (hasTimeOfDay(value)) throw new Unwritable(value, losesTimeOfDay);
  return text.replace(/T.*/, '');
}

/** What a message says of a DATE that {@link hasTimeOfDay}. */
export const losesTimeOfDay =
  'is a DATE, and would lose its time of day: give the day alone, or declare a TIMESTAMP';

const dayMs = 86_400_000;

export function hasTimeOfDay(value: unknown): boolean {
  const ms = value instanceof Date ? value.getTime() : value;
  return typeof ms === 'number' && ms % dayMs !== 0;
}
