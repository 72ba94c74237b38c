import type { DurationInput } from '../lib/time/duration.js';
import { durationMs } from '../lib/time/duration.js';
import type { TimeBound } from './internal/join/joinOptions.js';

/**
 * The bound of a join that lets the left time lie from `rightTime + from` to `rightTime + to`, both
 * included.
 *
 * In:     two durations, which may be negative.
 * Out:    two bounds for `joinWith`'s `within`.
 * Errors: RangeError if `from` is after `to`, when the bound is built.
 *
 * @example
 * clicks.pipe(
 *   joinWith(impressions, { type: 'inner', on: 'adId', within: between('0 seconds', '1 hour') }),
 * );
 * @since 0.1.0
 */
export function between(from: DurationInput, to: DurationInput): readonly TimeBound[] {
  const fromMs = durationMs(from, 'between: from', { min: 'any' });
  const toMs = durationMs(to, 'between: to', { min: 'any' });
  if (fromMs > toMs) {
    throw new RangeError(
      `between: nothing lies from ${fromMs} ms to ${toMs} ms: give the earlier bound first`,
    );
  }
  return [
    { left: '>=', plus: fromMs },
    { left: '<=', plus: toMs },
  ];
}
