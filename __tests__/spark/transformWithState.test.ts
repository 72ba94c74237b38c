import * as O from 'fp-ts/lib/Option.js';
import type { Observable } from 'rxjs';
import { readBatch } from '../../lib/query/readBatch.js';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  advanceClock,
  assertState,
  checkNewAnswer,
  crash,
  expectFailure,
  manualClock,
  restart,
  stop,
  testStream,
} from '../../lib/testing/index.js';
import { availableNow } from '../../lib/triggers/availableNow.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { transformWithState } from '../../operators/transformWithState.js';
import { union } from '../../operators/union.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { addWhileStopped, checkBatches, checkpoints, ms } from './sparkScript.js';

type Out = readonly [key: string, n: number];

const zero = O.getOrElse(() => 0);

/** Counts to two and removes at three. */
function counting(words: Observable<string>): Observable<Out> {
  return words.pipe(
    groupByKey((word) => word),
    transformWithState({
      timeMode: 'none',
      init: (handle) => handle.value<number>('count'),
      handleInputRows(word, rows, n): Out[] {
        const sum = zero(n.get()) + rows.length;
        if (sum >= 3) {
          n.clear();
          return [];
        }
        n.update(sum);
        return [[word, sum]];
      },
    }),
  );
}

/** semantics/spark.md 3.11 and, of the state variables, 3.12 */
describe('TransformWithStateSuite', () => {
  const checkpoint = checkpoints();
  const update = () => ({ outputMode: 'update', checkpointLocation: checkpoint.folder }) as const;

  it('a count that is removed at three, over restarts', () => {
    const words = memoryStream<string>();
    return testStream(counting(readStream(words)), update())(
      addData(words, 'a'),
      checkNewAnswer(['a', 1]),
      addData(words, 'a', 'b'),
      checkNewAnswer(['a', 2], ['b', 1]),
      restart,
      addData(words, 'a', 'b'),
      checkNewAnswer(['b', 2]),
      restart,
      addData(words, 'a', 'c'),
      checkNewAnswer(['a', 1], ['c', 1]),
    );
  });

  it('two and three streams united share one state', () => {
    const [a, b, c] = [memoryStream<string>(), memoryStream<string>(), memoryStream<string>()];
    const all = readStream(a).pipe(union(readStream(b), readStream(c)));
    return testStream(counting(all), update())(
      addData(a, 'a'),
      checkNewAnswer(['a', 1]),
      addData(b, 'a', 'b'),
      checkNewAnswer(['a', 2], ['b', 1]),
      restart,
      addData(c, 'a', 'b'),
      checkNewAnswer(['b', 2]),
      addData(a, 'd', 'e'),
      addData(c, 'a', 'c'),
      checkNewAnswer(['a', 1], ['c', 1], ['d', 1], ['e', 1]),
    );
  });

  it('timers in processing time, 5 s after the rows of a and c, over a restart', () => {
    const words = memoryStream<string>();
    const clock = manualClock(1000);
    const timed = readStream(words).pipe(
      groupByKey((word) => word),
      transformWithState({
        timeMode: 'processingTime',
        init: (handle) => handle.value<number>('count'),
        handleInputRows(word, rows, n, ctx): Out[] {
          const sum = zero(n.get()) + rows.length;
          if (word !== 'b') ctx.registerTimer(ctx.getCurrentProcessingTimeMs() + 5000);
          if (sum >= 3) n.clear();
          else n.update(sum);
          return sum >= 3 ? [] : [[word, sum]];
        },
        handleExpiredTimer(word, _timer, n): Out[] {
          n.clear();
          return [[word, -1]];
        },
      }),
    );
    return testStream(timed, { ...update(), clock })(
      addData(words, 'a'),
      checkNewAnswer(['a', 1]),
      advanceClock('1 second'),
      addData(words, 'b'),
      checkNewAnswer(['b', 1]),
      advanceClock('4 seconds'), // 6 s: a's timer
      checkNewAnswer(['a', -1]),
      advanceClock('6 seconds'),
      addData(words, 'b'),
      checkNewAnswer(['b', 2]),
      restart,
      advanceClock('1 second'),
      addData(words, 'b', 'c'),
      checkNewAnswer(['c', 1]), // b is removed at three
      advanceClock('10 seconds'),
      addData(words, 'd'),
      checkNewAnswer(['c', -1], ['d', 1]),
    );
  });

  it('a timer that is moved fires once, at its new time', () => {
    const words = memoryStream<string>();
    const clock = manualClock(1000);
    const timed = readStream(words).pipe(
      groupByKey((word) => word),
      transformWithState({
        timeMode: 'processingTime',
        init: (handle) => ({
          count: handle.value<number>('count'),
          timer: handle.value<number>('timer'),
        }),
        handleInputRows(word, rows, state, ctx): Out[] {
          const sum = zero(state.count.get()) + rows.length;
          state.count.update(sum);
          const old = state.timer.get();
          if (O.isSome(old)) ctx.deleteTimer(old.value);
          const next = ctx.getCurrentProcessingTimeMs() + (O.isSome(old) ? 7500 : 5000);
          ctx.registerTimer(next);
          state.timer.update(next);
          return [[word, sum]];
        },
        handleExpiredTimer(word, _timer, state): Out[] {
          state.count.clear();
          state.timer.clear();
          return [[word, -1]];
        },
      }),
    );
    return testStream(timed, { ...update(), clock })(
      addData(words, 'a'), // a timer at 6 s
      checkNewAnswer(['a', 1]),
      advanceClock('2 seconds'),
      addData(words, 'a'), // moved to 10.5 s
      checkNewAnswer(['a', 2]),
      restart,
      advanceClock('7 seconds'),
      checkNewAnswer(),
      advanceClock('3 seconds'),
      addData(words, 'd'),
      checkNewAnswer(['a', -1], ['d', 1]),
    );
  });

  it('a key has several timers, each fires', () => {
    const words = memoryStream<string>();
    const clock = manualClock(1000);
    const timed = readStream(words).pipe(
      groupByKey((word) => word),
      transformWithState({
        timeMode: 'processingTime',
        init: (handle) => handle.value<number>('fired'),
        handleInputRows(word, _rows, fired, ctx): Out[] {
          const now = ctx.getCurrentProcessingTimeMs();
          for (const later of [5000, 10_000, 15_000]) ctx.registerTimer(now + later);
          fired.update(1);
          return [[word, 1]];
        },
        handleExpiredTimer(word, _timer, fired): Out[] {
          fired.update(zero(fired.get()) + 1);
          return [[word, zero(fired.get())]];
        },
      }),
    );
    return testStream(timed, { ...update(), clock })(
      addData(words, 'a'),
      checkNewAnswer(['a', 1]),
      advanceClock('6 seconds'),
      checkNewAnswer(['a', 2]),
      advanceClock('5 seconds'),
      checkNewAnswer(['a', 3]),
      restart,
      advanceClock('5 seconds'),
      checkNewAnswer(['a', 4]),
      advanceClock('1 hour'),
      checkNewAnswer(),
    );
  });

  it('timers in event time, 5 s after the newest row', () => {
    type Event = readonly [key: string, second: number];
    const events = memoryStream<Event>();
    const newest = readStream(events).pipe(
      withWatermark(([, second]) => ms(second), '10 seconds'),
      groupByKey(([key]) => key),
      transformWithState({
        timeMode: 'eventTime',
        init: (handle) => handle.value<number>('max'),
        handleInputRows(key, rows, max, ctx): Out[] {
          const old = zero(max.get());
          const next = Math.max(old, ...rows.map(([, second]) => second));
          ctx.deleteTimer(ms(old + 5));
          ctx.registerTimer(ms(next + 5));
          max.update(next);
          return [[key, next]];
        },
        handleExpiredTimer(key, _timer, max): Out[] {
          max.clear();
          return [[key, -1]];
        },
      }),
    );
    return testStream(newest, update())(
      addData(events, ['a', 11], ['a', 13], ['a', 15]),
      checkNewAnswer(['a', 15]),
      addData(events, ['a', 4]), // late
      checkNewAnswer(),
      assertState({ dropped: 1 }),
      restart,
      addData(events, ['a', 10]),
      checkNewAnswer(['a', 15]),
      addData(events, ['b', 31]), // W 21 s
      checkNewAnswer(['a', -1], ['b', 31]),
      assertState({ total: 1 }), // b; timers are not counted
    );
  });

  it('over a table each key is called once', async () => {
    const words = memoryStream<string>();
    words.addData('a', 'b');
    expect(await readBatch(counting(readStream(words)))).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('availableNow runs one batch per call under its limit, and goes on where it ended', () => {
    const words = memoryStream<string>({ maxCallsPerTrigger: 1 });
    const options = { ...update(), trigger: availableNow() };
    return testStream(counting(readStream(words)), options)(
      stop,
      addWhileStopped(words, 'a'),
      addWhileStopped(words, 'b'),
      addWhileStopped(words, 'c'),
      restart,
      checkNewAnswer(['a', 1], ['b', 1], ['c', 1]),
      checkBatches(3),
      addWhileStopped(words, 'a'),
      restart,
      checkNewAnswer(['a', 2]),
      checkBatches(4),
    );
  });

  it('a value expires, also in a batch without rows, and an update sets its time anew', () => {
    const keys = memoryStream<readonly [key: string, write: boolean]>();
    const clock = manualClock(1000);
    const values = readStream(keys).pipe(
      groupByKey(([key]) => key),
      transformWithState({
        timeMode: 'processingTime',
        init: (handle) => handle.value<number>('value', { ttl: '1 minute' }),
        handleInputRows(key, rows, value, ctx): unknown[] {
          if (rows.some(([, write]) => write)) value.update(ctx.getCurrentProcessingTimeMs());
          return [[key, O.toNullable(value.get())]];
        },
      }),
    );
    return testStream(values, { ...update(), clock })(
      addData(keys, ['k', true]), // until 61 s
      checkNewAnswer(['k', 1000]),
      advanceClock('1 second'),
      addData(keys, ['k', false]),
      checkNewAnswer(['k', 1000]),
      advanceClock('33 seconds'),
      addData(keys, ['k', true]), // at 35 s, until 95 s
      checkNewAnswer(['k', 35_000]),
      restart,
      advanceClock('27 seconds'), // 62 s
      addData(keys, ['k', false]),
      checkNewAnswer(['k', 35_000]),
      assertState({ total: 1 }),
      advanceClock('33 seconds'), // 95 s: a batch of its own forgets it
      assertState({ total: 0 }),
      addData(keys, ['k', false]),
      checkNewAnswer(['k', null]),
    );
  });

  it('initial state is read once, and its timers fire', () => {
    const keys = memoryStream<readonly [key: string, n: number]>();
    const clock = manualClock(1000);
    const sums = readStream(keys).pipe(
      groupByKey(([key]) => key),
      transformWithState({
        timeMode: 'processingTime',
        init: (handle) => handle.value<number>('sum'),
        initialState: [
          ['a', 40],
          ['b', 100],
        ],
        handleInitialState(key, n: number, sum, ctx) {
          sum.update(n);
          if (key === 'a') ctx.registerTimer(6000);
        },
        handleInputRows(key, rows, sum): Out[] {
          sum.update(zero(sum.get()) + rows.reduce((all, [, n]) => all + n, 0));
          return [[key, zero(sum.get())]];
        },
        handleExpiredTimer: (key): Out[] => [[key, -1]],
      }),
    );
    return testStream(sums, { ...update(), clock })(
      addData(keys, ['b', 0]),
      checkNewAnswer(['b', 100]),
      addData(keys, ['a', 50], ['a', 50]),
      checkNewAnswer(['a', 140]),
      crash('kp4:after', addData(keys, ['a', 20])),
      checkNewAnswer(['a', 160]),
      advanceClock('5 seconds'),
      checkNewAnswer(['a', -1]),
    );
  });

  it('state that is declared where rows are handled is refused', () => {
    const words = memoryStream<string>();
    const late = readStream(words).pipe(
      groupByKey((word) => word),
      transformWithState({
        timeMode: 'none',
        init: (handle) => handle,
        handleInputRows: (_word, _rows, handle) => [handle.value('late').exists],
      }),
    );
    return testStream(late)(expectFailure('TRANSFORM_OUTSIDE_CALL', addData(words, 'a')));
  });
});
