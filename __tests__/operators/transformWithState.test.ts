import * as O from 'fp-ts/lib/Option.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { ModeRules, StateProcessor } from '../../operators/internal/transform/processor.js';
import { transformWithState } from '../../operators/transformWithState.js';
import { OperatorHarness } from './operatorHarness.js';

type Event = readonly [key: string, second: number];
type Out = readonly [key: string, n: number];

const of = (...keys: string[]) => keys.map((key) => [[key, 0] as const, null] as const);
const at = (...events: Event[]) => events.map((event) => [event, event[1] * 1000] as const);
const zero = O.getOrElse(() => 0);

function running<const M extends 'none' | 'processingTime' | 'eventTime', H, O, I = never>(
  processor: StateProcessor<M, string, Event, H, O, I> & ModeRules<M>,
  delayMs?: number,
) {
  return new OperatorHarness<Event, O>(
    (source) =>
      source.pipe(
        groupByKey((event) => event[0]),
        transformWithState(processor),
      ),
    delayMs === undefined ? {} : { delayMs },
  );
}

/** Counts; forgets the key at three. */
const counts = () =>
  running({
    timeMode: 'none',
    init: (handle) => handle.value<number>('count'),
    handleInputRows(key, rows, count): Out[] {
      const n = zero(count.get()) + rows.length;
      if (n >= 3) count.clear();
      else count.update(n);
      return n >= 3 ? [] : [[key, n]];
    },
  });

/** Spark's processor with a timer 5 s after the rows of keys a and c. */
const timed = () =>
  running({
    timeMode: 'processingTime',
    init: (handle) => ({ count: handle.value<number>('count') }),
    handleInputRows(key, rows, { count }, ctx): Out[] {
      const n = zero(count.get()) + rows.length;
      if (key !== 'b') ctx.registerTimer(ctx.getCurrentProcessingTimeMs() + 5000);
      if (n >= 3) count.clear();
      else count.update(n);
      return n >= 3 ? [] : [[key, n]];
    },
    handleExpiredTimer(key, _timerMs, { count }): Out[] {
      count.clear();
      return [[key, -1]];
    },
  });

describe('transformWithState', () => {
  // Spark: TransformWithStateSuite, running counts.
  it('keeps a value per key, over restarts', () => {
    const run = counts();
    run.validate();
    expect(run.batch({ rows: of('a') }).rows).toEqual([['a', 1]]);
    const second = run.batch({ rows: of('a', 'b') });
    expect(second.rows).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(second.metrics.get('numValueStateVars')).toBe(1);
    expect(second.metrics.get('numRegisteredTimers')).toBeUndefined();
    run.restart();
    expect(run.batch({ rows: of('a', 'b') }).rows).toEqual([['b', 2]]);
    run.restart();
    expect(run.batch({ rows: of('a', 'c') }).rows).toEqual([
      ['a', 1],
      ['c', 1],
    ]);
    expect(run.total).toBe(3);
  });

  // The same suite, processing time timers.
  it('fires timers in processing time, and wakes for the first', () => {
    const run = timed();
    const step = (second: number, ...keys: string[]) =>
      run.batch({ at: second * 1000, rows: of(...keys) });
    expect(step(1, 'a')).toMatchObject({ rows: [['a', 1]], wakeAt: 6000 });
    expect(step(2, 'b')).toMatchObject({ rows: [['b', 1]], wakeAt: 6000 });
    const fired = step(12, 'b');
    expect(fired).toMatchObject({
      rows: [
        ['b', 2],
        ['a', -1],
      ],
      wakeAt: undefined,
    });
    expect(fired.metrics.get('numExpiredTimers')).toBe(1);
    run.restart();
    expect(step(13, 'b', 'c').rows).toEqual([['c', 1]]);
    expect(step(23, 'd').rows).toEqual([
      ['d', 1],
      ['c', -1],
    ]);
  });

  // The same suite, updating timers.
  it('replaces a timer by deleting and registering', () => {
    const run = running({
      timeMode: 'processingTime',
      init: (handle) => ({
        count: handle.value<number>('count'),
        timer: handle.value<number>('timer'),
      }),
      handleInputRows(key, rows, { count, timer }, ctx): Out[] {
        const now = ctx.getCurrentProcessingTimeMs();
        const next = now + (O.isSome(timer.get()) ? 7500 : 5000);
        if (O.isSome(timer.get())) ctx.deleteTimer(O.toNullable(timer.get()) ?? 0);
        ctx.registerTimer(next);
        timer.update(next);
        count.update(zero(count.get()) + rows.length);
        return [[key, zero(count.get())]];
      },
      handleExpiredTimer: (key): Out[] => [[key, -1]],
    });
    const step = (second: number, ...keys: string[]) =>
      run.batch({ at: second * 1000, rows: of(...keys) });
    expect(step(1, 'a')).toMatchObject({ rows: [['a', 1]], wakeAt: 6000 });
    const second = step(3, 'a');
    expect(second).toMatchObject({ rows: [['a', 2]], wakeAt: 10_500 });
    expect(second.metrics.get('numDeletedTimers')).toBe(1);
    run.restart();
    expect(step(13, 'd').rows).toEqual([
      ['d', 1],
      ['a', -1],
    ]);
    expect(step(14).rows).toEqual([]);
  });

  // The same suite, several timers per key.
  it('has any number of timers per key, listed in order', () => {
    const run = running({
      timeMode: 'processingTime',
      init: () => null,
      handleInputRows(_key, _rows, _state, ctx): unknown[] {
        const now = ctx.getCurrentProcessingTimeMs();
        for (const after of [15_000, 5000, 10_000, 5000]) ctx.registerTimer(now + after);
        ctx.deleteTimer(now + 1);
        return [ctx.listTimers()];
      },
      handleExpiredTimer: (_key, timerMs, _state, ctx): unknown[] => [[timerMs, ctx.listTimers()]],
    });
    const first = run.batch({ at: 1000, rows: of('a') });
    expect(first.rows).toEqual([[6000, 11_000, 16_000]]);
    expect(first.metrics.get('numRegisteredTimers')).toBe(3);
    expect(run.batch({ at: 5999 }).rows).toEqual([]);
    // While it fires, a timer is still listed; afterwards it is gone.
    expect(run.batch({ at: 11_000 }).rows).toEqual([
      [6000, [6000, 11_000, 16_000]],
      [11_000, [11_000, 16_000]],
    ]);
    expect(run.batch({ at: 99_000 })).toMatchObject({
      rows: [[16_000, [16_000]]],
      wakeAt: undefined,
    });
  });

  // The same suite, event time timer at max + 5 s, delay 10 s.
  it('fires timers in event time, inclusively, and drops late rows', () => {
    const run = running(
      {
        timeMode: 'eventTime',
        init: (handle) => handle.value<number>('max'),
        handleInputRows(key, rows, max, ctx): Out[] {
          const before = zero(max.get());
          const now = Math.max(before, ...rows.map((row) => row[1]));
          if (now > before) {
            ctx.deleteTimer((before + 5) * 1000);
            ctx.registerTimer(new Date((now + 5) * 1000));
          }
          max.update(now);
          return [[key, now]];
        },
        handleExpiredTimer(key, _timerMs, max): Out[] {
          max.clear();
          return [[key, -1]];
        },
      },
      10_000,
    );
    run.validate();
    expect(run.batch({ rows: at(['a', 11], ['a', 13], ['a', 15]) }).rows).toEqual([['a', 15]]);
    run.batch({ late: 0, evict: 5000 });
    expect(run.batch({ rows: at(['a', 4]), late: 5000 })).toMatchObject({
      rows: [],
      late: [['a', 4]],
    });
    expect(run.batch({ rows: at(['a', 10]), late: 5000 }).rows).toEqual([['a', 15]]);
    expect(run.batch({ rows: at(['b', 31]), late: 5000 }).rows).toEqual([['b', 31]]);
    expect(run.batch({ late: 5000, evict: 19_999 }).rows).toEqual([]);
    expect(run.batch({ late: 19_999, evict: 20_000 }).rows).toEqual([['a', -1]]);
    expect(run.total).toBe(1);
  });

  it('fires timers in order of time over all keys, past ones in the same batch', () => {
    const run = running(
      {
        timeMode: 'eventTime',
        init: () => null,
        handleInputRows(_key, rows, _state, ctx): Out[] {
          for (const [, second] of rows) ctx.registerTimer(second * 1000);
          return [];
        },
        handleExpiredTimer(key, timerMs, _state, ctx): Out[] {
          if (timerMs === 1000) ctx.registerTimer(2500); // passed by the watermark, not yet fired
          return [[key, timerMs]];
        },
      },
      0,
    );
    const rows = [
      ['b', 3],
      ['a', 1],
      ['b', 2],
      ['a', 9],
    ].map((row) => [row as unknown as Event, null] as const);
    expect(run.batch({ rows, late: 5000, evict: 5000 }).rows).toEqual([
      ['a', 1000],
      ['b', 2000],
      ['a', 2500],
      ['b', 3000],
    ]);
  });

  it('fires no timer that the handler of an earlier one has deleted', () => {
    const run = running(
      {
        timeMode: 'eventTime',
        init: () => null,
        handleInputRows(_key, _rows, _state, ctx): number[] {
          for (const timerMs of [1000, 2000, 3000]) ctx.registerTimer(timerMs);
          return [];
        },
        handleExpiredTimer(_key, timerMs, _state, ctx): number[] {
          ctx.deleteTimer(2000);
          return [timerMs];
        },
      },
      0,
    );
    expect(run.batch({ rows: of('a'), late: 5000, evict: 5000 }).rows).toEqual([1000, 3000]);
  });

  it('fires what is waiting once in the closing batch, and nothing that is registered there', () => {
    for (const timeMode of ['processingTime', 'eventTime'] as const) {
      const run = running(
        {
          timeMode,
          init: () => null,
          handleInputRows(_key, _rows, _state, ctx): number[] {
            ctx.registerTimer(1_000_000);
            return [];
          },
          handleExpiredTimer(_key, timerMs, _state, ctx): number[] {
            ctx.registerTimer(timerMs + 1);
            return [timerMs];
          },
        },
        0,
      );
      run.batch({ rows: of('a') });
      expect(run.batch({ closing: true }).rows).toEqual([1_000_000]);
    }
  });

  it('keeps late rows unless its timers are in event time', () => {
    for (const timeMode of ['none', 'processingTime'] as const) {
      const run = running(
        { timeMode, init: () => null, handleInputRows: (_key, rows) => [rows.length] },
        0,
      );
      const out = run.batch({ rows: [[['a', 1], 1000]], late: 5000 });
      expect(out).toMatchObject({ rows: [1], late: [], times: [Number.NaN] });
    }
  });

  // TransformWithStateInitialStateSuite: values, then timers of keys without rows.
  it('hands over the initial state once, several rows per key, timers included', () => {
    const run = running({
      timeMode: 'processingTime',
      init: (handle) => handle.value<number>('sum'),
      initialState: [
        ['init_1', 30],
        ['init_2', 100],
        ['init_1', 10],
      ],
      handleInitialState(_key, row: number, sum, ctx) {
        sum.update(zero(sum.get()) + row);
        ctx.registerTimer(6000);
      },
      handleInputRows(key, rows, sum): Out[] {
        sum.update(zero(sum.get()) + rows.length);
        return [[key, zero(sum.get())]];
      },
      handleExpiredTimer: (key): Out[] => [[key, -1]],
    });
    const first = run.batch({ at: 1000, rows: of('init_1') });
    expect(first).toMatchObject({ rows: [['init_1', 41]], wakeAt: 6000 });
    run.restart();
    expect(run.batch({ at: 6000, rows: of('init_2') }).rows).toEqual([
      ['init_2', 101],
      ['init_1', -1],
      ['init_2', -1],
    ]);
  });

  it('gives rows an event time newer than the watermark', () => {
    const run = running(
      {
        timeMode: 'eventTime',
        init: () => null,
        handleInputRows: (_key, rows): Event[] => [...rows],
        eventTime: (row) => row[1] * 1000,
      },
      0,
    );
    run.validate();
    const of = (second: number) => [[['a', second], null]] as const;
    expect(run.batch({ rows: of(5), late: 4999 }).times).toEqual([5000]);
    expect(() => run.batch({ rows: of(5), late: 5000 })).toThrow(
      expect.objectContaining({ code: 'TRANSFORM_ROW_TOO_OLD' }),
    );
    expect(run.plan.watermarkOut).toBeUndefined(); // what enters also leaves
    expect(counts().plan.watermarkOut?.([1], 1)).toBeUndefined();
  });

  it('runs without rows when the watermark rises, but not for processing time', () => {
    const runs = (timeMode: 'none' | 'processingTime' | 'eventTime', mode: 'append' | 'complete') =>
      running({ timeMode, init: () => 0, handleInputRows: () => [] }).plan.runsWithoutData?.(mode);
    expect([runs('none', 'append'), runs('eventTime', 'append')]).toEqual([true, true]);
    expect([runs('processingTime', 'append'), runs('eventTime', 'complete')]).toEqual([
      false,
      false,
    ]);
  });

  it('knows batch, processing time and watermark', () => {
    const run = running(
      {
        timeMode: 'none',
        init: () => null,
        handleInputRows: (_key, _rows, _state, ctx) => [
          [ctx.batchId, ctx.getCurrentProcessingTimeMs(), ctx.getCurrentWatermarkMs()],
        ],
      },
      0,
    );
    expect(run.batch({ rows: of('a'), at: 5 }).rows).toEqual([[0, 5, 0]]);
    expect(run.batch({ rows: of('a'), at: 6, late: 1, evict: 2 }).rows).toEqual([[1, 6, 2]]);
  });

  it('closes the processor when the run is over', () => {
    const closed: string[] = [];
    const run = running({
      timeMode: 'none',
      init: () => null,
      handleInputRows: () => [],
      close: () => closed.push('closed'),
    });
    run.batch({ rows: of('a') });
    expect(closed).toEqual([]);
    run.cancel();
    expect(closed).toEqual(['closed']);
  });

  it('needs a key, and a watermark for event time', () => {
    const bare = new OperatorHarness<{ key: string; value: string }, never>((source) =>
      source.pipe(
        transformWithState({ timeMode: 'none', init: () => 0, handleInputRows: () => [] }),
      ),
    );
    expect(() => bare.validate()).toThrow(expect.objectContaining({ code: 'GROUPING_REQUIRED' }));
    const timeless = running({ timeMode: 'eventTime', init: () => 0, handleInputRows: () => [] });
    expect(() => timeless.validate()).toThrow(
      expect.objectContaining({ code: 'WATERMARK_REQUIRED' }),
    );
  });

  it('passes on what a handler throws, and refuses Promises and rows that are no iterable', () => {
    const failing = (handleInputRows: () => unknown) =>
      running({ timeMode: 'none', init: () => 0, handleInputRows: handleInputRows as never });
    const mine = failing(() => {
      throw new RangeError('mine');
    });
    expect(() => mine.batch({ rows: of('a') })).toThrow(new RangeError('mine'));
    const later = failing(() => Promise.resolve([]));
    const isAsync = expect.objectContaining({ code: 'STATE_FUNCTION_ASYNC' });
    expect(() => later.batch({ rows: of('a') })).toThrow(isAsync);
    expect(() => failing(() => 5).batch({ rows: of('a') })).toThrow(TypeError);
    const init = () => Promise.resolve(0);
    expect(() => running({ timeMode: 'none', init, handleInputRows: () => [] })).toThrow(isAsync);
  });

  it('never fires a timer before its time', async () => {
    const harness = running(
      {
        timeMode: 'eventTime',
        init: () => 0,
        handleInputRows(key, _rows, _state, ctx) {
          ctx.registerTimer(2000.5);
          ctx.registerTimer(-0.5);
          ctx.registerTimer(3000.5);
          ctx.deleteTimer(3000.2); // the same whole ms
          return [[key, ...ctx.listTimers()]];
        },
        handleExpiredTimer: (key, timerMs) => [[key, timerMs]],
      },
      0,
    );
    const batch = async (watermark: number) =>
      (
        await harness.batch({
          rows: watermark < 0 ? at(['a', 0]) : [],
          late: watermark,
          evict: watermark,
        })
      ).rows;
    expect(await batch(-1)).toEqual([['a', 0, 2001]]);
    expect(await batch(2000)).toEqual([['a', 0]]);
    expect(await batch(2001)).toEqual([['a', 2001]]);
  });

  it('refuses timers without a time mode, and times that are none', () => {
    const register = (timeMode: 'none' | 'processingTime', time: unknown) =>
      running({
        timeMode,
        init: () => 0,
        handleInputRows(_key, _rows, _state, ctx) {
          (ctx as { registerTimer(at: unknown): void }).registerTimer(time);
          return [];
        },
      }).batch({ rows: of('a') });
    expect(() => register('none', 5)).toThrow(
      expect.objectContaining({ code: 'TRANSFORM_TIMERS_NONE' }),
    );
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, new Date(Number.NaN), '5', null]) {
      expect(() => register('processingTime', time)).toThrow(
        expect.objectContaining({ code: 'TRANSFORM_TIMER_TIME' }),
      );
    }
  });

  it('refuses bad arguments', () => {
    const fine = { timeMode: 'none', init: () => 0, handleInputRows: () => [] };
    for (const bad of [
      null,
      { ...fine, timeMode: 'event' },
      { ...fine, init: undefined },
      { ...fine, handleInputRows: [] },
      { ...fine, close: 1 },
      { ...fine, initialState: [] },
      { ...fine, initialState: 5, handleInitialState: () => 0 },
      { ...fine, eventTime: () => 0 },
      { ...fine, timeMode: 'processingTime', eventTime: () => 0 },
      { ...fine, handleExpiredTimer: () => [] },
    ]) {
      expect(() => transformWithState(bad as never)).toThrow(TypeError);
    }
  });
});
