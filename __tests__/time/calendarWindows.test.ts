import fc from 'fast-check';
import { DateTime, IANAZone } from 'luxon';
import { calendarWindows, type WindowSpan } from '../../lib/time/calendarWindows.js';

const hour = 3_600_000;
const zones = [
  'Europe/Paris',
  'America/New_York',
  'America/Havana',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/St_Johns',
  'America/Sao_Paulo',
  'UTC',
];
const instants = fc.integer({ min: 0, max: 2_000_000_000_000 });
const local = (zone: string, text: string): number => DateTime.fromISO(text, { zone }).toMillis();
const hoursOf = (windows: readonly WindowSpan[]): number[] =>
  windows.map(([start, end]) => (end - start) / hour);

describe('calendarWindows', () => {
  it('gives days of 23, 24 and 25 hours', () => {
    const days = calendarWindows({ days: 1 }, { timeZone: 'Europe/Paris' }, 'window');
    expect(hoursOf(days(local('Europe/Paris', '2024-03-31T12:00')))).toEqual([23]);
    expect(hoursOf(days(local('Europe/Paris', '2024-06-01T12:00')))).toEqual([24]);
    expect(hoursOf(days(local('Europe/Paris', '2024-10-27T12:00')))).toEqual([25]);
    const start = local('Europe/Paris', '2024-06-01T00:00');
    expect(days(start)).toEqual([[start, start + 24 * hour]]);
    expect(days(start - 1)).toEqual([[start - 24 * hour, start]]);
  });

  it.each([
    ['day', { days: 1 }],
    ['week', { weeks: 1 }],
    ['month', { months: 1 }],
    ['quarter', { quarters: 1 }],
    ['year', { years: 1 }],
  ] as const)('agrees with luxon on each %s', (unit, size) => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (timeZone, ms) => {
        const start = DateTime.fromMillis(ms, { zone: timeZone }).startOf(unit);
        const end = start.plus(size).startOf(unit);
        // luxon names one of two midnights as it likes
        if (start.getPossibleOffsets().length > 1 || end.getPossibleOffsets().length > 1) return;
        expect(calendarWindows(size, { timeZone }, 'window')(ms)).toEqual([
          [start.toMillis(), end.toMillis()],
        ]);
      }),
    );
  });

  it('covers time without gaps, for every size and slide', () => {
    const shapes = [
      ['1 day', '6 hours'],
      ['6 hours', '6 hours'],
      ['1 hour', '15 minutes'],
      ['2 weeks', '1 week'],
      [{ months: 3 }, { months: 1 }],
      ['45 minutes', '45 minutes'],
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        instants,
        fc.constantFrom(...shapes),
        (timeZone, ms, [size, slide]) => {
          const windowsOf = calendarWindows(size, { timeZone, slide }, 'window');
          const windows = windowsOf(ms);
          expect(windows.length).toBeGreaterThan(0);
          for (const [start, end] of windows) {
            expect(start <= ms && ms < end).toBe(true);
            expect(windowsOf(start)).toContainEqual([start, end]);
            expect(windowsOf(end - 1)).toContainEqual([start, end]);
            expect(windowsOf(end)).not.toContainEqual([start, end]);
          }
          expect([...windows].sort((a, b) => a[0] - b[0])).toEqual(windows);
          expect(calendarWindows(size, { timeZone, slide }, 'window')(ms)).toEqual(windows);
        },
      ),
    );
  });

  describe('near a change of the clock, agree with a look at every five minutes', () => {
    const changes = [
      ['Pacific/Apia', '2011-12-30T10:00Z'], // 30 December is skipped
      ['Pacific/Kwajalein', '1993-08-21T12:00Z'], // 22 August is skipped, in other tables the 21st
      ['Pacific/Kiritimati', '1994-12-31T10:00Z'], // the last day of a year is skipped
      ['Pacific/Kwajalein', '1969-09-30T13:00Z'], // 23 hours come again
      ['Pacific/Apia', '2011-09-24T14:00Z'],
      ['Europe/Paris', '2024-10-27T01:00Z'],
      ['Europe/Paris', '2024-03-31T01:00Z'],
      ['Australia/Lord_Howe', '2024-04-06T15:00Z'], // by half an hour
      ['Australia/Lord_Howe', '2024-10-05T15:30Z'],
      ['America/Havana', '2024-11-03T05:00Z'],
      ['America/Sao_Paulo', '2018-11-04T03:00Z'],
      ['America/Sao_Paulo', '2018-02-18T02:00Z'],
    ] as const;
    const shapes = [
      [1440, 360],
      [1440, 720],
      [1440, 1440],
      [2880, 1440],
      [4320, 1440],
      [2880, 60],
      [360, 360],
      [360, 120],
      [60, 60],
      [60, 15],
      [45, 45],
      [5, 5],
      [15, 5],
    ] as const;
    const minute = 60_000;
    const minutes = fc.integer({ min: -3 * 1440, max: 3 * 1440 });

    it.each(changes)('%s %s', (timeZone, text) => {
      const change = Date.parse(text);
      const zone = IANAZone.create(timeZone);
      expect(zone.offset(change)).not.toBe(zone.offset(change - 1));
      const span = (2 * 4320 + 5 * 1440) * minute;
      const walls: number[] = [];
      for (let ms = change - span; ms <= change + span; ms += 5 * minute) {
        walls.push(ms / minute + zone.offset(ms));
      }
      for (const [size, slide] of shapes) {
        const seen = boundariesSeen(walls, slide);
        const boundaries = seen.map((at) => change - span + at * 5 * minute);
        const inMinutes = (n: number) => ({ minutes: n });
        const calendar = { timeZone, slide: inMinutes(slide) };
        const windowsOf = calendarWindows(inMinutes(size), calendar, 'window');
        const check = (ms: number) => {
          const next = boundaries.findIndex((boundary) => boundary > ms);
          const steps = size / slide;
          const starts = boundaries.slice(next - steps, next);
          const expected = starts.map((start, i) => [start, boundaries[next + i]]);
          expect(windowsOf(ms)).toEqual(expected);
        };
        for (const near of [-1, 0, 1]) check(change + near);
        fc.assert(
          fc.property(minutes, (after) => check(change + after * minute)),
          { numRuns: 15 },
        );
      }
    });

    /** Among what the clock shows, one after the other, where a step of it begins. */
    function boundariesSeen(walls: readonly number[], slide: number): number[] {
      const found: number[] = [];
      let newest = Number.POSITIVE_INFINITY;
      let before = Number.POSITIVE_INFINITY;
      walls.forEach((wall, at) => {
        const begins = wall % slide === 0 && (wall > newest || slide <= 60);
        // A step of which the clock has skipped the beginning.
        const skips = Math.floor((wall - 1) / slide) > Math.floor(before / slide);
        if (begins || (wall > newest && skips)) found.push(at);
        before = wall;
        newest = at === 0 ? wall : Math.max(newest, wall);
      });
      return found;
    }
  });

  it('keeps the two hours that the clock shows twice apart', () => {
    const hours = calendarWindows('1 hour', { timeZone: 'Europe/Paris' }, 'window');
    const first = Date.UTC(2024, 9, 27, 0);
    expect(hours(first)).toEqual([[first, first + hour]]);
    expect(hours(first + hour)).toEqual([[first + hour, first + 2 * hour]]);
    const quarters = calendarWindows('6 hours', { timeZone: 'Europe/Paris' }, 'window');
    expect(hoursOf(quarters(first))).toEqual([7]);
    expect(hoursOf(quarters(local('Europe/Paris', '2024-03-31T03:00')))).toEqual([5]);
  });

  it('starts a day whose midnight is skipped at the change', () => {
    const days = calendarWindows({ days: 1 }, { timeZone: 'America/Sao_Paulo' }, 'window');
    const change = Date.UTC(2018, 10, 4, 3); // 00:00 became 01:00
    expect(days(change)).toEqual([[change, change + 23 * hour]]);
    expect(hoursOf(days(change - 1))).toEqual([24]);
  });

  it('starts weeks on Monday, and anything at its startTime', () => {
    const weeks = calendarWindows({ weeks: 1 }, { timeZone: 'UTC' }, 'window');
    expect(weeks(0)[0]?.[0]).toBe(Date.UTC(1969, 11, 29));
    const sunday = calendarWindows(
      { weeks: 1 },
      { timeZone: 'UTC', startTime: '-1 day' },
      'window',
    );
    expect(sunday(0)[0]?.[0]).toBe(Date.UTC(1969, 11, 28));
    const shift = calendarWindows(
      { days: 1 },
      { timeZone: 'Europe/Paris', startTime: '6 hours' },
      'window',
    );
    expect(shift(local('Europe/Paris', '2024-06-02T05:59'))[0]?.[0]).toBe(
      local('Europe/Paris', '2024-06-01T06:00'),
    );
    const fiscal = calendarWindows(
      { months: 1 },
      { timeZone: 'UTC', startTime: { days: 14 } },
      'window',
    );
    expect(fiscal(Date.UTC(2024, 2, 14))[0]).toEqual([
      Date.UTC(2024, 1, 15),
      Date.UTC(2024, 2, 15),
    ]);
  });

  it('slides', () => {
    const sliding = calendarWindows({ days: 2 }, { timeZone: 'UTC', slide: { days: 1 } }, 'window');
    const day = 24 * hour;
    expect(sliding(5 * day)).toEqual([
      [4 * day, 6 * day],
      [5 * day, 7 * day],
    ]);
  });

  it('has no windows for NaN and beyond a Date', () => {
    const days = calendarWindows({ days: 1 }, { timeZone: 'Europe/Paris' }, 'window');
    expect(days(Number.NaN)).toEqual([]);
    expect(days(9e15)).toEqual([]);
    expect(() => days(8.64e15)).not.toThrow();
    expect(() => days(-8.64e15)).not.toThrow();
  });

  it('refuses what is on no calendar', () => {
    const make =
      (size: never, more: object = {}) =>
      () =>
        calendarWindows(size, { timeZone: 'UTC', ...more }, 'window');
    expect(make('5 hours' as never)).toThrow(/window duration on a calendar/);
    expect(make('1 month 1 day' as never)).toThrow(/window duration on a calendar/);
    expect(make('36 hours' as never)).toThrow(/window duration on a calendar/);
    expect(make(0 as never)).toThrow(RangeError);
    expect(make('1 day' as never, { slide: '1 month' })).toThrow(/whole multiple/);
    expect(make('1 day' as never, { slide: '2 days' })).toThrow(/whole multiple/);
    expect(make('1 day' as never, { startTime: '1 day' })).toThrow(/startTime must be shorter/);
    expect(make('1 day' as never, { timeZone: 'Mars/Olympus' })).toThrow(
      /window timeZone is no time zone/,
    );
    expect(make('1 foo' as never)).toThrow(/window duration is no duration/);
  });
});
