import * as O from 'fp-ts/lib/Option.js';
import { readBatch } from '../../lib/query/readBatch.js';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  advanceClock,
  assertState,
  checkLastBatch,
  checkNewAnswer,
  expectFailure,
  manualClock,
  restart,
  testStream,
} from '../../lib/testing/index.js';
import { processingTime } from '../../lib/triggers/processingTime.js';
import { count } from '../../operators/count.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState } from '../../operators/internal/groupState/groupState.js';
import { mapGroupsWithState } from '../../operators/mapGroupsWithState.js';
import { select } from '../../operators/select.js';
import { checkpoints } from './sparkScript.js';

const zero = O.getOrElse(() => 0);

/** semantics/spark.md 3.4, 3.12; GroupState's own table is in __tests__/operators/groupState.test.ts */
describe('FlatMapGroupsWithStateSuite', () => {
  const checkpoint = checkpoints();
  const update = () => ({ outputMode: 'update', checkpointLocation: checkpoint.folder }) as const;

  it('a function that counts to two and removes at three, over restarts', () => {
    const words = memoryStream<string>();
    const counts = readStream(words).pipe(
      groupByKey((word) => word),
      flatMapGroupsWithState(
        (word, rows, state: GroupState<number>) => {
          const n = zero(state.get()) + rows.length;
          if (n >= 3) {
            state.remove();
            return [];
          }
          state.update(n);
          return [[word, n]];
        },
        { outputMode: 'update' },
      ),
    );
    return testStream(counts, update())(
      addData(words, 'a'),
      checkNewAnswer(['a', 1]),
      assertState({ total: 1, updated: 1 }),
      addData(words, 'a', 'b'),
      checkNewAnswer(['a', 2], ['b', 1]),
      assertState({ total: 2, updated: 2 }),
      restart,
      addData(words, 'a', 'b'), // a is removed
      checkNewAnswer(['b', 2]),
      assertState({ total: 1 }),
      restart,
      addData(words, 'a', 'c'),
      checkNewAnswer(['a', 1], ['c', 1]),
      assertState({ total: 3, updated: 2 }),
    );
  });

  it('the map variant gives a row for a removal as well', () => {
    const words = memoryStream<string>();
    const counts = readStream(words).pipe(
      groupByKey((word) => word),
      mapGroupsWithState((word, rows, state: GroupState<number>) => {
        const n = zero(state.get()) + rows.length;
        if (n < 3) {
          state.update(n);
          return [word, n];
        }
        state.remove();
        return [word, -1];
      }),
    );
    return testStream(counts, update())(
      addData(words, 'a'),
      checkNewAnswer(['a', 1]),
      addData(words, 'a', 'b'),
      checkNewAnswer(['a', 2], ['b', 1]),
      restart,
      addData(words, 'a', 'b'),
      checkNewAnswer(['a', -1], ['b', 2]),
      assertState({ total: 1 }),
      addData(words, 'a', 'c'),
      checkNewAnswer(['a', 1], ['c', 1]),
      assertState({ total: 3 }),
    );
  });

  it('what a generator gives is read to its end before its state is taken', () => {
    const words = memoryStream<string>();
    const lazy = readStream(words).pipe(
      groupByKey((word) => word),
      flatMapGroupsWithState(
        function* (word, rows, state: GroupState<number>) {
          for (const _row of rows) {
            const n = zero(state.get()) + 1;
            if (n < 3) {
              state.update(n);
              yield [word, n];
            } else state.remove();
          }
        },
        { outputMode: 'update' },
      ),
    );
    return testStream(lazy, update())(
      addData(words, 'a', 'a', 'b'),
      checkNewAnswer(['a', 1], ['a', 2], ['b', 1]),
      restart,
      addData(words, 'a', 'b'),
      checkNewAnswer(['b', 2]),
    );
  });

  it('an aggregation behind it counts its rows', () => {
    const words = memoryStream<string>();
    const counts = readStream(words).pipe(
      groupByKey((word) => word),
      flatMapGroupsWithState((word, rows, _state: GroupState<number>) => rows.map(() => word)),
      groupByKey((word) => word),
      count(),
      select((row) => [row.key, row.count]),
    );
    return testStream(counts, { outputMode: 'complete' })(
      addData(words, 'a'),
      checkLastBatch(['a', 1]),
      addData(words, 'a', 'b'),
      checkLastBatch(['a', 2], ['b', 1]),
      addData(words, 'a', 'b'),
      checkLastBatch(['a', 3], ['b', 2]),
      addData(words, 'a', 'c'),
      checkLastBatch(['a', 4], ['b', 2], ['c', 1]),
    );
  });

  it.each(['none', 'processingTime', 'eventTime'] as const)(
    'a table gives each key one call without state, with timeout %s',
    async (timeout) => {
      const rows = ['a', 'a', 'b'].map((word) => ({ word, t: 1 }));
      const source = memoryStream<(typeof rows)[number]>();
      source.addData(...rows);
      const existed: boolean[] = [];
      const counts = readStream(source).pipe(
        groupByKey((row) => row.word),
        flatMapGroupsWithState(
          (word, of, state: GroupState<number>) => {
            existed.push(state.exists);
            state.update(of.length);
            return [[word, of.length]];
          },
          { timeout, outputMode: 'update' },
        ),
      );
      expect(await readBatch(counts)).toEqual([
        ['a', 2],
        ['b', 1],
      ]);
      expect(existed).toEqual([false, false]);
    },
  );

  it('timeouts in processing time, with a trigger of 1 s, over a restart', () => {
    const words = memoryStream<string>();
    const clock = manualClock();
    const counts = readStream(words).pipe(
      groupByKey((word) => word),
      flatMapGroupsWithState(
        (word, rows, state: GroupState<number>) => {
          if (state.hasTimedOut) {
            state.remove();
            return [[word, -1]];
          }
          const n = zero(state.get()) + rows.length;
          state.update(n);
          state.setTimeoutDuration('10 seconds');
          return [[word, n]];
        },
        { outputMode: 'update', timeout: 'processingTime' },
      ),
    );
    const trigger = processingTime('1 second', clock);
    return testStream(counts, { ...update(), clock, trigger })(
      addData(words, 'a'), // the first batch at once, at 0 s
      checkNewAnswer(['a', 1]),
      addData(words, 'b'),
      advanceClock('1 second'),
      checkNewAnswer(['b', 1]),
      advanceClock('9 seconds'), // 10 s: a's timeout is 10 s, which is not before it
      checkNewAnswer(),
      addData(words, 'b'),
      advanceClock('1 second'),
      checkNewAnswer(['a', -1], ['b', 2]),
      assertState({ total: 1 }),
      restart,
      addData(words, 'c'),
      advanceClock('1 second'),
      checkNewAnswer(['c', 1]),
      advanceClock('10 seconds'), // 22 s
      checkNewAnswer(['b', -1]),
      advanceClock('1 second'),
      checkNewAnswer(['c', -1]),
      assertState({ total: 0 }),
    );
  });

  it('a batch that fails leaves the state of the one before', () => {
    const words = memoryStream<string>();
    let fails = false;
    const counts = readStream(words).pipe(
      groupByKey((word) => word),
      flatMapGroupsWithState(
        (word, rows, state: GroupState<number>) => {
          const n = zero(state.get()) + rows.length;
          state.update(n);
          if (fails) throw new RangeError('bad luck');
          return [[word, n]];
        },
        { outputMode: 'update' },
      ),
    );
    return testStream(counts, update())(
      addData(words, 'a', 'a'),
      checkNewAnswer(['a', 2]),
      {
        name: 'from now on it fails',
        run: () => {
          fails = true;
        },
      },
      expectFailure('BATCH_FAILED', addData(words, 'a')),
      {
        name: 'from now on it works',
        run: () => {
          fails = false;
        },
      },
      restart,
      checkNewAnswer(['a', 3]),
    );
  });

  it('initial state is there in the first batch, once', () => {
    const keys = memoryStream<string>();
    const counts = readStream(keys).pipe(
      groupByKey((key) => key),
      flatMapGroupsWithState(
        (key, rows, state: GroupState<number>) => {
          const before = zero(state.get());
          if (key === 'keeps') return [[key, before, rows.length]];
          state.update(before + rows.length);
          return [[key, before + rows.length, rows.length]];
        },
        {
          outputMode: 'update',
          initialState: [
            ['both-1', 1],
            ['both-2', 2],
            ['keeps', 2],
            ['state only', 1],
          ],
        },
      ),
    );
    return testStream(counts, update())(
      addData(keys, 'data only', 'both-2'),
      checkNewAnswer(
        ['both-1', 1, 0],
        ['both-2', 3, 1],
        ['keeps', 2, 0],
        ['state only', 1, 0],
        ['data only', 1, 1],
      ),
      assertState({ total: 5 }),
      restart,
      addData(keys, 'both-1'),
      checkNewAnswer(['both-1', 2, 1]),
      assertState({ total: 5 }),
    );
  });

  it('null is a key, and initial states time out too', () => {
    const keys = memoryStream<string | null>();
    const clock = manualClock(1000);
    const counts = readStream(keys).pipe(
      groupByKey((key) => key),
      flatMapGroupsWithState(
        (key, rows, state: GroupState<number>) => {
          if (state.hasTimedOut) {
            state.remove();
            return [[key, -1]];
          }
          state.update(zero(state.get()) + rows.length);
          state.setTimeoutDuration('10 seconds');
          return [[key, zero(state.get())]];
        },
        {
          outputMode: 'update',
          timeout: 'processingTime',
          initialState: [
            [null, 2],
            ['c', 2],
          ],
        },
      ),
    );
    return testStream(counts, { outputMode: 'update', clock })(
      addData(keys, 'a', null),
      checkNewAnswer(['a', 1], [null, 3], ['c', 2]),
      advanceClock('9 seconds'),
      addData(keys, 'b', null),
      checkNewAnswer(['b', 1], [null, 4]),
      advanceClock(1001), // past 11 s
      checkNewAnswer(['a', -1], ['c', -1]),
      assertState({ total: 2 }),
    );
  });

  it.each(['none', 'processingTime'] as const)(
    'a watermark above does not matter to timeout %s (SPARK-20714)',
    (timeout) => {
      const words = memoryStream<string>();
      const counts = readStream(words).pipe(
        groupByKey((word) => word),
        flatMapGroupsWithState(
          (word, rows, state: GroupState<number>) => {
            state.update(rows.length);
            return [[word, rows.length]];
          },
          { timeout },
        ),
      );
      return testStream(counts)(addData(words, 'a', 'a'), checkNewAnswer(['a', 2]));
    },
  );
});
