import { from, interval, map, of, Subject, take, throwError, timer } from 'rxjs';
import {
  aggregate,
  count,
  groupByKey,
  joinWith,
  memoryStream,
  readBatch,
  readStream,
  union,
  window,
  withWatermark,
} from '../../index.js';

describe('readBatch', () => {
  it('gives every group, open windows included', async () => {
    const counts = from([1_000, 4_000, 7_000]).pipe(
      withWatermark((t) => t, '1 hour'),
      window('5 seconds', { timestamps: 'ms' }),
      count(),
    );
    expect(await readBatch(counts)).toEqual([
      { window: { start: 0, end: 5_000 }, count: 2 },
      { window: { start: 5_000, end: 10_000 }, count: 1 },
    ]);
  });

  it('needs no watermark for groups', async () => {
    const source = memoryStream<string>();
    source.addData('a', 'b');
    source.addData('a');
    const counts = readStream(source).pipe(
      groupByKey((w) => w),
      aggregate((rows) => ({ n: rows.count() })),
    );
    expect(await readBatch(counts)).toEqual([
      { key: 'a', n: 2 },
      { key: 'b', n: 1 },
    ]);
    expect(await readBatch(counts)).toHaveLength(2);
  });

  it('takes rows in any order: nothing is late', async () => {
    const counts = from([3_600_000, 1]).pipe(
      withWatermark((t) => t, 0),
      window('1 second', { timestamps: 'ms' }),
      count(),
    );
    expect(await readBatch(counts)).toHaveLength(2);
  });

  it('gives unmatched outer rows', async () => {
    const left = of({ id: 1, t: 1 }, { id: 2, t: 1 }).pipe(withWatermark((r) => r.t, 0));
    const right = of({ id: 1, t: 1 }).pipe(withWatermark((r) => r.t, 0));
    const joined = left.pipe(
      joinWith(right, { type: 'leftOuter', on: 'id', within: { left: '>=', plus: 0 } }),
    );
    expect(await readBatch(joined)).toEqual([
      { left: { id: 1, t: 1 }, right: { id: 1, t: 1 } },
      { left: { id: 2, t: 1 }, right: null },
    ]);
  });

  it('of nothing has no groups; the group of all rows has none', async () => {
    const none = from([] as number[]);
    expect(
      await readBatch(
        none.pipe(
          groupByKey((n) => n),
          count(),
        ),
      ),
    ).toEqual([]);
    expect(await readBatch(none.pipe(count()))).toEqual([{ count: 0 }]);
  });

  it('waits until an Observable completes', async () => {
    expect(await readBatch(from(Promise.resolve(1)))).toEqual([1]);
    expect(await readBatch(interval(1).pipe(take(3), union(of(7))))).toEqual([0, 1, 2, 7]);
    const rows$ = new Subject<number>();
    const counted = readBatch(rows$.pipe(count()));
    rows$.next(1);
    await Promise.resolve();
    rows$.next(2);
    rows$.complete();
    expect(await counted).toEqual([{ count: 2 }]);
  });

  it.each([
    ['at once', () => throwError(() => new Error('gone'))],
    ['later', () => timer(1).pipe(map(() => JSON.parse('gone') as number))],
  ])('ends with the error of an Observable that fails %s', async (_when, rows) => {
    await expect(readBatch(rows())).rejects.toMatchObject({ code: 'QUERY_FAILED' });
  });

  it('ends when an Observable has given more rows than its buffer holds', async () => {
    const rows = readStream(interval(1), { bufferSize: 2, name: 'ticks' });
    await expect(readBatch(rows)).rejects.toMatchObject({ code: 'BUFFER_FULL' });
  });

  it('refuses a window over rows that have no event time', async () => {
    const counts = readStream(of(1, 2)).pipe(window('1 hour'), count());
    await expect(readBatch(counts)).rejects.toMatchObject({ code: 'WINDOW_NEEDS_TIME' });
  });
});
