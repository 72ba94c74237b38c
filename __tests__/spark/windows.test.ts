import { from } from 'rxjs';
import { readBatch } from '../../lib/query/readBatch.js';
import { aggregate } from '../../operators/aggregate.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { joinWith } from '../../operators/joinWith.js';
import { select } from '../../operators/select.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { ms } from './sparkScript.js';

interface Row {
  /** Seconds after 19:39:00. */
  readonly s: number | null;
  readonly v: number;
}

const minute = Date.UTC(2016, 2, 27, 19, 39);
const time = (row: Row): number | null => (row.s === null ? null : minute + ms(row.s));
const three: readonly Row[] = [
  { s: 34, v: 1 },
  { s: 56, v: 2 },
  { s: 27, v: 4 },
];

/** [start, end, count] in seconds after the minute, by start. */
async function windowed(rows: readonly Row[], size: string, options = {}, base = minute) {
  const counts = await readBatch(
    from(rows).pipe(
      window(size, { time, timestamps: 'ms', ...options }),
      aggregate((all) => ({ n: all.count(), v: all.sum((row) => row.v) })),
      select((row) => {
        const { start, end } = row.window;
        return [(start - base) / 1000, (end - base) / 1000, row.n, row.v ?? 0] as const;
      }),
    ),
  );
  return [...counts].sort(([a], [b]) => a - b);
}

/** semantics/spark.md 3.12 */
describe('DataFrameTimeWindowingSuite', () => {
  it('a row on a boundary opens the window', async () => {
    expect(await windowed([{ s: 30, v: 1 }], '10 seconds')).toEqual([[30, 40, 1, 1]]);
  });

  it.each(['-5 seconds', '5 seconds'])('windows may start at %s', async (startTime) => {
    const rows = [
      { s: 30, v: 1 },
      { s: 25, v: 1 },
    ];
    expect(await windowed(rows, '10 seconds', { startTime })).toEqual([[25, 35, 2, 2]]);
    expect(await windowed(three, '10 seconds', { startTime })).toEqual([
      [25, 35, 2, 5],
      [55, 65, 1, 2],
    ]);
  });

  it('tumbling windows', async () => {
    expect(await windowed(three, '10 seconds')).toEqual([
      [20, 30, 1, 4],
      [30, 40, 1, 1],
      [50, 60, 1, 2],
    ]);
  });

  it('sliding windows whose size is no multiple of the slide', async () => {
    const rows = await windowed(three, '10 seconds', { slide: '3 seconds' });
    expect(rows.map(([start, end, n]) => [start, end, n])).toEqual([
      [18, 28, 1],
      [21, 31, 1],
      [24, 34, 1],
      [27, 37, 2],
      [30, 40, 1],
      [33, 43, 1],
      [48, 58, 1],
      [51, 61, 1],
      [54, 64, 1],
    ]);
  });

  it('windows of 200 ms every 40 ms', async () => {
    const rows = [0.41, 0.62, 0.715].map((s) => ({ s, v: 1 }));
    const counts = await windowed(rows, '200 milliseconds', { slide: '40 milliseconds' });
    expect(counts.map(([start]) => start)).toEqual([
      0.24, 0.28, 0.32, 0.36, 0.4, 0.44, 0.48, 0.52, 0.56, 0.6, 0.64, 0.68,
    ]);
    expect(counts.map(([, , n]) => n)).toEqual([1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1]);
  });

  it('windows before 1970', async () => {
    const rows = [2, 12].map((s) => ({ s: s - minute / 1000, v: 1 }));
    expect(await windowed(rows, '10 seconds', { startTime: '5 seconds' }, 0)).toEqual([
      [-5, 5, 1, 1],
      [5, 15, 1, 1],
    ]);
  });

  it('rows without a time are in no window', async () => {
    expect(await windowed([{ s: null, v: 1 }], '10 seconds')).toEqual([]);
  });

  it('a join on windows', async () => {
    const left = [5, 32, null, null].map((s, i) => ({ s, v: i + 1 }));
    const right = [2, 35].map((s, i) => ({ s, v: 3 * (i + 1) }));
    const sums = (rows: readonly Row[]) =>
      from(rows).pipe(
        withWatermark(time, 0),
        window('10 seconds', { timestamps: 'ms' }),
        aggregate((all) => ({ v: all.sum((row) => row.v) })),
      );
    const joined = sums(left).pipe(
      joinWith(sums(right), {
        type: 'inner',
        onTime: [(l) => l.window, (r) => r.window],
        select: (l, r) => (l.v ?? 0) + (r.v ?? 0),
      }),
    );
    expect([...(await readBatch(joined))].sort()).toEqual([4, 8]);
  });
});

type Keyed = Row & { readonly k: string };

const at = (k: string, ...seconds: number[]): Keyed[] => seconds.map((s) => ({ k, s, v: 1 }));

describe('DataFrameSessionWindowingSuite', () => {
  /** [key, start, end, count] in seconds after the minute, by key and start. */
  async function sessions(rows: readonly Keyed[], gap: (row: Keyed) => number | null) {
    const counts = await readBatch(
      from(rows).pipe(
        groupByKey((row) => row.k),
        sessionWindow((row) => gap(row), { time: (row) => time(row), timestamps: 'ms' }),
        aggregate((all) => ({ n: all.count() })),
        select((row) => {
          const { start, end } = row.window;
          return [row.key, (start - minute) / 1000, (end - minute) / 1000, row.n] as const;
        }),
      ),
    );
    return [...counts].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  }
  const tenSeconds = (): number => ms(10);

  it('rows within the gap make one session', async () => {
    expect(await sessions(at('all', 34, 56, 27), tenSeconds)).toEqual([
      ['all', 27, 44, 2],
      ['all', 56, 66, 1],
    ]);
  });

  it('each key has its own', async () => {
    const rows = [...at('a', 34), ...at('b', 27), ...at('a', 39, 56, 64)];
    expect(await sessions(rows, tenSeconds)).toEqual([
      ['a', 34, 49, 2],
      ['a', 56, 74, 2],
      ['b', 27, 37, 1],
    ]);
  });

  it('keys that alternate', async () => {
    const rows = [...at('a', 34), ...at('b', 39), ...at('a', 40), ...at('b', 27, 45)];
    expect(await sessions(rows, tenSeconds)).toEqual([
      ['a', 34, 50, 2],
      ['b', 27, 37, 1],
      ['b', 39, 55, 2],
    ]);
  });

  it('a gap per row: zero, negative and none leave the row out', async () => {
    const gaps: Record<string, number | null> = { a: ms(5), b: 0, c: -1, d: null };
    const rows = [...at('a', 10, 15), ...at('b', 10), ...at('c', 10), ...at('d', 10)];
    expect(await sessions(rows, (row) => gaps[row.k] ?? null)).toEqual([['a', 10, 20, 2]]);
  });

  it.each([
    ['rows that overlap', [100, 100, 105, 113], [[100, 123, 4]]],
    ['an end that is the next start', [110, 115, 117, 125], [[110, 135, 4]]],
    [
      'a gap between',
      [100, 105, 125, 127],
      [
        [100, 115, 2],
        [125, 137, 2],
      ],
    ],
    [
      'two and one',
      [100, 100, 115],
      [
        [100, 110, 2],
        [115, 125, 1],
      ],
    ],
  ] as const)('%s', async (_name, seconds, expected) => {
    const counts = await sessions(at('k', ...seconds), tenSeconds);
    expect(counts.map(([, ...row]) => row)).toEqual(expected);
  });
});
