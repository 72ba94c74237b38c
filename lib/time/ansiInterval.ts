import { type Interval, unitNames, unitValues } from './interval.js';
import { IntervalScanner } from './intervalScanner.js';

/** Why text that starts as an ANSI interval is none. */
export interface AnsiFailure {
  readonly failure: string;
}

/** Fields from long to short, with the separator that follows each in a literal. */
const fields: readonly string[] = ['year', 'month', 'day', 'hour', 'minute', 'second'];
const separators = ['-', '', ' ', ':', ':', ''] as const;
/** Largest value of a field that does not lead. */
const largest = [0, 11, 0, 23, 59, 59.999999] as const;

/**
 * Reads what follows `interval` when it is quoted: `'3' day`, `-'1 2:03:04.5' day to second`,
 * `'1-6' year to month`, `'1 day 2 hours'`. Undefined if nothing quoted follows.
 *
 * Fields behind the first are range checked, as in Spark.
 */
export function ansiInterval(scanner: IntervalScanner): Interval | AnsiFailure | undefined {
  if (!startsQuoted(scanner)) return undefined;
  let months = 0;
  let ms = 0;
  do {
    const part = ansiPart(scanner);
    if ('failure' in part) return part;
    months += part.months;
    ms += part.ms;
    scanner.blanks();
  } while (!scanner.done());
  return { months, ms };
}

function startsQuoted(scanner: IntervalScanner): boolean {
  const next = scanner.peek();
  return next === "'" || next === '"' || ((next === '-' || next === '+') && scanner.signedQuote());
}

function ansiPart(scanner: IntervalScanner): Interval | AnsiFailure {
  const outer = scanner.sign();
  const literal = scanner.quoted();
  if (literal === undefined) return { failure: `expected quoted text at ${scanner.position()}` };
  scanner.blanks();
  const inner = new IntervalScanner(literal.trim());
  const sign = outer * inner.sign();
  const from = scanner.letters();
  if (from === '') return { failure: `a unit is missing behind '${literal}' (${unitNames})` };
  scanner.blanks();
  const parts = scanner.word('to')
    ? rangeOf(inner, from, scanner.letters())
    : singleOf(inner, from);
  if ('failure' in parts) return parts;
  if (!inner.done()) return { failure: `'${literal}' does not fit its units` };
  return { months: sign * parts.months, ms: sign * parts.ms };
}

function singleOf(inner: IntervalScanner, unitName: string): Interval | AnsiFailure {
  const unit = unitValues.get(unitName);
  if (unit === undefined) return { failure: `"${unitName}" is no unit (${unitNames})` };
  const value = inner.number();
  if (value === undefined) return { failure: `expected a number before ${unitName}` };
  if (!Number.isInteger(value) && unit.ms !== 1000) {
    return { failure: `only seconds may have a fraction, not "${unitName}"` };
  }
  return { months: value * unit.months, ms: value * unit.ms };
}

function rangeOf(inner: IntervalScanner, from: string, to: string): Interval | AnsiFailure {
  const first = fields.indexOf(from);
  const last = fields.indexOf(to);
  if (first === -1 || last <= first || (first <= 1 && last > 1)) {
    return { failure: `"${from} to ${to}" is no range of units (year to month, day to second …)` };
  }
  let months = 0;
  let ms = 0;
  for (let i = first; i <= last; i++) {
    const value = inner.number();
    const unit = unitValues.get(fields[i] ?? '');
    if (value === undefined || unit === undefined) return { failure: `expected ${from} to ${to}` };
    if (i < 5 && !Number.isInteger(value)) return { failure: `${fields[i]} may have no fraction` };
    if (i > first && value > (largest[i] ?? 0))
      return { failure: `${fields[i]} ${value} is too large` };
    months += value * unit.months;
    ms += value * unit.ms;
    if (i < last && !inner.separator(separators[i] ?? '')) {
      return { failure: `expected ${from} to ${to}` };
    }
  }
  return { months, ms };
}
