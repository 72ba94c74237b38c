import { daysFromCivil, inRange, isCivil } from './civil.js';
import { clockOf, offsetMinutes, type WallClock } from './zone.js';

/*
 * ISO text as Spark casts it, read by hand: one pass, no allocation on the common shapes.
 *
 *     timestamp := date | date [T ] time zone?
 *     date      := [+-]? yyyy+ ['-' m{1,2} ['-' d{1,2}]]
 *     time      := h{1,2} [':' m{1,2} [':' s{1,2} ['.' digit*]]], an hour alone without a zone
 *     zone      := ' '? ('Z' | offset | 'UTC' offset? | 'GMT' offset? | IANA name)
 *
 * Digits of the second behind the third are cut off (floored: the part is never negative). Blanks
 * around the text do not matter. Bad text is NaN.
 */

const minuteMs = 60_000;

/** Where the reader stands; module state, because reading is synchronous and must not allocate. */
let at = 0;
let stop = 0;

/** ms since the epoch of a TIMESTAMP's text; text without a zone is read by `clock`. NaN: no timestamp. */
export function isoTimestampMs(text: string, clock: WallClock): number {
  const fast = commonShape(text, clock);
  return Number.isNaN(fast) ? anyShape(text, clock) : fast;
}

/** ms since the epoch of 00:00 UTC of a DATE's text; a time behind the date is ignored, as in Spark. */
export function isoDateMs(text: string): number {
  start(text);
  const days = readDate(text);
  if (Number.isNaN(days)) return Number.NaN;
  const next = text.charCodeAt(at);
  if (at < stop && next !== 84 && next !== 32) return Number.NaN;
  return inRange(days * 86_400_000);
}

/** `yyyy-MM-dd?HH:mm:ss` with up to three digits of a fraction, then nothing or `Z`. NaN: another. */
function commonShape(text: string, clock: WallClock): number {
  const length = text.length;
  if (length < 19 || length > 24) return Number.NaN;
  const between = text.charCodeAt(10);
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return Number.NaN;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return Number.NaN;
  if (between !== 84 && between !== 32) return Number.NaN;
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
  if (year > 9999 || !isCivil(year, month, day)) return Number.NaN;
  let end = 19;
  let fraction = 0;
  if (length > 19 && text.charCodeAt(19) === 46) {
    let worth = 100;
    for (end = 20; end < length && end < 23; end++) {
      const digit = text.charCodeAt(end) - 48;
      if (digit < 0 || digit > 9) break;
      fraction += digit * worth;
      worth /= 10;
    }
  }
  const wall =
    daysFromCivil(year, month, day) * 86_400_000 +
    ((hour * 60 + minute) * 60 + second) * 1000 +
    fraction;
  if (end === length) return clock.instantOf(wall);
  return end === length - 1 && text.charCodeAt(end) === 90 ? wall : Number.NaN;
}

/** Two digits; NaN-free on purpose: what is no digit gives a value out of every range. */
function two(text: string, from: number): number {
  const tens = text.charCodeAt(from) - 48;
  const ones = text.charCodeAt(from + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 1e9;
}

function anyShape(text: string, clock: WallClock): number {
  start(text);
  const days = readDate(text);
  if (Number.isNaN(days)) return Number.NaN;
  let wall = days * 86_400_000;
  if (at === stop) return inRange(clock.instantOf(inRange(wall)));
  const between = text.charCodeAt(at);
  if (between !== 84 && between !== 32) return Number.NaN;
  at++;
  const time = readTime(text);
  if (Number.isNaN(time)) return Number.NaN;
  wall += time;
  if (at === stop) return inRange(clock.instantOf(inRange(wall)));
  return inRange(inZone(wall, text.slice(at, stop).trimStart()));
}

function start(text: string): void {
  at = 0;
  stop = text.length;
  while (at < stop && text.charCodeAt(at) <= 32) at++;
  while (stop > at && text.charCodeAt(stop - 1) <= 32) stop--;
}

/** Days since the epoch, or NaN. A year has four digits, or up to six: a Date reaches no further. */
function readDate(text: string): number {
  const sign = text.charCodeAt(at);
  if (sign === 43 || sign === 45) at++;
  const from = at;
  const year = digits(text, 6);
  if (at - from < 4) return Number.NaN;
  let month = 1;
  let day = 1;
  if (at < stop && text.charCodeAt(at) === 45) {
    at++;
    month = digits(text, 2);
    if (at < stop && text.charCodeAt(at) === 45) {
      at++;
      day = digits(text, 2);
    }
  } else if (at < stop) {
    return Number.NaN;
  }
  const signed = sign === 45 ? -year : year;
  return isCivil(signed, month, day) ? daysFromCivil(signed, month, day) : Number.NaN;
}

/** ms of a day, or NaN. */
function readTime(text: string): number {
  const hour = digits(text, 2);
  if (at === stop && hour <= 23) return hour * 3_600_000;
  if (at >= stop || text.charCodeAt(at) !== 58) return Number.NaN;
  at++;
  const minute = digits(text, 2);
  let second = 0;
  let fraction = 0;
  if (at < stop && text.charCodeAt(at) === 58) {
    at++;
    second = digits(text, 2);
    if (at < stop && text.charCodeAt(at) === 46) {
      at++;
      const from = at;
      const thousandths = digits(text, 3);
      if (at > from) fraction = thousandths * (at - from === 1 ? 100 : at - from === 2 ? 10 : 1);
      while (at < stop && isDigit(text.charCodeAt(at))) at++;
    }
  }
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
  return ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

/** A number of at most `most` digits; NaN without one. */
function digits(text: string, most: number): number {
  const from = at;
  let value = 0;
  while (at < stop && at - from < most) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
    at++;
  }
  return at === from ? Number.NaN : value;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The instant of a wall-clock time in the zone that its text names. */
export function inZone(wallMs: number, name: string): number {
  const bare =
    (name.startsWith('UTC') || name.startsWith('GMT')) && name.length > 3 ? name.slice(3) : name;
  const minutes = offsetMinutes(bare);
  if (minutes !== undefined) return wallMs - minutes * minuteMs;
  const clock = clockOf(name);
  return clock === undefined ? Number.NaN : clock.instantOf(wallMs);
}
