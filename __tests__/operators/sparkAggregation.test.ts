import { map } from 'rxjs';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import { addData } from '../../lib/testing/actions.js';
import { assertState, checkLastBatch, checkNewAnswer } from '../../lib/testing/checks.js';
import { testStream } from '../../lib/testing/testStream.js';
import { aggregate } from '../../operators/aggregate.js';
import { count } from '../../operators/count.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { explode } from '../../operators/explode.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { orderBy } from '../../operators/orderBy.js';
import { select } from '../../operators/select.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { union } from '../../operators/union.js';
import { window } from '../../operators/window.js';
import { windowTime } from '../../operators/windowTime.js';
import { withWatermark } from '../../operators/withWatermark.js';

const update = { outputMode: 'update' } as const;
const complete = { outputMode: 'complete' } as const;
const ms = (seconds: number): number => seconds * 1000;

/** Numbers counted by value; rows as [value, count]. */
function counts(numbers: ReturnType<typeof memoryStream<number>>) {
  return readStream(numbers).pipe(
    groupByKey((n) => n),
    count(),
    select((row) => [row.key, row.count] as const),
  );
}

/** semantics/spark.md 3.1 */
describe('Spark: streaming aggregation', () => {
  it('simple count, update: only changed groups come out', async () => {
    const numbers = memoryStream<number>();
    await testStream(counts(numbers), update)(
      addData(numbers, 3),
      checkLastBatch([3, 1]),
      addData(numbers, 3, 2),
      checkLastBatch([3, 2], [2, 1]),
      addData(numbers, 3, 2, 1),
      checkLastBatch([3, 3], [2, 2], [1, 1]),
      addData(numbers, 4, 4, 4, 4),
      checkLastBatch([4, 4]),
    );
  });

  it('simple count, complete: the whole table', async () => {
    const numbers = memoryStream<number>();
    await testStream(counts(numbers), complete)(
      addData(numbers, 3),
      checkLastBatch([3, 1]),
      addData(numbers, 2),
      checkLastBatch([3, 1], [2, 1]),
      addData(numbers, 3, 2, 1),
      checkLastBatch([3, 2], [2, 2], [1, 1]),
      addData(numbers, 4, 4, 4, 4),
      checkLastBatch([4, 4], [3, 2], [2, 2], [1, 1]),
    );
  });

  it('sort after aggregate', async () => {
    const numbers = memoryStream<number>();
    const sorted = counts(numbers).pipe(
      orderBy(([value, n]) => [-n, -value]),
      select(String),
    );
    await testStream(sorted, complete)(
      addData(numbers, 3),
      checkLastBatch('3,1'),
      addData(numbers, 2, 3),
      checkLastBatch('3,2', '2,1'),
    );
  });

  it.each([
    [
      'update',
      [
        [2, 2],
        [3, 2],
        [4, 1],
      ],
    ],
    [
      'complete',
      [
        [1, 1],
        [2, 2],
        [3, 2],
        [4, 1],
      ],
    ],
  ] as const)('state metrics, %s', async (outputMode, second) => {
    const numbers = memoryStream<number>();
    const both = readStream(numbers).pipe(
      explode(
        (n) => [n, n + 1],
        (_row, n) => n,
      ),
      groupByKey((n) => n),
      count(),
      select((row) => [row.key, row.count] as const),
    );
    await testStream(both, { outputMode })(
      addData(numbers, 1),
      checkLastBatch([1, 1], [2, 1]),
      assertState({ total: 2, updated: 2 }),
      addData(numbers, 2, 3),
      checkLastBatch(...second),
      assertState({ total: 4, updated: 3 }),
    );
  });

  it('multiple keys', async () => {
    const numbers = memoryStream<number>();
    const keyed = readStream(numbers).pipe(
      groupByKey((n) => [n, n + 1]),
      count(),
    );
    await testStream(keyed, update)(
      addData(numbers, 1, 2),
      checkLastBatch({ key: [1, 2], count: 1 }, { key: [2, 3], count: 1 }),
      addData(numbers, 1, 2),
      checkLastBatch({ key: [1, 2], count: 2 }, { key: [2, 3], count: 2 }),
    );
  });

  it('sums per key', async () => {
    const pairs = memoryStream<readonly [string, number]>();
    const sums = readStream(pairs).pipe(
      groupByKey(([key]) => key),
      aggregate((rows) => ({ sum: rows.sum(([, n]) => n) })),
      select((row) => [row.key, row.sum] as const),
    );
    await testStream(sums, update)(
      addData(pairs, ['a', 10], ['a', 20], ['b', 1], ['b', 2], ['c', 1]),
      checkLastBatch(['a', 30], ['b', 3], ['c', 1]),
    );
  });

  it('SPARK-22230: last over all rows', async () => {
    const numbers = memoryStream<number>();
    const last = readStream(numbers).pipe(aggregate((rows) => ({ last: rows.last((n) => n) })));
    await testStream(last, complete)(
      addData(numbers, 1, 2, 3),
      checkLastBatch({ last: 3 }),
      addData(numbers, 4, 5, 6),
      checkLastBatch({ last: 6 }),
      addData(numbers),
      checkLastBatch({ last: 6 }),
      addData(numbers, 0),
      checkLastBatch({ last: 0 }),
    );
  });

  it('SPARK-21977: a batch without rows keeps the state of the single group', async () => {
    const numbers = memoryStream<number>();
    const all = readStream(numbers).pipe(count());
    await testStream(all, complete)(
      addData(numbers, 1),
      checkLastBatch({ count: 1 }),
      addData(numbers),
      checkLastBatch({ count: 1 }),
      addData(numbers, 2, 3),
      checkLastBatch({ count: 3 }),
      addData(numbers),
      checkLastBatch({ count: 3 }),
    );
  });

  it('SPARK-23004: a list of 128 rows', async () => {
    const numbers = memoryStream<number>();
    const list = readStream(numbers).pipe(
      groupByKey(() => 1),
      aggregate((rows) => ({ list: rows.collectList((n) => n) })),
    );
    const values = Array.from({ length: 128 }, (_, i) => i);
    await testStream(list, update)(
      addData(numbers, ...values),
      checkLastBatch({ key: 1, list: values }),
    );
  });
});

/** Seconds, watermark 10 s, windows of 5 s; rows as [start in seconds, count]. */
function fiveSeconds(seconds: ReturnType<typeof memoryStream<number>>) {
  return readStream(seconds).pipe(
    withWatermark(ms, '10 seconds'),
    window('5 seconds', { timestamps: 'ms' }),
    count(),
    select((row) => [row.window.start / 1000, row.count] as const),
  );
}

/** semantics/spark.md 3.2 */
describe('Spark: event time and watermark', () => {
  it('append', async () => {
    const seconds = memoryStream<number>();
    await testStream(fiveSeconds(seconds))(
      addData(seconds, 10, 11, 12, 13, 14, 15),
      checkNewAnswer(),
      addData(seconds, 25),
      checkNewAnswer([10, 5]),
      assertState({ total: 2 }),
      addData(seconds, 10),
      checkNewAnswer(),
      assertState({ total: 2, dropped: 1 }),
    );
  });

  it('update', async () => {
    const seconds = memoryStream<number>();
    await testStream(fiveSeconds(seconds), update)(
      addData(seconds, 10, 11, 12, 13, 14, 15),
      checkNewAnswer([10, 5], [15, 1]),
      addData(seconds, 25),
      checkNewAnswer([25, 1]),
      assertState({ total: 2 }),
      addData(seconds, 10, 25),
      checkNewAnswer([25, 2]),
      assertState({ total: 2, dropped: 1 }),
      addData(seconds, 10),
      checkNewAnswer(),
      assertState({ total: 2, dropped: 1 }),
    );
  });

  it('complete: nothing dropped or evicted', async () => {
    const seconds = memoryStream<number>();
    await testStream(fiveSeconds(seconds), complete)(
      addData(seconds, 10, 11, 12),
      checkLastBatch([10, 3]),
      addData(seconds, 25),
      checkLastBatch([10, 3], [25, 1]),
      addData(seconds, 25),
      checkLastBatch([10, 3], [25, 2]),
      addData(seconds, 10),
      checkLastBatch([10, 4], [25, 2]),
      addData(seconds, 25),
      checkLastBatch([10, 4], [25, 3]),
    );
  });

  it('group by the raw event time', async () => {
    const seconds = memoryStream<number>();
    const byTime = readStream(seconds).pipe(
      withWatermark(ms, '10 seconds'),
      groupByKey(ms, { eventTime: (time) => time }),
      count(),
    );
    await testStream(byTime)(
      addData(seconds, 10),
      checkNewAnswer(),
      addData(seconds, 25),
      checkNewAnswer({ key: 10_000, count: 1 }),
    );
  });

  it('SPARK-21565: group by a symbol and the event time', async () => {
    const ticks = memoryStream<{ symbol: string; time: Date }>();
    const grouped = readStream(ticks).pipe(
      withWatermark((t) => t.time, '10 seconds'),
      groupByKey('symbol', 'time', { eventTime: (key) => key.time }),
      count(),
    );
    const at = (symbol: string, s: number) => ({ symbol, time: new Date(ms(s)) });
    await testStream(grouped)(
      addData(ticks, at('a', 10), at('b', 10), at('a', 10)),
      checkNewAnswer(),
      addData(ticks, at('a', 25)),
      checkNewAnswer({ key: at('a', 10), count: 2 }, { key: at('b', 10), count: 1 }),
    );
  });

  it('watermark with 2 streams: the smaller one counts', async () => {
    const [first, second] = [memoryStream<number>(), memoryStream<number>()];
    const both = readStream(first).pipe(
      withWatermark(ms, '10 seconds'),
      union(readStream(second).pipe(withWatermark(ms, '5 seconds'))),
      window('5 seconds', { timestamps: 'ms' }),
      count(),
      select((row) => [row.window.start / 1000, row.count] as const),
    );
    await testStream(both)(
      addData(first, 11),
      addData(second, 6),
      addData(first, 21),
      checkNewAnswer(),
      addData(second, 17, 28, 39), // 39 - 5 = 34, but first stands at 11
      checkNewAnswer([5, 1]),
      addData(first, 31), // 21
      checkNewAnswer([10, 1], [15, 1]),
    );
  });
});

/** semantics/spark.md 3.7: gap 10 s, delay 30 s; rows as [word, start, end, count]. */
describe('Spark: session windows', () => {
  type Line = readonly [text: string, seconds: number, gap?: number];
  const wordsOf = (lines: ReturnType<typeof memoryStream<Line>>) =>
    readStream(lines).pipe(
      withWatermark(([, seconds]) => ms(seconds), '30 seconds'),
      explode(
        ([text]) => text.split(' '),
        ([, , gap], word) => ({ word, gap }),
      ),
      groupByKey((w) => w.word),
      sessionWindow((w) => ms(w.gap ?? 10), { timestamps: 'ms' }),
      count(),
      select((r) => [r.key, r.window.start / 1000, r.window.end / 1000, r.count] as const),
    );

  it('complete', async () => {
    const lines = memoryStream<Line>();
    const first = [
      ['hello', 40, 51, 2],
      ['world', 40, 51, 2],
      ['structured', 41, 51, 1],
    ];
    await testStream(wordsOf(lines), complete)(
      addData(lines, ['hello world spark streaming', 40], ['world hello structured streaming', 41]),
      checkLastBatch(...first, ['streaming', 40, 51, 2], ['spark', 40, 50, 1]),
      addData(lines, ['spark streaming', 25]),
      checkLastBatch(
        ...first,
        ['streaming', 40, 51, 2],
        ['spark', 40, 50, 1],
        ['spark', 25, 35, 1],
        ['streaming', 25, 35, 1],
      ),
      addData(lines, ['spark streaming', 30]),
      checkLastBatch(...first, ['spark', 25, 50, 3], ['streaming', 25, 51, 4]),
    );
  });

  it('append', async () => {
    const lines = memoryStream<Line>();
    await testStream(wordsOf(lines))(
      addData(lines, ['hello world spark streaming', 40], ['world hello structured streaming', 41]),
      addData(lines, ['spark streaming', 25]),
      checkNewAnswer(),
      addData(lines, ['spark streaming', 0]),
      checkNewAnswer(),
      assertState({ dropped: 2 }),
      addData(lines, ['spark streaming', 30]),
      addData(lines, ['hello apache spark', 60]),
      checkNewAnswer(),
      addData(lines, ['structured streaming', 90]),
      checkNewAnswer(
        ['spark', 25, 50, 3],
        ['streaming', 25, 51, 4],
        ['hello', 40, 51, 2],
        ['world', 40, 51, 2],
        ['structured', 41, 51, 1],
      ),
    );
  });
});

/** semantics/spark.md 3.8: states listed downstream first. */
describe('Spark: multiple stateful operators', () => {
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const inWindows = (seconds: ReturnType<typeof memoryStream<number>>, size: number) =>
    readStream(seconds).pipe(
      withWatermark(ms, 0),
      window(ms(size), { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.count(), sum: rows.sum((s) => s) })),
    );

  it('window aggregation behind window aggregation', async () => {
    const seconds = memoryStream<number>();
    const chained = inWindows(seconds, 5).pipe(
      window('10 seconds', { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.count(), sum: rows.sum((r) => r.n) })),
      select((r) => [r.window.start / 1000, r.n, r.sum] as const),
    );
    await testStream(chained)(
      addData(seconds, ...range(10, 21)),
      checkNewAnswer([10, 2, 10]),
      assertState({ total: 0 }, 0),
      assertState({ total: 1 }, 1),
      addData(seconds, ...range(10, 29)),
      checkNewAnswer(),
      assertState({ total: 1 }, 0),
      assertState({ total: 1 }, 1),
      addData(seconds, 30, 31),
      checkNewAnswer([20, 2, 12]),
      assertState({ total: 0 }, 0),
      assertState({ total: 1 }, 1),
    );
  });

  it('three aggregations', async () => {
    const seconds = memoryStream<number>();
    const chained = inWindows(seconds, 5).pipe(
      window('10 seconds', { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.sum((r) => r.n) })),
      window('20 seconds', { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.count(), sum: rows.sum((r) => r.n) })),
      select((r) => [r.window.start / 1000, r.window.end / 1000, r.n, r.sum] as const),
    );
    await testStream(chained)(
      addData(seconds, ...range(0, 37)),
      checkNewAnswer([0, 20, 2, 20]),
      addData(seconds, ...range(30, 60)),
      checkNewAnswer([20, 40, 2, 23], [40, 60, 2, 20]),
    );
  });

  it('aggregation behind dedup, and dedup behind aggregation with window_time', async () => {
    const seconds = memoryStream<number>();
    const distinct = readStream(seconds).pipe(
      withWatermark(ms, '10 seconds'),
      dropDuplicates((s) => s, { eventTime: true }),
      window('5 seconds', { timestamps: 'ms' }),
      count(),
      select((r) => [r.window.start / 1000, r.count] as const),
    );
    await testStream(distinct)(
      addData(seconds, ...range(1, 15), ...range(1, 15)),
      checkNewAnswer([0, 4]),
      assertState({ total: 3 }, 0),
      assertState({ total: 10 }, 1),
    );
    const others = memoryStream<number>();
    const times = inWindows(others, 5).pipe(
      windowTime(),
      dropDuplicates((r) => r.window.end, { eventTime: true }),
      select((r) => [r.window.end / 1000, r.n] as const),
    );
    await testStream(times)(
      addData(others, 1, 5, 10, 15),
      checkNewAnswer([5, 1], [10, 1], [15, 1]),
      assertState({ total: 0 }, 0),
      assertState({ total: 1 }, 1),
    );
  });

  it('RxJS operators between two aggregations keep the time of the row', async () => {
    const seconds = memoryStream<number>();
    const chained = inWindows(seconds, 5).pipe(
      map((row) => row.n),
      window('10 seconds', { timestamps: 'ms' }),
      aggregate((rows) => ({ sum: rows.sum((n) => n) })),
      select((r) => [r.window.start / 1000, r.sum] as const),
    );
    await testStream(chained)(addData(seconds, ...range(10, 21)), checkNewAnswer([10, 10]));
  });
});
