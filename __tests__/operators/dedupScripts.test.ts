import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  assertRun,
  assertState,
  checkAnswer,
  checkLastBatch,
  checkNewAnswer,
  testStream,
} from '../../lib/testing/index.js';
import { aggregate } from '../../operators/aggregate.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { dropDuplicatesWithinWatermark } from '../../operators/dropDuplicatesWithinWatermark.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { union } from '../../operators/union.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';

type Pair = readonly [key: string, n: number];

const five = [10, 11, 12, 13, 14, 15].flatMap((second) => Array<number>(5).fill(second));

function seconds(delay: string) {
  const source = memoryStream<number>();
  return { source, marked: readStream(source).pipe(withWatermark((s) => s * 1000, delay)) };
}

describe('deduplication, as StreamingDeduplicationSuite', () => {
  it('over all columns', async () => {
    const source = memoryStream<string>();
    await testStream(readStream(source).pipe(dropDuplicates()))(
      addData(source, 'a'),
      checkNewAnswer('a'),
      assertState({ total: 1, updated: 1 }),
      addData(source, 'a'),
      checkNewAnswer(),
      assertState({ total: 1, updated: 0 }),
      addData(source, 'b'),
      checkNewAnswer('b'),
      assertState({ total: 2, updated: 1 }),
    );
  });

  it('two in a row', async () => {
    const source = memoryStream<Pair>();
    const twice = readStream(source).pipe(
      dropDuplicates(),
      dropDuplicates((row) => row[0]),
    );
    await testStream(twice)(
      addData(source, ['a', 1]),
      checkNewAnswer(['a', 1]),
      addData(source, ['a', 2]),
      checkNewAnswer(),
      assertState({ total: 1, updated: 0 }, 0),
      assertState({ total: 2, updated: 1 }, 1),
      addData(source, ['b', 1]),
      checkNewAnswer(['b', 1]),
    );
  });

  it('with the event time in the key, evicted by the watermark', async () => {
    const { source, marked } = seconds('10 seconds');
    await testStream(marked.pipe(dropDuplicates({ eventTime: true })))(
      addData(source, ...five),
      checkAnswer(10, 11, 12, 13, 14, 15),
      assertState({ total: 6, updated: 0 }), // the batch without rows that follows
      addData(source, 25),
      checkNewAnswer(25),
      assertState({ total: 1, removed: 6 }),
      addData(source, 10),
      checkNewAnswer(),
      assertState({ total: 1, dropped: 1 }),
      addData(source, 45),
      checkNewAnswer(45),
      assertState({ total: 1, removed: 1 }),
    );
  });

  it('counts the duplicates that it drops', async () => {
    const { source, marked } = seconds('10 seconds');
    const dropped = (n: number) =>
      assertRun(`dropped ${n}`, ({ progress }) => {
        const data = progress.filter((batch) => batch.numInputRows > 0).at(-1);
        const metrics = data?.stateOperators[0]?.customMetrics ?? {};
        expect(metrics.numDroppedDuplicateRows ?? 0).toBe(n);
      });
    await testStream(marked.pipe(dropDuplicates({ eventTime: true })))(
      addData(source, ...five),
      dropped(24),
      addData(source, 14),
      dropped(1),
      addData(source, 25),
      dropped(0),
      addData(source, 10),
      dropped(0),
      addData(source, 26, 26),
      dropped(1),
    );
  });

  it('before an aggregation by window in append mode', async () => {
    const { source, marked } = seconds('10 seconds');
    const counts = marked.pipe(
      dropDuplicates({ eventTime: true }),
      window('5 seconds', { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.count() })),
    );
    const w = (start: number, n: number) => ({
      window: { start: start * 1000, end: (start + 5) * 1000 },
      n,
    });
    await testStream(counts)(
      addData(source, ...five),
      checkNewAnswer(),
      assertState({ total: 2 }, 0),
      assertState({ total: 6 }, 1),
      addData(source, 25),
      checkNewAnswer(w(10, 5)),
      assertState({ total: 2 }, 0), // [15, 20) ends after 15
      assertState({ total: 1 }, 1),
      addData(source, 10),
      checkNewAnswer(),
      assertState({ total: 2, dropped: 0 }, 0),
      assertState({ total: 1, dropped: 1 }, 1),
      addData(source, 40),
      checkNewAnswer(w(15, 1), w(25, 1)),
      assertState({ total: 1 }, 0),
      assertState({ total: 1 }, 1),
    );
  });

  it.each(['update', 'complete'] as const)('before a sum in %s mode', async (outputMode) => {
    const source = memoryStream<Pair>();
    const sums = readStream(source).pipe(
      dropDuplicates(),
      groupByKey((row) => row[0]),
      aggregate((rows) => ({ sum: rows.sum((row) => row[1]) })),
    );
    const of = (key: string, sum: number) => ({ key, sum });
    const rest = outputMode === 'complete' ? [of('a', 3)] : [];
    await testStream(sums, { outputMode })(
      addData(source, ['a', 1]),
      checkLastBatch(of('a', 1)),
      addData(source, ['a', 1]),
      checkLastBatch(...(outputMode === 'complete' ? [of('a', 1)] : [])),
      addData(source, ['a', 2]),
      checkLastBatch(of('a', 3)),
      addData(source, ['b', 1]),
      checkLastBatch(of('b', 1), ...rest),
    );
  });

  // SPARK-19841
  it('takes the watermark from a key given by several columns', async () => {
    const source = memoryStream<{ time: number; id: number }>();
    const row = (time: number, id: number) => ({ time, id });
    const ids = readStream(source).pipe(
      withWatermark((one) => one.time * 1000, '1 second'),
      dropDuplicates(['id', 'time'], { eventTime: true }),
    );
    await testStream(ids)(
      addData(source, row(1, 1), row(1, 1), row(1, 2)),
      checkNewAnswer(row(1, 1), row(1, 2)),
      addData(source, row(1, 1), row(2, 3), row(2, 4)),
      checkNewAnswer(row(2, 3), row(2, 4)),
      addData(source, row(1, 0), row(1, 1), row(3, 5), row(3, 6)),
      checkNewAnswer(row(3, 5), row(3, 6)),
      addData(source, row(1, 0), row(4, 7)),
      checkNewAnswer(row(4, 7)),
    );
  });

  // SPARK-21546
  it('keeps ids whose watermark is no key', async () => {
    const source = memoryStream<readonly [id: number, second: number]>();
    const ids = readStream(source).pipe(
      withWatermark((row) => row[1] * 1000, '10 seconds'),
      dropDuplicates((row) => row[0]),
    );
    await testStream(ids)(
      addData(source, [1, 1], [1, 2]),
      checkNewAnswer([1, 1]),
      addData(source, [2, 2]),
      checkNewAnswer([2, 2]),
    );
  });

  it('behind a union', async () => {
    const [a, b] = [memoryStream<number>(), memoryStream<number>()];
    const both = readStream(a).pipe(dropDuplicates(), union(readStream(b)));
    await testStream(both)(
      addData(a, 11, 12, 11),
      addData(b, 21, 22),
      checkNewAnswer(11, 12, 21, 22),
      addData(a, 13, 14, 11),
      addData(b, 22, 23),
      checkNewAnswer(13, 14, 22, 23),
    );
  });
});

describe('deduplication within the watermark, as its suite', () => {
  it('over all columns and the event time', async () => {
    const { source, marked } = seconds('10 seconds');
    await testStream(marked.pipe(dropDuplicatesWithinWatermark()))(
      addData(source, ...five),
      checkNewAnswer(10, 11, 12, 13, 14, 15),
      assertState({ total: 6 }),
      addData(source, 13, 14, 15, 16, 17),
      checkNewAnswer(16, 17),
      assertState({ total: 8 }),
      addData(source, 5),
      checkNewAnswer(),
      assertState({ total: 8, dropped: 1 }),
      addData(source, 35),
      checkNewAnswer(35),
      assertState({ total: 3, removed: 6 - 1 + 1 }), // expiries 20 to 25
      addData(source, 55),
      checkNewAnswer(55),
      assertState({ total: 1 }),
    );
  });

  it('over a key beside the event time', async () => {
    const source = memoryStream<Pair>();
    const keys = readStream(source).pipe(
      withWatermark((row) => row[1] * 1000, '2 seconds'),
      dropDuplicatesWithinWatermark((row) => row[0]),
    );
    await testStream(keys)(
      addData(source, ['a', 17]),
      checkNewAnswer(['a', 17]),
      assertState({ total: 1 }),
      addData(source, ['a', 16]),
      checkNewAnswer(),
      addData(source, ['a', 13]),
      checkNewAnswer(),
      assertState({ total: 1, dropped: 1 }),
      addData(source, ['b', 22], ['c', 21]),
      checkNewAnswer(['b', 22], ['c', 21]),
      assertState({ total: 2, removed: 1 }),
      addData(source, ['a', 21]),
      checkNewAnswer(['a', 21]),
      assertState({ total: 3 }),
      addData(source, ['d', 25]),
      checkNewAnswer(['d', 25]),
      assertState({ total: 2, removed: 2 }),
    );
  });
});
