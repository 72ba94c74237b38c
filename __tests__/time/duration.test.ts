import fc from 'fast-check';
import { Duration } from 'luxon';
import { durationMs } from '../../lib/time/duration.js';

const day = 86_400_000;
const months = { months: 'as 31 days' } as const;

describe('durationMs', () => {
  it.each([
    ['3 days', 3 * day],
    ['interval 3 days', 3 * day],
    ['INTERVAL 3 DAYS', 3 * day],
    ["interval '3' day", 3 * day],
    ["INTERVAL '3' DAYS", 3 * day],
    ["interval -'3' day", -3 * day],
    ["interval '-3' day", -3 * day],
    ["interval - '-3' day", 3 * day],
    ['5 hours', 5 * 3_600_000],
    ["INTERVAL '5' hour", 5 * 3_600_000],
    ['8 minutes', 480_000],
    ["INTERVAL '8' MINUTE", 480_000],
    ['10 seconds', 10_000],
    ["INTERVAL '10.5' SECOND", 10_500],
    ['1 year', 12 * 31 * day],
    ["INTERVAL '1' YEAR", 12 * 31 * day],
    ['1 month', 31 * day],
    ["interval '1-2' year to month", 14 * 31 * day],
    ["interval '1 2' day to hour", day + 2 * 3_600_000],
    ["interval '1 2:3' day to minute", day + 2 * 3_600_000 + 180_000],
    ["interval '1 2:03:04.567' day to second", day + 2 * 3_600_000 + 180_000 + 4567],
    ["interval '2:3' hour to minute", 2 * 3_600_000 + 180_000],
    ["interval '2:3:4' hour to second", 2 * 3_600_000 + 180_000 + 4000],
    ["interval '3:4' minute to second", 184_000],
    ['1 day 2 hours 3 minutes 4 seconds', day + 2 * 3_600_000 + 184_000],
    ["interval '1' day '2' hours", day + 2 * 3_600_000],
    ['-1 month 31 days 1 second', 1000],
    ['1 week -1 day', 6 * day],
    ['  2   Weeks ', 14 * day],
    ['1.5 seconds', 1500],
    ['.5 second', 500],
    ['1000 microseconds', 1],
    ['250 milliseconds', 250],
    ['+ 3 seconds', 3000],
    ['PT10S', 10_000],
    ['P1DT2H', day + 2 * 3_600_000],
    ['-PT5M', -300_000],
    ['P1M', 31 * day],
  ])('reads %s', (text, ms) => {
    expect(durationMs(text, 'delay', { ...months, min: 'any' })).toBe(ms);
  });

  it.each([
    '',
    '   ',
    '1 foo',
    'interva 2 day',
    "interval '1 2:3:4' day to hour",
    "interval '1 2' day to second",
    "interval '1 25' day to hour",
    "interval '1 2:60' day to minute",
    "interval '1-12' year to month",
    "interval '1' second to day",
    "interval '1' month to day",
    "interval '3",
    "interval '3'",
    "interval '' day",
    "interval '3' foo",
    "interval '3' day nonsense",
    "'3' day",
    'interval',
    'interval3 days',
    '10seconds',
    '10 sec',
    '10',
    'ten seconds',
    '1.5 hours',
    '1..5 seconds',
    '. seconds',
    '- seconds',
    '1 day and 2 hours',
    'PT',
    'P',
    'PTfoo',
    '1e3 seconds',
    'NaN seconds',
    'Infinity seconds',
    '1 second;',
    '１ second',
  ])('refuses %j', (text) => {
    expect(() => durationMs(text, 'window duration', { ...months, min: 'any' })).toThrow(
      RangeError,
    );
    expect(() => durationMs(text, 'window duration')).toThrow(/window duration/);
  });

  it('takes ms, luxon objects and Durations', () => {
    expect(durationMs(10, 'o')).toBe(10);
    expect(durationMs({ minutes: 10 }, 'o')).toBe(600_000);
    expect(durationMs({ minute: 1, seconds: 1.001 }, 'o')).toBe(61_001);
    expect(durationMs(Duration.fromObject({ days: 1, milliseconds: 5 }), 'o')).toBe(day + 5);
    expect(durationMs(Duration.fromObject({ quarters: 1 }), 'o', months)).toBe(93 * day);
    expect(durationMs({}, 'o')).toBe(0);
  });

  it('refuses what is no duration', () => {
    for (const input of [null, undefined, true, [], 5n, () => 1] as unknown[]) {
      expect(() => durationMs(input as string, 'gap')).toThrow(TypeError);
    }
    expect(() => durationMs({ foo: 1 } as never, 'gap')).toThrow(/gap is no duration.*foo/);
    expect(() => durationMs(Duration.invalid('because'), 'gap')).toThrow(
      /gap is an invalid Duration/,
    );
    for (const ms of [Number.NaN, Infinity, -Infinity, 0.5, 1e300]) {
      expect(() => durationMs(ms, 'gap')).toThrow(RangeError);
    }
    expect(() => durationMs('500 microseconds', 'gap')).toThrow(/whole number of milliseconds/);
    expect(() => durationMs('1 second'.repeat(200), 'gap')).toThrow(/more than 1000 characters/);
  });

  it('holds the option to its rules at the boundary', () => {
    expect(durationMs(0, 'delay')).toBe(0);
    expect(Object.is(durationMs('-0 seconds', 'delay'), 0)).toBe(true);
    expect(() => durationMs('-1 millisecond', 'delay')).toThrow(
      'delay must not be negative, got "-1 millisecond"',
    );
    expect(() => durationMs(0, 'window duration', { min: 'positive' })).toThrow(/longer than 0 ms/);
    expect(durationMs(1, 'window duration', { min: 'positive' })).toBe(1);
    expect(() => durationMs('1 month', 'window duration')).toThrow(
      /window duration may not use months or years.*"1 month".*'30 days'/,
    );
    expect(() => durationMs({ years: 1 }, 'window duration')).toThrow(/months or years/);
  });

  it('agrees with arithmetic on any list of units', () => {
    const unit = fc.constantFrom(
      ['day', day],
      ['hours', 3_600_000],
      ['minute', 60_000],
      ['milliseconds', 1],
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -999, max: 999 }), unit), {
          minLength: 1,
          maxLength: 9,
        }),
        (parts) => {
          const text = parts.map(([n, [name]]) => `${n} ${name}`).join('  ');
          const sum = parts.reduce((ms, [n, [, value]]) => ms + n * Number(value), 0);
          expect(durationMs(text, 'o', { min: 'any' })).toBe(sum + 0);
        },
      ),
    );
  });

  it('answers or refuses any text, and nothing else', () => {
    const word = fc.constantFrom(
      'interval',
      "'",
      '1',
      '-',
      ' ',
      'day',
      'to',
      'second',
      ':',
      '.',
      'P',
      'T',
      'S',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((w) => w.join('')),
        ),
        (text) => {
          try {
            expect(Number.isSafeInteger(durationMs(text, 'o', { ...months, min: 'any' }))).toBe(
              true,
            );
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
