import * as O from 'fp-ts/lib/Option.js';
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
  expectFailure,
  manualClock,
  testStream,
} from '../../lib/testing/index.js';
import { aggregate } from '../../operators/aggregate.js';
import { count } from '../../operators/count.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState } from '../../operators/internal/groupState/groupState.js';
import { limit } from '../../operators/limit.js';
import { desc, orderBy } from '../../operators/orderBy.js';
import { transformWithState } from '../../operators/transformWithState.js';
import { where } from '../../operators/where.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';

type Event = readonly [key: string, second: number];
type Out = readonly [key: string, n: number];

const zero = O.getOrElse(() => 0);
const batches = (n: number) =>
  assertRun(`${n} batches`, (run) => expect(run.batches).toHaveLength(n));

describe('limits, as StreamSuite', () => {
  const limited = () => {
    const source = memoryStream<number>();
    return { source, rows: readStream(source) };
  };

  it('over batches, behind a filter, and behind each other', async () => {
    const { source, rows } = limited();
    await testStream(
      rows.pipe(
        where((n) => n % 2 === 1),
        limit(100),
        limit(4),
        limit(3),
      ),
    )(
      addData(source, 1, 2),
      checkNewAnswer(1),
      addData(source, 3, 4, 5, 6),
      checkNewAnswer(3, 5),
      addData(source, 7, 8, 9),
      checkNewAnswer(),
    );
  });

  it('before an aggregation in complete mode', async () => {
    const { source, rows } = limited();
    const counts = rows.pipe(
      limit(5),
      groupByKey((n) => n),
      count(),
    );
    const of = (key: number, n: number) => ({ key, count: n });
    await testStream(counts, { outputMode: 'complete' })(
      addData(source, 1, 2, 3),
      checkLastBatch(of(1, 1), of(2, 1), of(3, 1)),
      addData(source, 1, 2, 3, 4, 5, 6, 7, 8, 9),
      checkLastBatch(of(1, 2), of(2, 2), of(3, 1)),
    );
  });

  it('behind deduplication', async () => {
    const { source, rows } = limited();
    await testStream(rows.pipe(dropDuplicates(), limit(1)))(
      addData(source, 1, 2),
      checkNewAnswer(1),
      addData(source, 2, 3),
      checkAnswer(1),
    );
  });
});

describe('sorting, as StreamingAggregationSuite', () => {
  it('behind an aggregation in complete mode', async () => {
    const source = memoryStream<number>();
    const counts = readStream(source).pipe(
      groupByKey((n) => n),
      count(),
      orderBy(
        desc((row) => row.count),
        desc((row) => row.key),
      ),
    );
    const ordered = (...rows: (readonly [number, number])[]) =>
      assertRun('in order', (run) => {
        const expected = rows.map(([key, n]) => ({ key, count: n }));
        expect(run.batches.at(-1)?.rows).toEqual(expected);
      });
    await testStream(counts, { outputMode: 'complete' })(
      addData(source, 3),
      ordered([3, 1]),
      addData(source, 2, 3),
      ordered([3, 2], [2, 1]),
      addData(source, 3, 2, 1),
      ordered([3, 3], [2, 2], [1, 1]),
      addData(source, 4, 4, 4, 4),
      ordered([4, 4], [3, 3], [2, 2], [1, 1]),
    );
  });
});

describe('state functions, as FlatMapGroupsWithStateSuite', () => {
  it('wake the query exactly when a timeout in processing time is due', async () => {
    const source = memoryStream<string>();
    const clock = manualClock();
    const counts = readStream(source).pipe(
      groupByKey((key) => key),
      flatMapGroupsWithState(
        (key, rows, state: GroupState<number>): Out[] => {
          if (state.hasTimedOut) {
            state.remove();
            return [[key, -1]];
          }
          state.update(zero(state.get()) + rows.length);
          state.setTimeoutDuration('10 seconds');
          return [[key, zero(state.get())]];
        },
        { timeout: 'processingTime', outputMode: 'update' },
      ),
    );
    await testStream(counts, { outputMode: 'update', clock })(
      advanceClock('1 second'),
      addData(source, 'a'),
      checkNewAnswer(['a', 1]),
      advanceClock('1 second'),
      addData(source, 'b'),
      checkNewAnswer(['b', 1]),
      advanceClock('9 seconds'), // 11 s: not later than a's timeout
      checkNewAnswer(),
      batches(2),
      advanceClock(1),
      checkNewAnswer(['a', -1]),
      batches(3),
      advanceClock('1 hour'),
      checkNewAnswer(['b', -1]),
      assertState({ total: 0 }),
      batches(4),
    );
  });

  it('time out by the watermark', async () => {
    const source = memoryStream<Event>();
    const newest = readStream(source).pipe(
      withWatermark((event) => event[1] * 1000, '10 seconds'),
      groupByKey((event) => event[0]),
      flatMapGroupsWithState(
        (key, rows, state: GroupState<number>): Out[] => {
          if (state.hasTimedOut) {
            state.remove();
            return [[key, -1]];
          }
          const max = Math.max(zero(state.get()), ...rows.map((row) => row[1]));
          state.update(max);
          state.setTimeoutTimestamp(max * 1000, '5 seconds');
          return [[key, max]];
        },
        { timeout: 'eventTime' },
      ),
    );
    await testStream(newest)(
      addData(source, ['a', 11], ['a', 13], ['a', 15]),
      checkNewAnswer(['a', 15]),
      addData(source, ['a', 4]),
      checkNewAnswer(),
      assertState({ dropped: 1 }),
      addData(source, ['a', 10]),
      checkNewAnswer(['a', 15]),
      addData(source, ['b', 31]),
      checkNewAnswer(['b', 31], ['a', -1]),
      assertState({ total: 1, removed: 1 }),
    );
  });

  it('stand before an aggregation in complete mode', async () => {
    const source = memoryStream<string>();
    const counts = readStream(source).pipe(
      groupByKey((key) => key),
      flatMapGroupsWithState((key, rows, _state: GroupState<number>) => rows.map(() => key)),
      groupByKey((key) => key),
      count(),
    );
    const of = (key: string, n: number) => ({ key, count: n });
    await testStream(counts, { outputMode: 'complete' })(
      addData(source, 'a'),
      checkLastBatch(of('a', 1)),
      addData(source, 'a', 'b'),
      checkLastBatch(of('a', 2), of('b', 1)),
      addData(source, 'a', 'c'),
      checkLastBatch(of('a', 3), of('b', 1), of('c', 1)),
    );
  });

  it('fail the batch with their codes', async () => {
    const source = memoryStream<string>();
    const nulls = readStream(source).pipe(
      groupByKey((key) => key),
      flatMapGroupsWithState((_key, _rows, state: GroupState<unknown>) => {
        state.update(null);
        return [];
      }),
    );
    await testStream(nulls)(expectFailure('STATE_NULL', addData(source, 'a')));
  });
});

describe('transformWithState, as its suite', () => {
  it('wakes the query exactly when a timer is due', async () => {
    const source = memoryStream<string>();
    const clock = manualClock();
    const fired = readStream(source).pipe(
      groupByKey((key) => key),
      transformWithState({
        timeMode: 'processingTime',
        init: (handle) => handle.value<number>('n', { ttl: '8 seconds' }),
        handleInputRows(key, rows, n, ctx): Out[] {
          n.update(rows.length);
          ctx.registerTimer(ctx.getCurrentProcessingTimeMs() + 5000);
          return [[key, rows.length]];
        },
        handleExpiredTimer: (key): Out[] => [[key, -1]],
      }),
    );
    await testStream(fired, { outputMode: 'update', clock })(
      advanceClock('1 second'),
      addData(source, 'a'),
      checkNewAnswer(['a', 1]),
      advanceClock(4999),
      checkNewAnswer(),
      batches(1),
      advanceClock(1),
      checkNewAnswer(['a', -1]),
      assertState({ total: 1 }),
      advanceClock(2999),
      batches(2),
      advanceClock(1), // the value's ttl
      batches(3),
      assertState({ total: 0 }),
      advanceClock('1 hour'),
      batches(3),
    );
  });

  it('hands event times to an aggregation behind it', async () => {
    const source = memoryStream<Event>();
    const counts = readStream(source).pipe(
      withWatermark((event) => event[1] * 1000, '1 minute'),
      groupByKey((event) => event[0]),
      transformWithState({
        timeMode: 'eventTime',
        init: () => null,
        handleInputRows: (_key, rows) => [...rows],
        eventTime: (event) => event[1] * 1000,
      }),
      window('1 minute', { timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.count() })),
    );
    const w = (minute: number, n: number) => ({
      window: { start: minute * 60_000, end: (minute + 1) * 60_000 },
      n,
    });
    await testStream(counts)(
      addData(source, ['a', 10], ['b', 20]),
      checkNewAnswer(),
      addData(source, ['a', 120]), // W = 60 s
      checkNewAnswer(w(0, 2)),
      addData(source, ['a', 60], ['a', 61]),
      checkNewAnswer(),
      assertState({ dropped: 1 }, 1),
      addData(source, ['b', 300]),
      checkNewAnswer(w(1, 1), w(2, 1)),
    );
  });

  it('refuses an aggregation by event time behind rows without it', async () => {
    const source = memoryStream<Event>();
    const counts = readStream(source).pipe(
      withWatermark((event) => event[1] * 1000, '1 minute'),
      groupByKey((event) => event[0]),
      transformWithState({
        timeMode: 'eventTime',
        init: () => null,
        handleInputRows: (_key, rows) => [...rows],
      }),
      window('1 minute', { timestamps: 'ms', time: (event) => event[1] * 1000 }),
      aggregate((rows) => ({ n: rows.count() })),
    );
    await expect(testStream(counts)()).rejects.toThrow(/append/);
  });
});
