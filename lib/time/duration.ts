import { Duration, type DurationLikeObject } from 'luxon';
import { reasonOf } from '../thrown.js';
import { farthestMs } from './civil.js';
import type { Interval } from './interval.js';
import { intervalOfText } from './intervalText.js';
import { intervalOfDuration, shownDuration } from './luxonInterval.js';

/**
 * A span of time as a user gives it: Spark's interval text (`'10 minutes'`, `'1 hour 30 minutes'`,
 * `"interval '1 2:03:04' day to second"`), ISO text (`'PT10S'`), milliseconds, a luxon `Duration`, or
 * an object of luxon units (`{ minutes: 10 }`).
 *
 * @since 0.1.0
 */
export type DurationInput = string | number | Duration | DurationLikeObject;

/** What an option that takes a duration allows. */
export interface DurationRules {
  /** Whether months (31 days) and years (372 days) are taken, or only with the option timeZone. Default `'refuse'`. */
  readonly months?: 'as 31 days' | 'refuse' | 'need timeZone';
  /** Default `'not negative'`. */
  readonly min?: 'positive' | 'not negative' | 'any';
}

const dayMs = 86_400_000;
const monthMs = 31 * dayMs;

/**
 * Converts a duration to whole milliseconds, when the operator that takes it is built.
 *
 * In:     Spark's interval forms, ISO 8601, milliseconds, luxon objects; `option` names it in errors.
 * Out:    whole ms. A month counts 31 days and a year 372 where months are allowed, as in Spark.
 * Errors: TypeError for what is no duration; RangeError for text that cannot be read, for a sign or
 *         months that the option refuses, and for fractions of a millisecond.
 * Source: semantics/spark.md 1.6, 3.2 (SPARK-35815).
 *
 * @example
 * durationMs('1 hour 30 minutes', 'window duration'); // 5400000
 * durationMs({ seconds: 10 }, 'withWatermark delay'); // 10000
 * @since 0.1.0
 */
export function durationMs(
  input: DurationInput,
  option: string,
  rules: DurationRules = {},
): number {
  const interval = intervalOf(input, option);
  if (interval.months !== 0 && rules.months !== 'as 31 days') {
    const calendar =
      rules.months === 'need timeZone'
        ? ", or the option timeZone ('UTC', 'Europe/Berlin') for months of the calendar"
        : '';
    throw new RangeError(
      `${option} may not use months or years, whose length varies, got ${shownDuration(input)}: give it in days, such as '30 days'${calendar}`,
    );
  }
  const ms = wholeMs(interval.months * monthMs + interval.ms, input, option);
  const min = rules.min ?? 'not negative';
  if (min === 'positive' && ms <= 0) {
    throw new RangeError(
      `${option} must be longer than 0 ms, got ${shownDuration(input)}: give it as '10 seconds'`,
    );
  }
  if (min === 'not negative' && ms < 0) {
    throw new RangeError(
      `${option} must not be negative, got ${shownDuration(input)}: give it as '10 seconds', or 0`,
    );
  }
  return ms;
}

/** Months and milliseconds of a duration, kept apart: calendar windows need both. */
export function intervalOf(input: DurationInput, option: string): Interval {
  if (typeof input === 'number') return { months: 0, ms: input };
  if (typeof input === 'string') return intervalOfText(input, option);
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new TypeError(
      `${option} must be a duration, got ${shownDuration(input)}: give text such as '10 minutes', milliseconds, { minutes: 10 } or a luxon Duration`,
    );
  }
  return intervalOfDuration(durationOf(input, option), input, option);
}

function durationOf(input: Duration | DurationLikeObject, option: string): Duration {
  if (Duration.isDuration(input)) return input;
  try {
    return Duration.fromObject(input);
  } catch (cause) {
    throw new TypeError(
      `${option} is no duration: ${reasonOf(cause)}: give units such as { minutes: 10 }`,
      { cause },
    );
  }
}

/** Whole ms; an error of floating point (1.001 s is 1000.9999999999999 ms) is rounded away. */
function wholeMs(ms: number, input: unknown, option: string): number {
  const whole = Math.round(ms) + 0;
  // As far as a Date reaches: a longer span cannot lie between two event times.
  if (!(Math.abs(ms) <= farthestMs)) {
    throw new RangeError(
      `${option} is not finite or too long, got ${shownDuration(input)}: give at most ${farthestMs} ms`,
    );
  }
  if (Math.abs(ms - whole) > 1e-6) {
    throw new RangeError(
      `${option} is not a whole number of milliseconds, got ${shownDuration(input)} (${ms} ms): round it`,
    );
  }
  return whole;
}
