import { from } from 'rxjs';
import { readBatch } from '../../lib/query/readBatch.js';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  advanceClock,
  assertRun,
  assertState,
  checkLastBatch,
  crash,
  expectFailure,
  manualClock,
  restart,
  testStream,
} from '../../lib/testing/index.js';
import { processingTime } from '../../lib/triggers/processingTime.js';
import { aggregate } from '../../operators/aggregate.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { joinWith } from '../../operators/joinWith.js';
import { desc, orderBy } from '../../operators/orderBy.js';
import { select } from '../../operators/select.js';
import { where } from '../../operators/where.js';
import { checkLastInOrder, checkpoints, ms, range } from './sparkScript.js';

type Numbers = ReturnType<typeof memoryStream<number>>;

function counts(numbers: Numbers) {
  return readStream(numbers).pipe(
    groupByKey((n) => n),
    count(),
    select((row): readonly [number, number] => [row.key, row.count]),
  );
}

/** semantics/spark.md 3.1 */
describe('StreamingAggregationSuite', () => {
  const checkpoint = checkpoints();
  const on = (outputMode: 'update' | 'complete') => ({
    outputMode,
    checkpointLocation: checkpoint.folder,
  });

  it('counts in update mode give changed groups only, a restart in the middle changes nothing', () => {
    const numbers = memoryStream<number>();
    return testStream(counts(numbers), on('update'))(
      addData(numbers, 3),
      checkLastBatch([3, 1]),
      addData(numbers, 3, 2),
      checkLastBatch([3, 2], [2, 1]),
      restart,
      addData(numbers, 3, 2, 1),
      checkLastBatch([3, 3], [2, 2], [1, 1]),
      addData(numbers, 4, 4, 4, 4),
      checkLastBatch([4, 4]),
    );
  });

  it('counts in complete mode give the whole table, over a restart', () => {
    const numbers = memoryStream<number>();
    return testStream(counts(numbers), on('complete'))(
      addData(numbers, 3),
      checkLastBatch([3, 1]),
      addData(numbers, 2),
      checkLastBatch([3, 1], [2, 1]),
      restart,
      addData(numbers, 3, 2, 1),
      checkLastBatch([3, 2], [2, 2], [1, 1]),
      addData(numbers, 4, 4, 4, 4),
      checkLastBatch([4, 4], [3, 2], [2, 2], [1, 1]),
    );
  });

  it('counts without a watermark are refused in append mode', async () => {
    const numbers = memoryStream<number>();
    await expect(testStream(counts(numbers))()).rejects.toMatchObject({
      code: 'AGGREGATE_NEEDS_WATERMARK',
      message: expect.stringContaining('append'),
    });
  });

  it('distinct values, exactly and about, survive restarts', () => {
    const numbers = memoryStream<number>();
    const distinct = readStream(numbers).pipe(
      groupByKey((n) => n % 2),
      aggregate((rows) => ({
        exact: rows.countDistinct((n) => n),
        about: rows.approxCountDistinct((n) => n),
      })),
    );
    return testStream(distinct, on('update'))(
      addData(numbers, 1, 3, 3),
      checkLastBatch({ key: 1, exact: 2, about: 2 }),
      restart,
      addData(numbers, 3, 5, 2),
      checkLastBatch({ key: 1, exact: 3, about: 3 }, { key: 0, exact: 1, about: 1 }),
    );
  });

  it('a sorted table comes in order, over a restart', () => {
    const numbers = memoryStream<number>();
    const sorted = counts(numbers).pipe(
      orderBy(
        desc(([, n]) => n),
        desc(([value]) => value),
      ),
    );
    return testStream(sorted, on('complete'))(
      addData(numbers, 3),
      checkLastInOrder([3, 1]),
      addData(numbers, 2, 3),
      checkLastInOrder([3, 2], [2, 1]),
      restart,
      addData(numbers, 3, 2, 1),
      checkLastInOrder([3, 3], [2, 2], [1, 1]),
      addData(numbers, 4, 4, 4, 4),
      checkLastInOrder([4, 4], [3, 3], [2, 2], [1, 1]),
    );
  });

  it.each(['update', 'complete'] as const)('state is counted in %s mode', (outputMode) => {
    const numbers = memoryStream<number>();
    const second = [
      [2, 2],
      [3, 2],
      [4, 1],
    ];
    return testStream(counts(numbers), on(outputMode))(
      addData(numbers, 1, 2),
      checkLastBatch([1, 1], [2, 1]),
      assertState({ total: 2, updated: 2 }),
      addData(numbers, 2, 3, 3, 4),
      checkLastBatch(...(outputMode === 'complete' ? [[1, 1], ...second] : second)),
      assertState({ total: 4, updated: 3 }),
    );
  });

  it('a batch that fails in the middle counts nothing twice', () => {
    const numbers = memoryStream<number>();
    let fails = true;
    const once = readStream(numbers).pipe(
      select((n) => {
        if (n === 4 && fails) {
          fails = false;
          throw new RangeError('bad luck');
        }
        return n;
      }),
      groupByKey((n) => n),
      count(),
      select((row) => [row.key, row.count]),
    );
    return testStream(once, on('update'))(
      expectFailure('BATCH_FAILED', addData(numbers, 1, 2, 3, 4)),
      restart,
      checkLastBatch([1, 1], [2, 1], [3, 1], [4, 1]),
    );
  });

  it.each([
    ['seconds', 1],
    ['days', 86_400],
  ])('a filter by the current time, in %s, replays with the time of its batch', (_unit, unit) => {
    const numbers = memoryStream<number>();
    const clock = manualClock();
    const recent = counts(numbers).pipe(
      where(([value], batch) => value >= batch.batchTimestampMs / ms(unit) - 10),
    );
    const tick = advanceClock(ms(10 * unit));
    return testStream(recent, {
      ...on('complete'),
      clock,
      trigger: processingTime(ms(10 * unit), clock),
    })(
      addData(numbers, 0, 5, 5, 10),
      tick,
      checkLastBatch([0, 1], [5, 2], [10, 1]),
      addData(numbers, 15, 15, 20),
      tick,
      checkLastBatch([10, 1], [15, 2], [20, 1]),
      tick, // a query that has just been started runs its first batch at once: at 30
      crash('kp4:after', addData(numbers, 0, 85), advanceClock(ms(60 * unit))),
      assertRun('the crash left the clock at 90', () => expect(clock.now()).toBe(ms(90 * unit))),
      checkLastBatch([20, 1], [85, 1]),
      addData(numbers, 85, 90, 100, 105),
      tick,
      checkLastBatch([90, 1], [100, 1], [105, 1]),
    );
  });

  it('a table that was aggregated once stays as it is (SPARK-19690)', async () => {
    const numbers = memoryStream<number>();
    const parities = await readBatch(
      from([1, 2, 3, 4, 5]).pipe(
        groupByKey((n) => n % 2),
        count(),
      ),
    );
    const joined = readStream(numbers).pipe(
      joinWith(parities, {
        type: 'inner',
        on: [(n) => n, (row) => row.key],
        select: (n, row) => [n, row.key, row.count],
      }),
    );
    await testStream(joined)(
      addData(numbers, 0, 1, 2, 3),
      checkLastBatch([0, 0, 2], [1, 1, 3]),
      addData(numbers, 0, 1, 2, 3),
      checkLastBatch([0, 0, 2], [1, 1, 3]),
    );
  });

  it('a list per group takes 128 rows and more, over restarts (SPARK-23004)', () => {
    const numbers = memoryStream<number>();
    const lists = readStream(numbers).pipe(
      groupByKey((n) => n % 2),
      aggregate((rows) => ({ list: rows.collectList((n) => n) })),
      where((row) => row.key === 0),
      select((row) => row.list),
    );
    const even = range(0, 127).filter((n) => n % 2 === 0);
    return testStream(lists, on('complete'))(
      addData(numbers, ...range(0, 127)),
      checkLastBatch(even),
      restart,
      addData(numbers, ...range(0, 127)),
      checkLastBatch([...even, ...even]),
    );
  });
});
