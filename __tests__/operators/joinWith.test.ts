import { from, lastValueFrom, toArray } from 'rxjs';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { addData, assertState, checkNewAnswer, testStream } from '../../lib/testing/index.js';
import { between } from '../../operators/between.js';
import { joinWith } from '../../operators/joinWith.js';
import { select } from '../../operators/select.js';
import { where } from '../../operators/where.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { addTogether, at, numbers, times } from './joinScript.js';

describe('inner join of two streams', () => {
  it('joins on a key, with all rows of the past', () => {
    const left = numbers(2, null);
    const right = numbers(3, null);
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        on: 'key',
        unbounded: true,
        select: (l, r) => [l.key, l.value, r.value],
      }),
    );
    return testStream(joined)(
      addData(left.source, 1),
      checkNewAnswer(),
      addData(right.source, 1, 10),
      checkNewAnswer([1, 2, 3]),
      addData(left.source, 10),
      checkNewAnswer([10, 20, 30]),
      addData(right.source, 1),
      checkNewAnswer([1, 2, 3]),
      addData(left.source, 1),
      checkNewAnswer([1, 2, 3], [1, 2, 3]), // both right 1s are in the state
      addTogether([left.source, 100], [right.source, 100]),
      checkNewAnswer([100, 200, 300]),
      assertState({ total: 8, updated: 2 }),
    );
  });

  const windowed = (left: ReturnType<typeof numbers>, right: ReturnType<typeof numbers>) =>
    left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        on: 'key',
        onTime: [(l) => l.window, (r) => r.window],
        unbounded: true,
        select: (l, r) => [l.key, l.window.end / 1000, l.value, r.value],
      }),
    );

  it('takes the times that functions give for onTime in whole ms, as all event times', async () => {
    const rows = (t: unknown) => from([{ k: 1, t: t as number }]);
    const pairs = (left: unknown, right: unknown) =>
      lastValueFrom(
        rows(left).pipe(
          joinWith(rows(right), {
            type: 'inner',
            on: 'k',
            onTime: [(l) => l.t, (r) => r.t],
            unbounded: true,
          }),
          toArray(),
        ),
      );
    expect(await pairs(5.7, 5.2)).toHaveLength(1);
    expect(await pairs(5.7, new Date(5))).toHaveLength(1);
    expect(await pairs(-0.5, -1)).toHaveLength(1);
    expect(await pairs(5.7, 6)).toHaveLength(0);
    expect(await pairs(Number.NaN, Number.NaN)).toHaveLength(0);
    for (const none of [Number.POSITIVE_INFINITY, 1.7e18]) {
      await expect(pairs(none, none)).rejects.toMatchObject({ code: 'EVENT_TIME_INVALID' });
    }
  });

  it('joins windows without a watermark, and keeps them for ever', () => {
    const left = numbers(2, null);
    const right = numbers(3, null);
    return testStream(windowed(left, right))(
      addData(left.source, 1),
      checkNewAnswer(),
      addData(right.source, 1),
      checkNewAnswer([1, 10, 2, 3]),
      addTogether([left.source, 25], [right.source, 25]),
      checkNewAnswer([25, 30, 50, 75]),
      addData(left.source, 1),
      checkNewAnswer([1, 10, 2, 3]),
      addTogether([left.source, 5], [right.source, 5]),
      checkNewAnswer([5, 10, 10, 15]),
    );
  });

  it('evicts both sides by their window, though only the left has a watermark', () => {
    const left = numbers(2);
    const right = numbers(3, null);
    return testStream(windowed(left, right))(
      addData(left.source, 1),
      checkNewAnswer(),
      assertState({ total: 1 }),
      addData(right.source, 1),
      checkNewAnswer([1, 10, 2, 3]),
      assertState({ total: 2, updated: 1 }),
      addData(left.source, 25), // W 15 s: a batch without rows evicts [0, 10)
      checkNewAnswer(),
      assertState({ total: 1 }),
      addData(right.source, 25),
      checkNewAnswer([25, 30, 50, 75]),
      assertState({ total: 2 }),
      addData(right.source, 1), // below the watermark, but the right has none: not late, not kept
      checkNewAnswer(),
      assertState({ total: 2, dropped: 0 }),
      addData(left.source, 5),
      checkNewAnswer(),
      assertState({ total: 2, updated: 0, dropped: 1 }),
    );
  });

  it('lets a one-sided bound evict the side that it bounds from below', () => {
    const left = times();
    const right = times();
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        on: { left: (l) => l.k, right: (r) => r.k },
        within: { left: '<', plus: '-5 seconds' },
        select: (l, r) => [l.k, l.s, r.s],
      }),
    );
    return testStream(joined)(
      addData(left.source, at(1, 5)),
      checkNewAnswer(),
      addData(right.source, at(1, 11)),
      checkNewAnswer([1, 5, 11]),
      addData(right.source, at(1, 10)), // not 5 s later
      checkNewAnswer(),
      assertState({ total: 3 }),
      addData(left.source, at(1, 3), at(1, 30)),
      checkNewAnswer([1, 3, 10], [1, 3, 11]),
      assertState({ total: 5 }),
      addData(right.source, at(0, 30)), // W 20 s: right rows <= 25 s leave
      checkNewAnswer(),
      assertState({ total: 4 }),
      addData(right.source, at(1, 20), at(1, 21), at(1, 28)), // 20 is late, 21 does not stay
      checkNewAnswer([1, 3, 21], [1, 5, 21], [1, 3, 28], [1, 5, 28]),
      assertState({ total: 5, dropped: 1 }),
      addData(left.source, at(1, 20), at(1, 21)),
      checkNewAnswer([1, 21, 28]),
      assertState({ total: 6, dropped: 1 }),
    );
  });

  it('evicts both sides by a two-sided bound', () => {
    const left = times(20);
    const right = times(30);
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        on: 'k',
        within: between('-10 seconds', '5 seconds'),
        select: (l, r) => [l.s, r.s],
      }),
    );
    const rows = (...seconds: number[]) => seconds.map((s) => at(1, s));
    return testStream(joined)(
      addData(left.source, ...rows(20)),
      addData(right.source, ...rows(14, 15, 25, 26, 30, 31)),
      checkNewAnswer([20, 15], [20, 25], [20, 26], [20, 30]),
      assertState({ total: 7 }),
      addData(right.source, ...rows(60)),
      checkNewAnswer(),
      addData(left.source, ...rows(49, 50, 65, 66)), // W 30 s: right rows < 25 s leave
      checkNewAnswer([50, 60], [65, 60]),
      assertState({ total: 10 }),
      addData(left.source, ...rows(30, 31)), // 30 is late
      checkNewAnswer([31, 26], [31, 30], [31, 31]),
      assertState({ total: 11, updated: 1, dropped: 1 }),
      addData(right.source, ...rows(80)), // W 46 s: left rows < 36 s and right rows < 41 s leave
      checkNewAnswer(),
      assertState({ total: 6 }),
      addData(right.source, ...rows(46, 50)), // 46 is late
      checkNewAnswer([49, 50], [50, 50]),
      assertState({ total: 7, updated: 1, dropped: 1 }),
    );
  });

  it('joins a stream with itself', () => {
    const source = memoryStream<number>();
    const rows = readStream(source).pipe(select((v) => ({ k: v % 5, v })));
    const joined = rows.pipe(
      joinWith(rows, {
        type: 'inner',
        on: 'k',
        unbounded: true,
        select: (l, r) => [l.k, l.v, r.v],
      }),
    );
    return testStream(joined)(
      addData(source, 1, 2),
      checkNewAnswer([1, 1, 1], [2, 2, 2]),
      addData(source, 3, 6),
      checkNewAnswer([3, 3, 3], [1, 1, 6], [1, 6, 1], [1, 6, 6]),
    );
  });

  it('joins three streams', () => {
    const [a, b, c] = [numbers(1, null), numbers(3, null), numbers(5, null)];
    const joined = a.stream.pipe(
      joinWith(b.stream, {
        type: 'inner',
        on: 'key',
        unbounded: true,
        select: (l, r) => ({ key: l.key, first: l.value, second: r.value }),
      }),
      joinWith(c.stream, {
        type: 'inner',
        on: 'key',
        unbounded: true,
        select: (l, r) => [l.key, l.first, l.second, r.value],
      }),
    );
    return testStream(joined)(
      addTogether([a.source, 1, 5], [b.source, 1, 5, 10], [c.source, 5, 10]),
      checkNewAnswer([5, 5, 15, 25]),
    );
  });

  it('forgets rows after their ttl, counted in processing time', async () => {
    const { manualClock, advanceClock } = await import('../../lib/testing/index.js');
    const left = numbers(1, null);
    const right = numbers(1, null);
    const joined = left.stream.pipe(
      joinWith(right.stream, { type: 'inner', on: 'key', ttl: '10 seconds', select: (l) => l.key }),
    );
    return testStream(joined, { clock: manualClock() })(
      addData(left.source, 1, 2),
      advanceClock('9 seconds'),
      addData(right.source, 1),
      checkNewAnswer(1),
      assertState({ total: 3 }),
      advanceClock('1 second'),
      addData(right.source, 2), // the left rows are 10 s old
      checkNewAnswer(),
      assertState({ total: 2 }),
    );
  });

  it('never matches null keys, nor parts of keys', () => {
    type Row = { readonly a: number | null; readonly b: string | null };
    const left = memoryStream<Row>();
    const right = memoryStream<Row>();
    const joined = readStream(left).pipe(
      joinWith(readStream(right), { type: 'inner', on: ['a', 'b'], unbounded: true }),
    );
    return testStream(joined)(
      addTogether(
        [left, { a: null, b: 'x' }, { a: 1, b: null }, { a: 1, b: 'x' }],
        [right, { a: null, b: 'x' }, { a: 1, b: null }, { a: 1, b: 'x' }],
      ),
      checkNewAnswer({ left: { a: 1, b: 'x' }, right: { a: 1, b: 'x' } }),
      assertState({ total: 2 }),
    );
  });

  it('compares other times than the event time as an ordinary condition', () => {
    type Row = { readonly k: number; readonly at: number | null };
    const left = memoryStream<Row>();
    const right = memoryStream<Row>();
    const joined = readStream(left).pipe(
      withWatermark((l) => l.at, 0),
      joinWith(readStream(right), {
        type: 'inner',
        on: 'k',
        within: [{ left: '>=', plus: -2, rightTime: (r) => r.at }],
        unbounded: true,
        select: (l, r) => [l.at, r.at],
      }),
    );
    return testStream(joined)(
      addTogether(
        [left, { k: 1, at: 10 }, { k: 1, at: null }],
        [right, { k: 1, at: 12 }, { k: 1, at: 13 }, { k: 1, at: null }],
      ),
      checkNewAnswer([10, 12]),
      addData(left, { k: 1, at: 20 }),
      checkNewAnswer([20, 12], [20, 13]),
      assertState({ total: 4 }), // W 20 evicts nothing; the rows without a time are not kept
    );
  });

  it('applies conditions of one side and of both', () => {
    const left = numbers(1, null);
    const right = numbers(1, null);
    const sameTens = left.stream.pipe(
      where((l) => l.value >= 0),
      joinWith(right.stream, {
        type: 'inner',
        on: [(l) => l.window.start, (r) => r.window.start],
        unbounded: true,
        leftWhere: (l) => l.value > 1,
        rightWhere: (r) => r.value < 9,
        where: (l, r) => l.value < r.value,
        select: (l, r) => [l.value, r.value],
      }),
    );
    return testStream(sameTens)(
      addTogether([left.source, 1, 2, 8], [right.source, 2, 5, 9]),
      checkNewAnswer([2, 5]),
      assertState({ total: 4 }), // 1 and 9 are not kept
    );
  });
});
