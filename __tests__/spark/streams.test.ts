import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  advanceClock,
  assertRun,
  assertState,
  checkAnswer,
  checkLastBatch,
  checkNewAnswer,
  crash,
  manualClock,
  restart,
  stop,
  testStream,
} from '../../lib/testing/index.js';
import { processingTime } from '../../lib/triggers/processingTime.js';
import { count } from '../../operators/count.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { joinWith } from '../../operators/joinWith.js';
import { limit } from '../../operators/limit.js';
import { orderBy } from '../../operators/orderBy.js';
import { select } from '../../operators/select.js';
import { union } from '../../operators/union.js';
import { where } from '../../operators/where.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { addTogether } from '../operators/joinScript.js';
import { addWhileStopped, checkBatches, checkpoints, ms, range } from './sparkScript.js';

/** semantics/spark.md 3.10, and of 3.12 what batches are and how they are replayed */
describe('StreamSuite', () => {
  const checkpoint = checkpoints();
  const stored = () => ({ checkpointLocation: checkpoint.folder });

  it('rows added while a query is stopped are read after its start', () => {
    const numbers = memoryStream<number>();
    return testStream(readStream(numbers).pipe(select((n) => n + 1)), stored())(
      addData(numbers, 1, 2, 3),
      checkNewAnswer(2, 3, 4),
      stop,
      addWhileStopped(numbers, 4, 5, 6),
      restart,
      checkAnswer(2, 3, 4, 5, 6, 7),
    );
  });

  it('a join with a table', () => {
    const numbers = memoryStream<number>();
    const names: readonly (readonly [number, string])[] = [
      [1, 'one'],
      [2, 'two'],
      [4, 'four'],
    ];
    const named = readStream(numbers).pipe(
      joinWith(names, {
        type: 'inner',
        on: [(n) => n, ([n]) => n],
        select: (n, [, name]) => [n, name],
      }),
    );
    return testStream(named)(
      addData(numbers, 1, 2, 3),
      checkNewAnswer([1, 'one'], [2, 'two']),
      addData(numbers, 4),
      checkNewAnswer([4, 'four']),
    );
  });

  it('a stream united with itself gives each row twice and reads its source once (SPARK-20432)', () => {
    const numbers = memoryStream<number>();
    const rows = readStream(numbers);
    return testStream(rows.pipe(union(rows)))(
      addData(numbers, ...range(0, 10)),
      checkNewAnswer(...range(0, 10), ...range(0, 10)),
      assertRun('one source', ({ progress }) => {
        expect(progress.at(-1)?.sources).toHaveLength(1);
      }),
    );
  });

  it('two streams united, with rows that came between two runs', () => {
    const [odd, even] = [memoryStream<number>(), memoryStream<number>()];
    return testStream(readStream(odd).pipe(union(readStream(even))), stored())(
      addTogether([odd, 1, 3, 5], [even, 2, 4, 6]),
      checkNewAnswer(...range(1, 6)),
      stop,
      addWhileStopped(odd, 7),
      restart,
      addData(even, 8),
      checkAnswer(...range(1, 8)),
    );
  });

  it('one stream serves two queries, each for itself', async () => {
    const numbers = memoryStream<number>();
    const rows = readStream(numbers).pipe(where((n) => n > 1));
    numbers.addData(1, 2);
    await testStream(rows)(addData(numbers, 3), checkAnswer(2, 3));
    await testStream(rows)(addData(numbers, 4), checkAnswer(2, 3, 4));
  });

  it('a stream cannot be sorted', async () => {
    const rows = readStream(memoryStream<number>()).pipe(orderBy((n) => n));
    await expect(testStream(rows)()).rejects.toMatchObject({ code: 'ORDER_BY_MODE' });
  });

  it('no batch without rows, and none is run again after a restart', () => {
    const numbers = memoryStream<number>();
    const clock = manualClock();
    const trigger = processingTime('10 seconds', clock);
    const tick = advanceClock('10 seconds');
    return testStream(readStream(numbers), { ...stored(), clock, trigger })(
      addData(numbers, 1, 2, 3),
      tick,
      checkBatches(1),
      addData(numbers, 4, 5, 6),
      tick,
      checkBatches(2),
      tick,
      tick,
      tick,
      checkBatches(2),
      restart,
      tick,
      checkBatches(2),
      addData(numbers, 7, 8, 9),
      tick,
      checkNewAnswer(...range(1, 9)),
      assertRun('ids', ({ batches }) =>
        expect(batches.map(({ batchId }) => batchId)).toEqual([0, 1, 2]),
      ),
    );
  });

  it.each<[string, (n: ReturnType<typeof readStream<number>>) => unknown, number[][]]>([
    ['0 rows', (rows) => rows.pipe(limit(0)), [[], [], []]],
    ['4 rows', (rows) => rows.pipe(limit(4)), [[1, 2], [3, 4], []]],
    [
      'behind a filter',
      (rows) =>
        rows.pipe(
          where((n) => n % 2 === 1),
          limit(4),
        ),
      [[1], [3, 5], [7]],
    ],
    ['a smaller one behind', (rows) => rows.pipe(limit(4), limit(2)), [[1, 2], [], []]],
    ['three in a row', (rows) => rows.pipe(limit(4), limit(100), limit(3)), [[1, 2], [3], []]],
    ['7 rows', (rows) => rows.pipe(limit(7)), [[1, 2], [3, 4, 5, 6], [7]]],
  ])('limit: %s, over a restart', (_name, build, [first, second, third]) => {
    const numbers = memoryStream<number>();
    const limited = build(readStream(numbers)) as ReturnType<typeof readStream<number>>;
    return testStream(limited, stored())(
      addData(numbers, 1, 2),
      checkNewAnswer(...(first ?? [])),
      addData(numbers, 3, 4, 5, 6),
      checkNewAnswer(...(second ?? [])),
      restart,
      addData(numbers, 7, 8, 9),
      checkNewAnswer(...(third ?? [])),
    );
  });

  it('limit before an aggregation, and before and behind one', async () => {
    const counts = (numbers: ReturnType<typeof memoryStream<number>>) =>
      readStream(numbers).pipe(
        limit(5),
        groupByKey((n) => n),
        count(),
        select((row) => [row.key, row.count]),
      );
    const before = memoryStream<number>();
    await testStream(counts(before), { outputMode: 'complete' })(
      addData(before, 1, 2, 3),
      checkLastBatch([1, 1], [2, 1], [3, 1]),
      addData(before, ...range(1, 9)),
      checkLastBatch([1, 2], [2, 2], [3, 1]),
    );
    const both = memoryStream<number>();
    await testStream(counts(both).pipe(limit(2)), { outputMode: 'complete' })(
      addData(both, 1, 2, 3),
      checkLastBatch([1, 1], [2, 1]),
      addData(both, ...range(1, 9)),
      checkLastBatch([1, 2], [2, 2]),
    );
  });

  it('limit behind deduplication, and refused in update mode', async () => {
    const numbers = memoryStream<number>();
    const one = readStream(numbers).pipe(dropDuplicates(), limit(1));
    await testStream(one)(
      addData(numbers, 1, 1, 2),
      checkNewAnswer(1),
      addData(numbers, 1, 3),
      checkNewAnswer(),
    );
    await expect(testStream(one, { outputMode: 'update' })()).rejects.toMatchObject({
      code: 'LIMIT_MODE',
    });
  });

  it('a batch has one current time, the same for all its rows (SPARK-26379)', () => {
    const numbers = memoryStream<number>();
    const clock = manualClock(1000);
    const stamped = readStream(numbers).pipe(select((n, batch) => [n, batch.batchTimestampMs]));
    return testStream(stamped, { clock })(
      addData(numbers, 1, 2),
      checkNewAnswer([1, 1000], [2, 1000]),
      advanceClock('1 second'),
      addData(numbers, 3),
      checkNewAnswer([3, 2000]),
    );
  });

  it('an unfinished batch without rows runs again before new rows (SPARK-24156)', () => {
    const seconds = memoryStream<number>();
    const counts = readStream(seconds).pipe(
      withWatermark(ms, '10 seconds'),
      window('5 seconds', { timestamps: 'ms' }),
      count(),
      select((row) => [row.window.start / 1000, row.count]),
    );
    let batch = 0;
    return testStream(counts, stored())(
      addData(seconds, ...range(10, 15)),
      checkNewAnswer(),
      addData(seconds, 25),
      checkNewAnswer([10, 5]),
      assertRun('so far', ({ batches }) => {
        batch = batches.length;
      }),
      crash('kp4:after', addData(seconds, 30)), // W 20 s
      checkNewAnswer([15, 1]),
      assertRun('a batch with rows, and one without', ({ progress }) => {
        expect(progress.slice(batch).map(({ numInputRows }) => numInputRows)).toEqual([1, 0]);
      }),
      restart,
      addData(seconds, 50),
      checkNewAnswer([25, 1], [30, 1]),
      assertState({ total: 1 }),
    );
  });
});
