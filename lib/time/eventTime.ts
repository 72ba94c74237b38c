import { DateTime } from 'luxon';
import { StreamingError } from '../errors.js';
import { farthestMs } from './civil.js';

/** What a row may give as its event time: null and undefined mean that it has none. */
export type EventTimeInput = Date | number | DateTime | null | undefined;

/**
 * Converts a row's event time to whole milliseconds since the epoch.
 *
 * In:     a Date, a number of ms, a luxon DateTime, null or undefined.
 * Out:    whole ms (fractions are floored, also before 1970); NaN for null, undefined and NaN.
 * Errors: `EVENT_TIME_INVALID` for anything else: an invalid Date, text, a bigint, an infinite number.
 *
 * @example
 * eventTimeMs(new Date('2024-01-01T00:00:00Z')); // 1704067200000
 * eventTimeMs(null); // NaN
 * @since 0.1.0
 */
export function eventTimeMs(value: unknown): number {
  if (typeof value === 'number') {
    if (value >= -farthestMs && value <= farthestMs) return Math.floor(value) + 0;
    if (Number.isNaN(value)) return Number.NaN;
  } else if (value instanceof Date) {
    const ms = value.getTime();
    if (!Number.isNaN(ms)) return ms;
  } else if (value === null || value === undefined) {
    return Number.NaN;
  }
  return otherTimeMs(value);
}

/** What is not met in a hot path. */
function otherTimeMs(value: unknown): number {
  if (DateTime.isDateTime(value) && value.isValid) return value.toMillis();
  // A Date of another realm (a vm context, an iframe) is no instance of this realm's Date.
  if (Object.prototype.toString.call(value) === '[object Date]') {
    const ms = Number(value);
    if (!Number.isNaN(ms)) return ms;
  }
  throw new StreamingError('EVENT_TIME_INVALID', { value: shownTime(value) });
}

function shownTime(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (value instanceof Date) return 'an invalid Date';
  if (DateTime.isDateTime(value)) return `an invalid DateTime (${value.invalidReason})`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return `${String(value)} (${typeof value})`;
}
