import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { addData, assertState, checkNewAnswer, testStream } from '../../lib/testing/index.js';
import { aggregate } from '../../operators/aggregate.js';
import { between } from '../../operators/between.js';
import { count } from '../../operators/count.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { dropDuplicatesWithinWatermark } from '../../operators/dropDuplicatesWithinWatermark.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { joinWith } from '../../operators/joinWith.js';
import { select } from '../../operators/select.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { window } from '../../operators/window.js';
import { windowTime } from '../../operators/windowTime.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { addTogether, at, type Timed, times } from '../operators/joinScript.js';
import { checkDropped, ms, range } from './sparkScript.js';

type Seconds = ReturnType<typeof memoryStream<number>>;

const marked = (seconds: Seconds, delay = '0 seconds') =>
  readStream(seconds).pipe(withWatermark(ms, delay));

const inWindows = (seconds: Seconds, size: number) =>
  marked(seconds).pipe(
    window(ms(size), { timestamps: 'ms' }),
    aggregate((rows) => ({ n: rows.count(), sum: rows.sum((s) => s) })),
  );

const states = (downstream: number, upstream: number) => [
  assertState({ total: downstream }, 0),
  assertState({ total: upstream }, 1),
];

/** semantics/spark.md 3.8; states are listed downstream first. */
describe('MultiStatefulOperatorsSuite', () => {
  it.each(['window_time', 'window of a window'] as const)(
    'an aggregation by window behind an aggregation by window, by %s',
    (by) => {
      const seconds = memoryStream<number>();
      const inner = inWindows(seconds, 5).pipe(select((row) => row));
      const outer =
        by === 'window_time'
          ? inner.pipe(windowTime(), window('10 seconds', { timestamps: 'ms' }))
          : inner.pipe(
              window('10 seconds', { timestamps: 'ms', time: (row) => row.window.end - 1 }),
            );
      const chained = outer.pipe(
        aggregate((rows) => ({ n: rows.count(), sum: rows.sum((r) => r.n) })),
        select((r) => [r.window.start / 1000, r.n, r.sum]),
      );
      return testStream(chained)(
        addData(seconds, ...range(10, 21)),
        checkNewAnswer([10, 2, 10]),
        ...states(0, 1),
        addData(seconds, ...range(10, 29)),
        checkNewAnswer(),
        ...states(1, 1),
        checkDropped(0, 0),
        checkDropped(10, 1), // input rows; Spark counts two groups of its partial aggregation
        addData(seconds, 30, 31),
        checkNewAnswer([20, 2, 12]),
        ...states(0, 1),
      );
    },
  );

  it('three aggregations, each in the batch of the one before', () => {
    const seconds = memoryStream<number>();
    const chained = inWindows(seconds, 5).pipe(
      window('10 seconds', { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.sum((r) => r.n) })),
      window('20 seconds', { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.count(), sum: rows.sum((r) => r.n) })),
      select((r) => [r.window.start / 1000, r.window.end / 1000, r.n, r.sum]),
    );
    return testStream(chained)(
      addData(seconds, ...range(0, 37)),
      checkNewAnswer([0, 20, 2, 20]),
      ...states(1, 1),
      assertState({ total: 1 }, 2),
      addData(seconds, ...range(30, 60)),
      checkNewAnswer([20, 40, 2, 23], [40, 60, 2, 20]),
      ...states(0, 0),
      assertState({ total: 1 }, 2),
      checkDropped(5, 2), // 30 to 34 s: the window ends at 35 s <= W 37 s
      checkDropped(0, 1),
      checkDropped(0, 0),
    );
  });

  it.each(['the time of its rows', 'window_time'] as const)(
    'deduplication behind sessions of windows: no session is late that the watermark has not passed, by %s',
    async (by) => {
      const seconds = memoryStream<number>();
      const sessions = marked(seconds).pipe(
        groupByKey((s) => (s < 10 ? 'early' : 'late')),
        window('5 seconds'),
        count(),
        groupByKey('key'),
        sessionWindow('5 seconds'),
        aggregate((rows) => ({ n: rows.sum((row) => row.count) })),
      );
      const timed = by === 'window_time' ? sessions.pipe(windowTime()) : sessions;
      const firsts = timed.pipe(
        dropDuplicatesWithinWatermark((row) => row.key),
        select((row) => [row.key, row.window.start.getTime(), row.window.end.getTime(), row.n]),
      );
      // The first session ends in the last instant before 15 s; a watermark 1 ms before lets it stay.
      await testStream(firsts)(
        addData(seconds, 1, 6, 14.999),
        checkNewAnswer(),
        addData(seconds, 100),
        checkNewAnswer(['early', 5000, 15_000, 2], ['late', 15_000, 20_000, 1]),
        checkDropped(0, 0),
      );
    },
  );

  it('an aggregation behind deduplication', () => {
    const seconds = memoryStream<number>();
    const counts = marked(seconds, '10 seconds').pipe(
      dropDuplicates((s) => s, { eventTime: true }),
      window('5 seconds', { timestamps: 'ms' }),
      count(),
      select((r) => [r.window.start / 1000, r.count]),
    );
    return testStream(counts)(
      addData(seconds, ...range(1, 15)),
      checkNewAnswer([0, 4]),
      ...states(3, 10),
    );
  });

  it('an aggregation behind a join on equal times', () => {
    const [left, right] = [times(0), times(0)];
    const counts = left.stream.pipe(
      joinWith(right.stream, { type: 'inner', onTime: [(l) => ms(l.s), (r) => ms(r.s)] }),
      window('5 seconds', { timestamps: 'ms' }),
      count(),
      select((r) => [r.window.start / 1000, r.count]),
    );
    const both = (...seconds: number[]) => {
      const rows = seconds.map((s) => at(1, s));
      return addTogether([left.source, ...rows], [right.source, ...rows]);
    };
    return testStream(counts)(
      both(1, 2, 3, 4),
      checkNewAnswer(),
      ...states(1, 0),
      both(5),
      checkNewAnswer([0, 4]),
      ...states(1, 0),
    );
  });

  it('deduplication behind an aggregation, by window or by its last instant', async () => {
    const byWindow = memoryStream<number>();
    const kept = inWindows(byWindow, 5).pipe(
      dropDuplicates((row) => [row.n, row.window.end]),
      select((row) => [row.window.end / 1000, row.n]),
    );
    await testStream(kept)(
      addData(byWindow, 1, 5, 10, 15),
      checkNewAnswer([5, 1], [10, 1], [15, 1]),
      ...states(3, 1),
    );
    const byTime = memoryStream<number>();
    const trimmed = inWindows(byTime, 5).pipe(
      windowTime(),
      dropDuplicates((row) => row.n, { eventTime: true }),
      select((row) => [row.window.end / 1000, row.n]),
    );
    await testStream(trimmed)(
      addData(byTime, 1, 5, 10, 15),
      checkNewAnswer([5, 1], [10, 1], [15, 1]),
      ...states(0, 1),
    );
  });

  it('an aggregation behind a join that no time bounds', () => {
    const [left, right] = [times(0), times(0)];
    const counts = left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        on: 'k',
        unbounded: true,
        where: (l, r) => l.s <= r.s,
      }),
      window('5 seconds', { timestamps: 'ms' }),
      count(),
      select((r) => [r.window.start / 1000, r.count]),
    );
    return testStream(counts)(
      addTogether([left.source, at(1, 1), at(2, 2)], [right.source, at(1, 1), at(2, 3)]),
      ...states(1, 4),
    );
  });

  it.each(['leftOuter', 'rightOuter'] as const)(
    'rows that a %s join gives up reach the aggregation in the same batch',
    (type) => {
      const [left, right] = [times(0), times(0)];
      const [kept, other] = type === 'leftOuter' ? [left, right] : [right, left];
      const joined = left.stream.pipe(
        joinWith(right.stream, {
          type,
          on: 'k',
          within: between('-1 hour', '1 hour'),
          time: type === 'leftOuter' ? 'left' : 'right',
          select: (l, r) => ({ l: l?.k ?? null, r: r?.k ?? null }),
        }),
        window('10 minutes', { timestamps: 'ms' }),
        count(),
        select((r) => [r.window.start / 60_000, r.window.end / 60_000, r.count]),
      );
      const hours = (h: number, m: number, s = 0) => h * 3600 + m * 60 + s;
      return testStream(joined)(
        addTogether(
          [kept.source, at(1, hours(1, 0, 10)), at(2, hours(1, 0, 30))],
          [other.source, at(1, hours(1, 0, 20))],
        ),
        checkNewAnswer(),
        addTogether([kept.source, at(5, hours(1, 15))], [other.source, at(6, hours(1, 15))]),
        checkNewAnswer(),
        addTogether([kept.source, at(7, hours(2, 16))], [other.source, at(7, hours(2, 16))]),
        checkNewAnswer([60, 70, 2]),
      );
    },
  );

  it('two aggregations by window joined on their windows (SPARK-49829)', () => {
    const [left, right] = [times(5), times(5)];
    const sums = (rows: typeof left) =>
      rows.stream.pipe(
        window('10 seconds', { timestamps: 'ms' }),
        aggregate((all) => ({ sum: all.sum((row: Timed) => row.s) })),
      );
    const joined = sums(left).pipe(
      joinWith(sums(right), {
        type: 'inner',
        onTime: [(l) => l.window, (r) => r.window],
        select: (l, r) => [l.window.end / 1000, l.sum, r.sum],
      }),
    );
    const rows = (...seconds: number[]) => seconds.map((s) => at(1, s));
    return testStream(joined)(
      addTogether([left.source, ...rows(1, 2, 3, 4, 5)], [right.source, ...rows(5, 6, 7, 8, 9)]),
      checkNewAnswer(),
      addTogether(
        [left.source, ...rows(11, 12, 13, 14, 15)],
        [right.source, ...rows(15, 16, 17, 18, 19)],
      ),
      checkNewAnswer([10, 15, 35]),
      addTogether([left.source, at(1, 100)], [right.source, at(1, 101)]),
      checkNewAnswer([20, 65, 85]),
    );
  });

  it('keys beside the window are part of each group', () => {
    const [left] = [times(0)];
    const counts = left.stream.pipe(
      groupByKey((row) => row.k),
      window('5 seconds'),
      count(),
      groupByKey((row) => row.key % 2),
      window('10 seconds', { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.sum((row) => row.count) })),
      select((row) => [row.key, row.window.start / 1000, row.n]),
    );
    return testStream(counts)(
      addData(left.source, at(1, 1), at(3, 1), at(2, 6)),
      addData(left.source, at(9, 10)),
      checkNewAnswer([1, 0, 2], [0, 0, 1]),
    );
  });
});
