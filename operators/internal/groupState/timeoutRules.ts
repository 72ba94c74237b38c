import { StreamingError } from '../../../lib/errors.js';
import { farthestMs } from '../../../lib/time/civil.js';
import { type DurationInput, durationMs } from '../../../lib/time/duration.js';

/** A duration in ms, longer than 0. Errors: `GROUP_STATE_DURATION`. */
export function timeoutDurationMs(duration: DurationInput, operator: string): number {
  try {
    return durationMs(duration, 'timeout', { months: 'as 31 days', min: 'positive' });
  } catch (cause) {
    const value = shown(duration);
    throw new StreamingError('GROUP_STATE_DURATION', { operator, value }, { cause });
  }
}

/**
 * `timestamp` + `additional` in ms. Not before `watermarkMs`; equal to it is fine, because a timeout
 * fires only when the watermark is later than it.
 */
export function timeoutTimestampMs(
  timestamp: number | Date,
  additional: DurationInput | undefined,
  watermarkMs: number | undefined,
  operator: string,
): number {
  const base = timestamp instanceof Date ? timestamp.getTime() : timestamp;
  if (typeof base !== 'number' || !(base > 0) || base > farthestMs) {
    throw new StreamingError('GROUP_STATE_TIMESTAMP', { operator, value: shown(timestamp) });
  }
  const timestampMs = Math.floor(base) + additionMs(additional, operator);
  if (watermarkMs !== undefined && timestampMs < watermarkMs) {
    throw new StreamingError('GROUP_STATE_TIMEOUT_PAST', { operator, timestampMs, watermarkMs });
  }
  return timestampMs;
}

function additionMs(additional: DurationInput | undefined, operator: string): number {
  if (additional === undefined) return 0;
  try {
    return durationMs(additional, 'additional', { months: 'as 31 days' });
  } catch (cause) {
    const value = shown(additional);
    throw new StreamingError('GROUP_STATE_TIMESTAMP', { operator, value }, { cause });
  }
}

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
