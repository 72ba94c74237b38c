import { from, of, Subject } from 'rxjs';
import {
  aggregate,
  count,
  groupByKey,
  joinWith,
  memoryStream,
  readBatch,
  readStream,
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

  it('refuses a source that has no end', async () => {
    await expect(readBatch(new Subject<number>().pipe(count()))).rejects.toMatchObject({
      code: 'SOURCE_HAS_NO_END',
    });
  });
});
