import * as O from 'fp-ts/lib/Option.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState } from '../../operators/internal/groupState/groupState.js';
import { type MapGroupsOptions, mapGroupsWithState } from '../../operators/mapGroupsWithState.js';
import { window } from '../../operators/window.js';
import { OperatorHarness, tableOf } from './operatorHarness.js';

type Counted = readonly [key: string, n: number];

const of = (...keys: string[]) => ({ rows: keys.map((key) => [key, null] as const) });

/** Counts to two, gives -1 and forgets the key at three. */
function countToThree(key: string, rows: readonly string[], state: GroupState<number>): Counted {
  const n = O.getOrElse(() => 0)(state.get()) + rows.length;
  if (n >= 3) {
    state.remove();
    return [key, -1];
  }
  state.update(n);
  return [key, n];
}

const counts = (options: MapGroupsOptions<string, number> = {}) =>
  new OperatorHarness<string, Counted>(
    (source) =>
      source.pipe(
        groupByKey((key) => key),
        mapGroupsWithState(countToThree, options),
      ),
    { outputMode: 'update' },
  );

describe('mapGroupsWithState', () => {
  // Spark: FlatMapGroupsWithStateSuite, map variant.
  it('gives one row per call, over restarts', () => {
    const run = counts();
    run.validate();
    expect(run.batch(of('a')).rows).toEqual([['a', 1]]);
    expect(run.batch(of('a', 'b')).rows).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    run.restart();
    expect(run.batch(of('a', 'b')).rows).toEqual([
      ['a', -1],
      ['b', 2],
    ]);
    expect(run.total).toBe(1);
    expect(run.batch(of('a', 'c')).rows).toEqual([
      ['a', 1],
      ['c', 1],
    ]);
    expect(run.total).toBe(3);
    expect(run.batch().rows).toEqual([]);
  });

  it('calls keys in order of first appearance, with all their rows, without event time', () => {
    const run = new OperatorHarness<number, string>((source) =>
      source.pipe(
        groupByKey((n) => n % 2),
        mapGroupsWithState((key, rows, _state: GroupState<never>) => `${key}:${rows.join()}`),
      ),
    );
    const out = run.batch({
      rows: [
        [3, 1],
        [2, 2],
        [5, 3],
        [4, 4],
      ],
    });
    expect(out).toMatchObject({ rows: ['1:3,5', '0:2,4'], times: [Number.NaN, Number.NaN] });
  });

  it('takes null for a key', () => {
    const run = new OperatorHarness<null, unknown>((source) =>
      source.pipe(
        groupByKey((key) => key),
        mapGroupsWithState((key, rows, _state: GroupState<never>) => [key, rows.length]),
      ),
    );
    expect(run.batch({ rows: [[null, null]] }).rows).toEqual([[null, 1]]);
  });

  // Spark: FlatMapGroupsWithStateSuite, initial state.
  it('calls the keys of the initial state once, with or without rows', () => {
    const calls: unknown[] = [];
    const initialState = [
      ['both-1', 1],
      ['both-2', 2],
      ['only', 1],
    ] as const;
    const run = new OperatorHarness<string, null>((source) =>
      source.pipe(
        groupByKey((key) => key),
        mapGroupsWithState(
          (key, rows, state: GroupState<number>) => {
            calls.push([key, rows.length, O.toNullable(state.get())]);
            if (key !== 'only') state.update(O.getOrElse(() => 0)(state.get()) + rows.length);
            return null;
          },
          { initialState },
        ),
      ),
    );
    run.batch(of('data', 'both-2'));
    expect(calls).toEqual([
      ['data', 1, null],
      ['both-2', 1, 2],
      ['both-1', 0, 1],
      ['only', 0, 1],
    ]);
    expect(run.total).toBe(4);
    run.restart();
    calls.length = 0;
    run.batch(of('both-1'));
    expect(calls).toEqual([['both-1', 1, 1]]);
  });

  it('takes initial state from a Map, a function or a Promise', async () => {
    const pairs = new Map([['a', 1]]);
    expect(counts({ initialState: pairs }).batch(of('a')).rows).toEqual([['a', 2]]);
    expect(counts({ initialState: () => pairs }).batch(of('a')).rows).toEqual([['a', 2]]);
    const later = counts({ initialState: Promise.resolve(pairs) });
    expect((await later.batchLater(of('a'))).rows).toEqual([['a', 2]]);
    expect((await later.batchLater(of('b'))).rows).toEqual([['b', 1]]);
  });

  it('refuses initial state with a key twice or without a value', () => {
    const twice = new Map<unknown, number>([
      [['a'], 1],
      [['a'], 2],
    ]);
    const run = counts({ initialState: twice as never });
    expect(() => run.batch(of('a'))).toThrow(
      expect.objectContaining({ code: 'GROUP_STATE_INITIAL_DUPLICATE' }),
    );
    const empty = counts({ initialState: [['a', null as never]] });
    expect(() => empty.batch(of('a'))).toThrow(expect.objectContaining({ code: 'STATE_NULL' }));
  });

  it('passes on what the function throws, and refuses a Promise', () => {
    const failing = new OperatorHarness<string, never>((source) =>
      source.pipe(
        groupByKey((key) => key),
        mapGroupsWithState(() => {
          throw new RangeError('mine');
        }),
      ),
    );
    expect(() => failing.batch(of('a'))).toThrow(new RangeError('mine'));
    const later = new OperatorHarness<string, unknown>((source) =>
      source.pipe(
        groupByKey((key) => key),
        mapGroupsWithState(() => Promise.resolve(1)),
      ),
    );
    expect(() => later.batch(of('a'))).toThrow(
      expect.objectContaining({ code: 'STATE_FUNCTION_ASYNC' }),
    );
  });

  it('works in update mode, without an aggregation, once in a query', () => {
    const mode = expect.objectContaining({ code: 'GROUP_STATE_MODE' });
    expect(() => counts().validate('append')).toThrow(mode);
    expect(() => counts().validate('complete')).toThrow(mode);
    const table = new OperatorHarness<string, Counted>((source) =>
      tableOf(
        source.pipe(
          groupByKey((key) => key),
          mapGroupsWithState(countToThree),
        ),
      ),
    );
    expect(() => table.validate('update')).toThrow(mode);
    const twice = new OperatorHarness<string, Counted>((source) =>
      source.pipe(
        groupByKey((key) => key),
        mapGroupsWithState(countToThree),
        groupByKey(([key]) => key),
        mapGroupsWithState((key, rows, _state: GroupState<never>) => [key, rows.length] as const),
      ),
    );
    expect(() => twice.validate('update')).toThrow(mode);
  });

  it('needs a key, and no window', () => {
    const refused = expect.objectContaining({ code: 'GROUPING_REQUIRED' });
    const bare = new OperatorHarness<{ key: string; value: string }, Counted>((source) =>
      source.pipe(mapGroupsWithState(countToThree)),
    );
    expect(() => bare.validate('update')).toThrow(refused);
    const windowed = new OperatorHarness<string, Counted>(
      (source) =>
        source.pipe(
          groupByKey((key) => key),
          window('1 minute'),
          mapGroupsWithState(countToThree),
        ),
      { delayMs: 0 },
    );
    expect(() => windowed.validate('update')).toThrow(refused);
  });

  it('needs a watermark for a timeout in event time', () => {
    expect(() => counts({ timeout: 'eventTime' }).validate('update')).toThrow(
      expect.objectContaining({ code: 'WATERMARK_REQUIRED' }),
    );
  });

  it('refuses bad arguments', () => {
    expect(() => mapGroupsWithState('f' as never)).toThrow(TypeError);
    expect(() => counts({ timeout: 'event' as never })).toThrow(TypeError);
    expect(() => counts({ initialState: 5 as never })).toThrow(TypeError);
  });
});
