import fc from 'fast-check';
import { filter, type Observable } from 'rxjs';
import type { TimeWindow } from '../../lib/time/timeWindow.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { lastWindowStart, windowsAt } from '../../operators/internal/windowBounds.js';
import { fixedWindow } from '../../operators/internal/windowSpec.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { type WindowOptions, window } from '../../operators/window.js';
import { windowOf } from '../../operators/windowOf.js';
import { windowTime } from '../../operators/windowTime.js';
import { atSeconds, OperatorHarness } from './operatorHarness.js';

const seconds = (spans: readonly (readonly [number, number])[]) =>
  spans.map(([start, end]) => [start / 1000, end / 1000]);

const windowsOf = (size: string, at: number, options: WindowOptions<unknown> = {}) =>
  seconds(windowsAt(fixedWindow('window', size, options), at * 1000));

describe('window bounds', () => {
  it('a row on a boundary opens the window', () => {
    expect(windowsOf('10 seconds', 30)).toEqual([[30, 40]]);
    expect(windowsOf('10 seconds', 29.999)).toEqual([[20, 30]]);
  });

  it('before 1970 the remainder is made positive', () => {
    expect(windowsOf('10 seconds', -1)).toEqual([[-10, 0]]);
    expect(windowsOf('10 seconds', -10)).toEqual([[-10, 0]]);
  });

  it('starts move by startTime, modulo the slide', () => {
    expect(windowsOf('10 seconds', 30, { startTime: '-5 seconds' })).toEqual([[25, 35]]);
    expect(windowsOf('10 seconds', 30, { startTime: '5 seconds' })).toEqual([[25, 35]]);
  });

  it('sliding windows come last first', () => {
    expect(windowsOf('10 seconds', 12, { slide: '5 seconds' })).toEqual([
      [10, 20],
      [5, 15],
    ]);
  });

  it('a size that is no multiple of the slide gives one window more or less', () => {
    const slide = { slide: '3 seconds' };
    const starts = (at: number) => windowsOf('10 seconds', at, slide).map(([start]) => start);
    expect(starts(27)).toEqual([27, 24, 21, 18]);
    expect(starts(34)).toEqual([33, 30, 27]);
    const minutes = { slide: '5 minutes', startTime: '2 minutes' };
    expect(windowsOf('12 minutes', 5 * 60, minutes)).toEqual([
      [120, 840],
      [-180, 540],
    ]);
  });

  it('a row lies in floor or ceil(size / slide) windows with start <= t < end, aligned', () => {
    const ms = fc.integer({ min: 1, max: 50 });
    const halves = fc.integer({ min: -400, max: 400 }).map((n) => n / 2);
    fc.assert(
      fc.property(ms, ms, fc.integer({ min: -49, max: 49 }), halves, (a, b, shift, time) => {
        const [slide, size] = a < b ? [a, b] : [b, a];
        const startTime = shift % slide;
        const spec = fixedWindow('window', size, { slide, startTime });
        const windows = windowsAt(spec, time);
        expect([Math.floor(size / slide), Math.ceil(size / slide)]).toContain(windows.length);
        for (const [start, end] of windows) {
          expect(start <= time && time < end && end - start === size).toBe(true);
          expect(Math.abs((start - startTime) % slide)).toBe(0);
        }
        expect(new Set(windows.map(([start]) => start)).size).toBe(windows.length);
      }),
    );
  });

  it('lastWindowStart is the largest start not behind the time', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1e9 }), (time, slide) => {
        const start = lastWindowStart(time, slide, 0);
        expect(start <= time && time < start + slide).toBe(true);
      }),
    );
  });

  it('follows the calendar of a zone', () => {
    const day = fixedWindow('window', '1 day', { timeZone: 'Europe/Paris' });
    const hours = (at: string) =>
      windowsAt(day, Date.parse(at)).map(([start, end]) => (end - start) / 3_600_000);
    expect(hours('2024-03-31T12:00:00Z')).toEqual([23]);
    expect(hours('2024-10-27T12:00:00Z')).toEqual([25]);
    const month = fixedWindow('window', '1 month', { timeZone: 'UTC' });
    expect(windowsAt(month, Date.UTC(2024, 1, 29))).toEqual([
      [Date.UTC(2024, 1, 1), Date.UTC(2024, 2, 1)],
    ]);
  });
});

describe('window', () => {
  it.each<[string, () => unknown, string]>([
    ['a size of 0', () => window('0 seconds'), 'window size must be longer than 0 ms'],
    ['a negative size', () => window('-1 seconds'), 'window size must be longer'],
    ['months', () => window('1 month'), "'30 days', or the option timeZone ('UTC'"],
    ['months as slide', () => window('60 days', { slide: '1 month' }), 'or the option timeZone'],
    ['a slide of 0', () => window('1 hour', { slide: 0 }), 'window slide must be longer than 0 ms'],
    [
      'slide > size',
      () => window('1 hour', { slide: '2 hours' }),
      'window slide (2 hours) is longer',
    ],
    ['startTime = slide', () => window(10, { startTime: 10 }), 'window startTime (10 ms) must be'],
    ['startTime = -slide', () => window(10, { startTime: -10 }), 'window startTime (-10 ms)'],
    ['a bad zone', () => window('1 day', { timeZone: 'Mars/Base' }), 'window timeZone'],
    ['an unknown form', () => window(10, { timestamps: 'iso' as never }), "'date' or 'ms'"],
    ['windowOf: months', () => windowOf((d: Date) => d, '1 month'), 'windowOf size may not'],
  ])('refuses %s when it is built', (_name, build, message) => {
    expect(build).toThrow(RangeError);
    expect(build).toThrow(message);
  });

  it('refuses arguments of another type', () => {
    expect(() => window({} as never, { time: 'time' as never })).toThrow(TypeError);
    expect(() => windowTime('window' as never)).toThrow(TypeError);
  });

  it('a second window, or key, before an aggregate is refused', () => {
    const piped = (build: (rows$: Observable<number>) => unknown) => () =>
      new OperatorHarness<number, unknown>((rows$) => build(rows$) as never);
    const repeated = expect.objectContaining({ code: 'GROUPING_REPEATED' });
    expect(piped((s) => s.pipe(window(10), window(20)))).toThrow(repeated);
    expect(
      piped((s) =>
        s.pipe(
          window(10),
          groupByKey((n) => n),
          sessionWindow(5),
        ),
      ),
    ).toThrow(repeated);
    expect(
      piped((s) =>
        s.pipe(
          groupByKey((n) => n),
          window(10),
          groupByKey((n) => n),
        ),
      ),
    ).toThrow(repeated);
    expect(
      piped((s) =>
        s.pipe(
          window(10),
          filter((w) => w.value > 0),
          window(10),
        ),
      ),
    ).toThrow(repeated);
  });

  it('keeps keys apart that come again and again in one window', () => {
    const noKey = 'd5;'; // the text by which a Date is found in the state, without its mark
    const keys = [
      'a',
      new Date(5),
      `\u0000${noKey}`,
      noKey,
      0,
      '0',
      0n,
      Number.NaN,
      true,
      null,
      [0],
    ];
    const run = new OperatorHarness<unknown, { key: unknown; count: number }>(
      (rows$) =>
        rows$.pipe(
          groupByKey((key) => key),
          window('10 seconds'),
          count(),
        ),
      { outputMode: 'update' },
    );
    const rows = keys.map((key): [unknown, number] => [key, 1000]);
    const batch = { rows: [...rows, ...rows, [-0, 1000] as [unknown, number], ...rows] };
    for (const before of [0, 1]) {
      const found = run.batch(batch).rows.map(({ key, count }) => [key, count]);
      const counts = keys.map((key) => [key, (before + 1) * (key === 0 ? 4 : 3)]);
      expect(found).toEqual(counts);
    }
  });

  it('shows each row once per window to a subscriber, with its own time', () => {
    const run = new OperatorHarness<string, unknown>((rows$) =>
      rows$.pipe(
        groupByKey((s) => s),
        window('10 seconds', { slide: '5 seconds', timestamps: 'ms' }),
      ),
    );
    const shown = run.batch({
      rows: [
        ['a', 12_000],
        ['b', null],
      ],
    });
    expect(shown.rows).toEqual([
      { key: 'a', window: { start: 10_000, end: 20_000 }, value: 'a' },
      { key: 'a', window: { start: 5000, end: 15_000 }, value: 'a' },
    ]);
    expect(shown.times).toEqual([12_000, 12_000]);
    const other = new OperatorHarness<string, unknown>((rows$) =>
      rows$.pipe(
        window('10 seconds'),
        groupByKey((s) => s),
      ),
    );
    const [row] = other.batch({ rows: [['a', 12_000]] }).rows;
    expect(row).toEqual({
      key: 'a',
      window: { start: new Date(10_000), end: new Date(20_000) },
      value: 'a',
    });
  });

  it('takes another time by option', () => {
    const run = new OperatorHarness<{ at: Date | null }, unknown>(
      (rows$) =>
        rows$.pipe(window('10 seconds', { time: (row) => row.at, timestamps: 'ms' }), count()),
      { outputMode: 'update' },
    );
    const out = run.batch({
      rows: [
        [{ at: new Date(5000) }, 99_000],
        [{ at: null }, 1000],
      ],
    });
    expect(out.rows).toEqual([{ window: { start: 0, end: 10_000 }, count: 1 }]);
    expect(out.metrics.get('numRowsWithoutEventTime')).toBe(1);
  });

  it('without event time and without option time is refused before the start', () => {
    const run = new OperatorHarness<number, unknown>((rows$) => rows$.pipe(window(10), count()));
    expect(() => run.validate('update')).toThrow(
      expect.objectContaining({ code: 'WINDOW_NEEDS_TIME' }),
    );
    const timed = new OperatorHarness<number, unknown>((rows$) =>
      rows$.pipe(window(10, { time: (n) => n }), count()),
    );
    expect(() => timed.validate('update')).not.toThrow();
  });
});

describe('windowOf and windowTime', () => {
  const hourOf = windowOf((row: { at: number | null }) => row.at, '1 hour', { timestamps: 'ms' });

  it('makes a column of the window, null without time', () => {
    expect(hourOf({ at: 5_400_000 })).toEqual({ start: 3_600_000, end: 7_200_000 });
    expect(hourOf({ at: null })).toBeNull();
    expect(windowOf((d: Date) => d, '1 hour')(new Date(1))).toEqual({
      start: new Date(0),
      end: new Date(3_600_000),
    });
  });

  it('takes the event time half a ms before the end of a window', () => {
    type Row = { window: TimeWindow<number> | null };
    const run = new OperatorHarness<Row, Row>((rows$) => rows$.pipe(windowTime()));
    const out = run.batch({
      rows: [
        [{ window: { start: 0, end: 10 } }, 3],
        [{ window: null }, 3],
      ],
    });
    expect(out.times).toEqual([9.5, Number.NaN]);
    const of = new OperatorHarness<Date, Date>((rows$) =>
      rows$.pipe(windowTime((end) => ({ start: new Date(0), end }))),
    );
    expect(of.batch({ rows: atSeconds([new Date(7000), 1]) }).times).toEqual([6999.5]);
  });
});
