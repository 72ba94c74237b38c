import { Duration } from 'luxon';
import type { Interval } from './interval.js';

const dayMs = 86_400_000;

/** Months and ms of a luxon Duration, however its units are spread. */
export function intervalOfDuration(duration: Duration, input: unknown, option: string): Interval {
  if (!duration.isValid) {
    throw new RangeError(
      `${option} is an invalid Duration (${duration.invalidExplanation ?? duration.invalidReason}), got ${shownDuration(input)}: give it as '10 minutes'`,
    );
  }
  const days = duration.weeks * 7 + duration.days;
  const clock = (duration.hours * 60 + duration.minutes) * 60_000;
  return {
    months: duration.years * 12 + duration.quarters * 3 + duration.months,
    ms: days * dayMs + clock + duration.seconds * 1000 + duration.milliseconds,
  };
}

/** A duration as an error message shows it. */
export function shownDuration(input: unknown): string {
  if (typeof input === 'string')
    return JSON.stringify(input.length > 80 ? `${input.slice(0, 80)}…` : input);
  if (Duration.isDuration(input)) return input.toISO() ?? 'an invalid Duration';
  if (typeof input === 'number') return `${input} ms`;
  if (typeof input === 'object' && input !== null) return JSON.stringify(input);
  return String(input);
}
