import { isoDateMs, isoTimestampMs } from './isoTimestamp.js';
import { PatternParser } from './patternParser.js';
import { patternTokens } from './timePattern.js';
import { utcClock, wallClock } from './zone.js';

/** How TIMESTAMP and DATE text is read. */
export interface TimestampTextOptions {
  /** Zone of text that names none. Default `'UTC'`. */
  readonly timeZone?: string | undefined;
  /** A pattern such as `'yyyy-MM-dd HH:mm:ss'`; default ISO text. */
  readonly format?: string | undefined;
}

/**
 * Makes the reader of a TIMESTAMP column's text.
 *
 * In:     ISO text in any shape that Spark casts (`2024-01-01`, `2024-01-01 10:00`,
 *         `2024-01-01T10:00:00.123+02:00`), or text of the pattern.
 * Out:    whole ms since the epoch, digits behind the third cut off; NaN for text that is none, for a
 *         date that does not exist, and beyond what a Date can hold.
 * Time:   text without a zone is a wall-clock time in `timeZone`. One that a change of the offset
 *         skips moves on, one that is there twice is the earlier, as in Spark.
 * Errors: RangeError for an unknown zone or pattern, when the reader is made.
 *
 * @example
 * timestampParser({ timeZone: 'Europe/Paris' })('2024-07-01 12:00:00'); // 1719828000000
 * @since 0.1.0
 */
export function timestampParser(options: TimestampTextOptions = {}): (text: string) => number {
  const clock = wallClock(options.timeZone ?? 'UTC', 'timeZone');
  if (options.format === undefined) return (text) => isoTimestampMs(text, clock);
  const parser = new PatternParser(patternTokens(options.format, 'timestampFormat'), clock);
  return (text) => parser.parse(text);
}

/**
 * Makes the reader of a DATE column's text: ms since the epoch of 00:00 UTC, NaN for text that is none.
 * It is the date that is written, whatever time and zone stand behind it.
 *
 * @since 0.1.0
 */
export function dateParser(
  options: { readonly format?: string | undefined } = {},
): (text: string) => number {
  if (options.format === undefined) return isoDateMs;
  const parser = new PatternParser(patternTokens(options.format, 'dateFormat'), utcClock);
  return (text) => parser.parseDate(text);
}
