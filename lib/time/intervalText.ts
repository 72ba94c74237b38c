import { Duration } from 'luxon';
import { type AnsiFailure, ansiInterval } from './ansiInterval.js';
import { type Interval, unitNames, unitValues } from './interval.js';
import { IntervalScanner } from './intervalScanner.js';
import { intervalOfDuration, shownDuration } from './luxonInterval.js';

/** No spelling of a duration is longer; a bound on what hostile text can cost. */
const maxLength = 1000;

/**
 * Reads interval text in Spark's and luxon's spellings.
 *
 *     text     := iso | 'interval'? pair+ | 'interval' ansi
 *     pair     := sign? number unit            number has a fraction only before seconds
 *     ansi     := sign? quoted unit ('to' unit)?  (ansiInterval.ts)
 *     iso      := sign? 'P' …                  luxon's Duration.fromISO
 *
 * Case and blanks do not matter. Errors: RangeError that names `option`, the text and what was expected.
 */
export function intervalOfText(text: string, option: string): Interval {
  const trimmed = text.trim();
  const refuse = (why: string): never => {
    throw new RangeError(
      `${option} is no duration: ${why} in ${shownDuration(text)}; write it as '10 minutes', '1 hour 30 minutes' or 'PT10M'`,
    );
  };
  if (trimmed.length === 0) return refuse('nothing to read');
  if (trimmed.length > maxLength) return refuse(`more than ${maxLength} characters`);
  if (startsIso(trimmed)) {
    // luxon takes a lone "P" or "PT" for zero
    if (!/\d/.test(trimmed)) return refuse('no number');
    return intervalOfDuration(Duration.fromISO(trimmed), text, option);
  }
  const scanner = new IntervalScanner(trimmed.toLowerCase());
  if (scanner.word('interval')) {
    const ansi = ansiInterval(scanner);
    if (ansi !== undefined) return isFailure(ansi) ? refuse(ansi.failure) : ansi;
  }
  return pairs(scanner, refuse);
}

function isFailure(answer: Interval | AnsiFailure): answer is AnsiFailure {
  return 'failure' in answer;
}

function startsIso(text: string): boolean {
  const at = text[0] === '-' || text[0] === '+' ? 1 : 0;
  return text[at] === 'P' || text[at] === 'p';
}

function pairs(scanner: IntervalScanner, refuse: (why: string) => never): Interval {
  let months = 0;
  let ms = 0;
  do {
    const sign = scanner.sign();
    const value = scanner.number();
    if (value === undefined) return refuse(`expected a number at ${scanner.position()}`);
    if (!scanner.blanks()) return refuse(`expected a blank at ${scanner.position()}`);
    const name = scanner.letters();
    const unit = unitValues.get(name);
    if (unit === undefined) {
      return refuse(`${name === '' ? 'a unit is missing' : `"${name}" is no unit`} (${unitNames})`);
    }
    if (!Number.isInteger(value) && unit.ms !== 1000) {
      return refuse(`only seconds may have a fraction, not "${name}"`);
    }
    months += sign * value * unit.months;
    ms += sign * value * unit.ms;
  } while (scanner.blanks() && !scanner.done());
  if (!scanner.done()) return refuse(`unexpected text at ${scanner.position()}`);
  return { months, ms };
}
