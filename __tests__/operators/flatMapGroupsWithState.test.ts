import fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import {
  type FlatMapGroupsOptions,
  flatMapGroupsWithState,
} from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState } from '../../operators/internal/groupState/groupState.js';
import { OperatorHarness, tableOf } from './operatorHarness.js';

type Event = readonly [key: string, second: number];
type Counted = readonly [key: string, n: number];
type Options = FlatMapGroupsOptions<string, number>;

const of = (...keys: string[]) => keys.map((key) => [[key, 0] as const, null] as const);
const at = (...events: Event[]) => events.map((event) => [event, event[1] * 1000] as const);
const value = (state: GroupState<number>) => O.getOrElse(() => 0)(state.get());

type Fn = (key: string, rows: readonly Event[], state: GroupState<number>) => Iterable<Counted>;

const running = (fn: Fn, options: Options = {}, delayMs?: number) =>
  new OperatorHarness<Event, Counted>(
    (source) =>
      source.pipe(
        groupByKey((event) => event[0]),
        flatMapGroupsWithState(fn, options),
      ),
    delayMs === undefined ? {} : { delayMs },
  );

/** Gives a running count, and -1 when the key has been silent for 10 s of processing time. */
const countUntilSilent: Fn = (key, rows, state) => {
  if (state.hasTimedOut) {
    state.remove();
    return [[key, -1]];
  }
  state.update(value(state) + rows.length);
  state.setTimeoutDuration('10 seconds');
  return [[key, value(state)]];
};

/** Gives the largest second so far, and -1 when the watermark is 5 s past it. */
const newest: Fn = (key, rows, state) => {
  if (state.hasTimedOut) {
    state.remove();
    return [[key, -1]];
  }
  const max = Math.max(value(state), ...rows.map((row) => row[1]));
  state.update(max);
  state.setTimeoutTimestamp(max * 1000, '5 seconds');
  return [[key, max]];
};

describe('flatMapGroupsWithState', () => {
  // Spark: FlatMapGroupsWithStateSuite, streaming counts.
  it('gives any number of rows', () => {
    const run = running((key, rows, state) => {
      const n = value(state) + rows.length;
      if (n >= 3) state.remove();
      else state.update(n);
      return n >= 3 ? [] : [[key, n]];
    });
    run.validate();
    expect(run.batch({ rows: of('a') }).rows).toEqual([['a', 1]]);
    expect(run.batch({ rows: of('a', 'b') }).rows).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    run.restart();
    expect(run.batch({ rows: of('a', 'b') }).rows).toEqual([['b', 2]]);
    expect(run.total).toBe(1);
    expect(run.batch({ rows: of('a', 'c') }).rows).toEqual([
      ['a', 1],
      ['c', 1],
    ]);
    expect(run.total).toBe(3);
  });

  // The same suite, lazy iterator: state is taken when the generator is exhausted.
  it('reads a generator to its end before the next key, and takes its state then', () => {
    const run = running(function* (key, rows, state) {
      for (const _ of rows) {
        state.update(value(state) + 1);
        yield [key, value(state)];
      }
    });
    expect(run.batch({ rows: of('a', 'b', 'a') }).rows).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 1],
    ]);
    expect(run.batch({ rows: of('b') }).rows).toEqual([['b', 2]]);
  });

  // The same suite, processing time timeout of 10 s.
  it('wakes for a timeout in processing time, strictly after it', () => {
    const run = running(countUntilSilent, { timeout: 'processingTime' });
    const step = (second: number, ...keys: string[]) =>
      run.batch({ at: second * 1000, rows: of(...keys) });
    expect(step(1, 'a')).toMatchObject({ rows: [['a', 1]], wakeAt: 11_001 });
    expect(step(2, 'b')).toMatchObject({ rows: [['b', 1]], wakeAt: 11_001 });
    expect(step(11).rows).toEqual([]);
    expect(step(12, 'b')).toMatchObject({
      rows: [
        ['b', 2],
        ['a', -1],
      ],
      wakeAt: 22_001,
    });
    run.restart();
    expect(step(23, 'c')).toMatchObject({
      rows: [
        ['c', 1],
        ['b', -1],
      ],
      wakeAt: 33_001,
    });
    expect(step(35)).toMatchObject({ rows: [['c', -1]], wakeAt: undefined });
    expect(run.total).toBe(0);
  });

  it('asks for its wake-up again after a restart, before any batch', async () => {
    const run = running(countUntilSilent, { timeout: 'processingTime' });
    expect(await run.opened()).toBeUndefined();
    run.batch({ at: 1000, rows: of('a') });
    run.restart();
    expect(await run.opened()).toBe(11_001);
  });

  // The same suite, event time timeout of max + 5 s, delay 10 s.
  it('follows the watermark with a timeout in event time', () => {
    const run = running(newest, { timeout: 'eventTime' }, 10_000);
    run.validate();
    expect(run.batch({ rows: at(['a', 11], ['a', 13], ['a', 15]) }).rows).toEqual([['a', 15]]);
    expect(run.batch({ late: 0, evict: 5000 }).rows).toEqual([]);
    const late = run.batch({ rows: at(['a', 4], ['a', 5]), late: 5000 });
    expect(late).toMatchObject({
      rows: [],
      late: [
        ['a', 4],
        ['a', 5],
      ],
    });
    expect(run.batch({ rows: at(['a', 10]), late: 5000 }).rows).toEqual([['a', 15]]);
    expect(run.batch({ rows: at(['b', 31]), late: 5000 }).rows).toEqual([['b', 31]]);
    expect(run.batch({ late: 5000, evict: 20_000 }).rows).toEqual([]); // equal to a's timeout
    const out = run.batch({ late: 20_000, evict: 21_000 });
    expect(out).toMatchObject({ rows: [['a', -1]], wakeAt: undefined });
    expect(run.total).toBe(1);
  });

  it('keeps late rows unless its timeout is in event time', () => {
    for (const timeout of ['none', 'processingTime'] as const) {
      const run = running((key, rows) => [[key, rows.length]], { timeout }, 0);
      const out = run.batch({
        rows: [
          [['a', 1], 1000],
          [['a', 1], null],
        ],
        late: 5000,
      });
      expect(out).toMatchObject({ rows: [['a', 2]], late: [] });
    }
  });

  // The same suite, initial state with timeouts; a null key.
  it('times out keys of the initial state that set a timeout', () => {
    const run = running(countUntilSilent, {
      timeout: 'processingTime',
      initialState: [['c', 2]],
    });
    expect(run.batch({ at: 1000, rows: of('a') }).rows).toEqual([
      ['a', 1],
      ['c', 2],
    ]);
    expect(run.batch({ at: 12_000, rows: of('b') }).rows).toEqual([
      ['b', 1],
      ['a', -1],
      ['c', -1],
    ]);
  });

  it('fires timeouts in order of time', () => {
    const run = running(
      (key, _rows, state) => {
        if (!state.hasTimedOut) state.setTimeoutDuration(key.charCodeAt(0));
        return state.hasTimedOut ? [[key, 0]] : [];
      },
      { timeout: 'processingTime' },
    );
    run.batch({ at: 0, rows: of('c', 'a', 'b') });
    expect(run.batch({ at: 98 }).rows.map(([key]) => key)).toEqual(['a']);
    expect(run.batch({ at: 500 }).rows.map(([key]) => key)).toEqual(['b', 'c']);
  });

  it('runs without rows and breaks the chain with a timeout in event time only', () => {
    const traits = (timeout: NonNullable<Options['timeout']>) => {
      const { plan } = running(newest, { timeout }, 0);
      return [
        plan.runsWithoutData?.('append'),
        plan.traits?.breaksChain?.('append'),
        plan.watermarkOut?.([5], 5),
      ];
    };
    expect(traits('none')).toEqual([false, false, undefined]);
    expect(traits('processingTime')).toEqual([false, false, undefined]);
    expect(traits('eventTime')).toEqual([true, true, undefined]);
  });

  it('is refused in the shapes that Spark refuses', () => {
    const refused = expect.objectContaining({ code: 'GROUP_STATE_MODE' });
    const fn: Fn = () => [];
    const appends = running(fn);
    const updates = running(fn, { outputMode: 'update' });
    for (const mode of ['update', 'complete'] as const) {
      expect(() => appends.validate(mode)).toThrow(refused);
    }
    for (const mode of ['append', 'complete'] as const) {
      expect(() => updates.validate(mode)).toThrow(refused);
    }
    updates.validate('update');
    const table = (options: Options) =>
      new OperatorHarness<Event, Counted>((source) =>
        tableOf(
          source.pipe(
            groupByKey((event) => event[0]),
            flatMapGroupsWithState(fn, options),
          ),
        ),
      );
    for (const mode of ['append', 'update', 'complete'] as const) {
      table({}).validate(mode);
      expect(() => table({ outputMode: 'update' }).validate(mode)).toThrow(refused);
    }
    const key = groupByKey((row: unknown) => String(row));
    const twice = (first: Options) =>
      new OperatorHarness<Event, Counted>((source) =>
        source.pipe(
          key,
          flatMapGroupsWithState(fn as never, first),
          key,
          flatMapGroupsWithState(fn as never),
        ),
      );
    twice({}).validate('append');
    expect(() => twice({ outputMode: 'update' }).validate('append')).toThrow(refused);
  });

  it('refuses bad arguments and what is no iterable', () => {
    expect(() => running(() => [], { outputMode: 'complete' as never })).toThrow(TypeError);
    expect(() => running((() => 5) as never).batch({ rows: of('a') })).toThrow(TypeError);
    expect(() => running((() => Promise.resolve([])) as never).batch({ rows: of('a') })).toThrow(
      expect.objectContaining({ code: 'STATE_FUNCTION_ASYNC' }),
    );
  });

  it('agrees with a map of counts and deadlines', () => {
    const batch = fc.record({
      keys: fc.array(fc.constantFrom('a', 'b', 'c')),
      after: fc.nat(8000),
    });
    fc.assert(
      fc.property(fc.array(batch), (batches) => {
        const run = running(countUntilSilent, { timeout: 'processingTime' });
        const model = new Map<string, { n: number; until: number }>();
        let now = 0;
        for (const { keys, after } of batches) {
          now += after;
          const expected: Counted[] = [];
          for (const key of new Set(keys)) {
            const n = (model.get(key)?.n ?? 0) + keys.filter((other) => other === key).length;
            model.set(key, { n, until: now + 10_000 });
            expected.push([key, n]);
          }
          for (const [key, { until }] of model) {
            if (until < now && model.delete(key)) expected.push([key, -1]);
          }
          const out = run.batch({ at: now, rows: of(...keys) });
          expect([...out.rows].sort()).toEqual(expected.sort());
          const first = Math.min(...[...model.values()].map(({ until }) => until));
          expect(out.wakeAt).toBe(model.size === 0 ? undefined : first + 1);
          expect(run.total).toBe(model.size);
        }
      }),
    );
  });
});
