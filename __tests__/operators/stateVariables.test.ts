import * as O from 'fp-ts/lib/Option.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type {
  StateHandle,
  TimeMode,
  TransformContext,
} from '../../operators/internal/transform/processor.js';
import type {
  ListState,
  MapState,
  ValueState,
} from '../../operators/internal/transform/stateVariables.js';
import { transformWithState } from '../../operators/transformWithState.js';
import type { BatchInput, Build } from './operatorHarness.js';
import { StoredHarness } from './storedHarness.js';

type Ctx = TransformContext<'processingTime'>;
type Init<H> = (handle: StateHandle<'processingTime'>) => H;

function program<H>(init: Init<H>, body: () => (state: H, ctx: Ctx, key: string) => unknown) {
  const build: Build<string, unknown> = (source) =>
    source.pipe(
      groupByKey((key) => key),
      transformWithState({
        timeMode: 'processingTime',
        init,
        handleInputRows: (key, _rows, state, ctx) => [body()(state, ctx, key)],
      }),
    );
  return build;
}

/** Calls of a handler, each in a batch of its own, over encoded state that is opened anew each time. */
class Program<H> {
  private body: (state: H, ctx: Ctx, key: string) => unknown = () => null;
  private harness: StoredHarness<string, unknown> | undefined;

  constructor(private readonly init: Init<H>) {}

  async call(
    body: (state: H, ctx: Ctx, key: string) => unknown,
    batch: BatchInput<string> & { readonly key?: string } = {},
  ): Promise<unknown> {
    this.body = body;
    this.harness ??= await StoredHarness.open(program(this.init, () => this.body));
    const { key = 'k', ...input } = batch;
    const { rows } = await this.harness.batch({ rows: [[key, null]], ...input });
    await this.harness.restart();
    return rows[0];
  }

  async idle(at: number) {
    const out = await this.harness?.batch({ at });
    await this.harness?.restart();
    return out;
  }

  get total(): number {
    return this.harness?.run.total ?? 0;
  }
}

const code = (name: string) => expect.objectContaining({ code: name });
const read = <T>(state: ValueState<T>) => O.toNullable(state.get());

describe('value state', () => {
  const value = () => new Program((handle) => handle.value<number>('v'));

  it('is absent, updated and cleared, for each key by itself', async () => {
    const state = value();
    expect(await state.call((v) => [v.exists, read(v)])).toEqual([false, null]);
    await state.call((v) => v.update(0));
    expect(await state.call((v) => [v.exists, read(v)])).toEqual([true, 0]);
    expect(await state.call((v) => v.exists, { key: 'other' })).toBe(false);
    await state.call((v) => v.clear());
    await state.call((v) => v.clear());
    expect(await state.call((v) => v.exists)).toBe(false);
    expect(state.total).toBe(0);
  });

  it('is no null', async () => {
    await expect(value().call((v) => v.update(null as never))).rejects.toThrow(code('STATE_NULL'));
  });

  it('is what can be encoded', async () => {
    await expect(value().call((v) => v.update((() => 1) as never))).rejects.toThrow(
      code('STATE_NOT_ENCODABLE'),
    );
  });
});

describe('list state', () => {
  const list = () => new Program((handle) => handle.list<string>('l'));

  // Spark: TransformWithListStateSuite.
  it('appends, replaces and clears, in order', async () => {
    const state = list();
    expect(await state.call((l) => [l.exists, l.get()])).toEqual([false, []]);
    await state.call((l) => l.appendValue('v1'));
    await state.call((l) => l.appendList(new Set(['v2', 'v3'])));
    await state.call((l) => l.appendValue('v5'));
    expect(await state.call((l) => [l.exists, l.get()])).toEqual([true, ['v1', 'v2', 'v3', 'v5']]);
    expect(state.total).toBe(4);
    expect(await state.call((l) => l.get(), { key: 'other' })).toEqual([]);
    await state.call((l) => l.put(['v9']));
    expect(await state.call((l) => l.get())).toEqual(['v9']);
    await state.call((l) => l.clear());
    expect(await state.call((l) => [l.exists, l.get()])).toEqual([false, []]);
    expect(state.total).toBe(0);
  });

  it('has no null, and is never given an empty list', async () => {
    for (const bad of [null, undefined]) {
      await expect(list().call((l) => l.appendValue(bad as never))).rejects.toThrow(
        code('STATE_NULL'),
      );
      await expect(list().call((l) => l.put(bad as never))).rejects.toThrow(code('STATE_NULL'));
      await expect(list().call((l) => l.appendList(['a', bad as never]))).rejects.toThrow(
        code('STATE_NULL'),
      );
    }
    await expect(list().call((l) => l.put([]))).rejects.toThrow(code('TRANSFORM_LIST_EMPTY'));
    await expect(list().call((l) => l.appendList([]))).rejects.toThrow(
      code('TRANSFORM_LIST_EMPTY'),
    );
  });
});

describe('map state', () => {
  const map = () => new Program((handle) => handle.map<string, number>('m'));
  const all = (m: MapState<string, number>) => [...m.entries()];

  // Spark: TransformWithMapStateSuite.
  it('keeps the last value of each key, in order of insertion, for each key by itself', async () => {
    const state = map();
    expect(await state.call((m) => [m.exists, O.toNullable(m.getValue('v1'))])).toEqual([
      false,
      null,
    ]);
    await state.call((m) => {
      m.updateValue('v2', 5);
      m.updateValue('v1', 10);
    });
    await state.call((m) => m.updateValue('v2', 12), { key: 'other' });
    await state.call((m) => m.updateValue('v2', 7));
    expect(await state.call(all)).toEqual([
      ['v2', 7],
      ['v1', 10],
    ]);
    expect(await state.call((m) => [[...m.keys()], [...m.values()]])).toEqual([
      ['v2', 'v1'],
      [7, 10],
    ]);
    expect(await state.call(all, { key: 'other' })).toEqual([['v2', 12]]);
    expect(await state.call((m) => [m.containsKey('v1'), m.containsKey('v3')])).toEqual([
      true,
      false,
    ]);
    await state.call((m) => m.removeKey('v2'));
    await state.call((m) => m.removeKey('gone'));
    expect(await state.call(all)).toEqual([['v1', 10]]);
    await state.call((m) => m.clear());
    expect(await state.call((m) => [m.exists, all(m)])).toEqual([false, []]);
    expect(state.total).toBe(1);
  });

  it('may be changed while it is read', async () => {
    const state = map();
    const left = await state.call((m) => {
      for (const key of ['a', 'b', 'c']) m.updateValue(key, 1);
      for (const key of m.keys()) {
        m.removeKey(key);
        m.updateValue(`${key}${key}`, 2);
      }
      return all(m);
    });
    expect(left).toEqual([
      ['aa', 2],
      ['bb', 2],
      ['cc', 2],
    ]);
  });

  it('has no null key and no null value', async () => {
    await expect(map().call((m) => m.updateValue(null as never, 1))).rejects.toThrow(
      code('STATE_NULL'),
    );
    await expect(map().call((m) => m.updateValue('a', null as never))).rejects.toThrow(
      code('STATE_NULL'),
    );
    await expect(map().call((m) => m.containsKey(undefined as never))).rejects.toThrow(
      code('STATE_NULL'),
    );
  });
});

describe('ttl', () => {
  // Spark: TransformWithValueStateTTLSuite, 1 minute.
  it('ends a value at its expiry, which each update rewrites and reading does not', async () => {
    const state = new Program((handle) => handle.value<number>('v', { ttl: '1 minute' }));
    await state.call((v) => v.update(1), { at: 1000 });
    expect(await state.call(read, { at: 2000 })).toBe(1);
    await state.call((v) => v.update(2), { at: 35_000 });
    expect(await state.call(read, { at: 61_000 })).toBe(2);
    expect(await state.call(read, { at: 94_999 })).toBe(2);
    expect(await state.call((v) => [read(v), v.exists], { at: 95_000 })).toEqual([null, false]);
    expect(state.total).toBe(0);
  });

  it('wakes the query to forget, and counts what it forgets', async () => {
    const state = new Program((handle) => handle.value<number>('v', { ttl: 1000 }));
    await state.call((v) => v.update(1), { at: 0 });
    await state.call((v) => v.update(1), { at: 500, key: 'other' });
    const first = await state.idle(999);
    expect(first?.wakeAt).toBe(1000);
    const second = await state.idle(1000);
    expect(second?.wakeAt).toBe(1500);
    expect(second?.metrics.get('numValuesRemovedDueToTTLExpiry')).toBe(1);
    expect(second?.metrics.get('numValueStateWithTTLVars')).toBe(1);
    expect((await state.idle(1500))?.wakeAt).toBeUndefined();
    expect(state.total).toBe(0);
  });

  it('counts for each element of a list', async () => {
    const state = new Program((handle) => handle.list<string>('l', { ttl: 1000 }));
    const get = (l: ListState<string>) => l.get();
    await state.call((l) => l.appendList(['a', 'b']), { at: 0 });
    await state.call((l) => l.appendValue('c'), { at: 600 });
    expect(await state.call(get, { at: 999 })).toEqual(['a', 'b', 'c']);
    expect(await state.call((l) => [l.get(), l.exists], { at: 1000 })).toEqual([['c'], true]);
    expect(state.total).toBe(1);
    await state.call((l) => l.appendValue('d'), { at: 1100 });
    expect(await state.call(get, { at: 1600 })).toEqual(['d']);
    await state.call((l) => l.put(['e', 'f']), { at: 1700 });
    expect(await state.call(get, { at: 2699 })).toEqual(['e', 'f']);
    expect(await state.call((l) => [l.get(), l.exists], { at: 2700 })).toEqual([[], false]);
    expect(state.total).toBe(0);
  });

  it('counts for each entry of a map', async () => {
    const state = new Program((handle) => handle.map<string, number>('m', { ttl: 1000 }));
    const all = (m: MapState<string, number>) => [...m.entries()];
    await state.call((m) => m.updateValue('a', 1), { at: 0 });
    await state.call((m) => m.updateValue('b', 2), { at: 500 });
    await state.call((m) => m.updateValue('a', 3), { at: 700 });
    expect(await state.call(all, { at: 1499 })).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect(await state.call(all, { at: 1500 })).toEqual([['a', 3]]);
    expect(await state.call((m) => m.containsKey('b'), { at: 1500 })).toBe(false);
    await state.call((m) => m.clear(), { at: 1600 });
    expect((await state.idle(1601))?.wakeAt).toBeUndefined();
    expect(state.total).toBe(0);
  });

  it('hides what has expired before it is forgotten', async () => {
    const state = new Program((handle) => handle.value<number>('v', { ttl: 10 }));
    await state.call((v) => v.update(1), { at: 0 });
    const seen = await state.call(
      (v) => {
        const before = v.exists;
        v.update(2);
        return [before, read(v)];
      },
      { at: 10 },
    );
    expect(seen).toEqual([false, 2]);
    expect(await state.call(read, { at: 19 })).toBe(2);
  });
});

describe('declarations', () => {
  const opening = (init: Init<unknown>) => StoredHarness.open(program(init, () => () => null));
  const inMode = (timeMode: TimeMode) =>
    StoredHarness.open<string, never>((source) =>
      source.pipe(
        groupByKey((key) => key),
        transformWithState({
          timeMode,
          init: (handle) => handle.list('v', { ttl: 5 as never }),
          handleInputRows: () => [],
        }),
      ),
    );

  it('need a name, once', async () => {
    const twice = opening((handle) => [handle.value('v'), handle.list('v')]);
    await expect(twice).rejects.toThrow(code('TRANSFORM_VARIABLE_NAME'));
    await expect(opening((handle) => handle.map(''))).rejects.toThrow(
      code('TRANSFORM_VARIABLE_NAME'),
    );
    const both = opening((handle) => [handle.value('v'), handle.deleteIfExists('v')]);
    await expect(both).rejects.toThrow(code('TRANSFORM_VARIABLE_NAME'));
  });

  it('take a ttl longer than 0, in processing time only', async () => {
    for (const ttl of [0, -1, '1 month', 'soon']) {
      const bad = opening((handle) => handle.value('v', { ttl }));
      await expect(bad).rejects.toThrow(code('TRANSFORM_TTL'));
    }
    for (const mode of ['none', 'eventTime'] as const) {
      await expect(inMode(mode)).rejects.toThrow(code('TRANSFORM_TTL'));
    }
  });

  it('stand in init only, and state is used in handlers only', async () => {
    const outside = code('TRANSFORM_OUTSIDE_CALL');
    await expect(opening((handle) => handle.value('v').get())).rejects.toThrow(outside);
    await expect(opening((handle) => handle.list('v').get())).rejects.toThrow(outside);
    await expect(opening((handle) => handle.map('v').exists)).rejects.toThrow(outside);
    let kept!: StateHandle<'processingTime'>;
    const state = new Program((handle) => {
      kept = handle;
      return handle.value<number>('v');
    });
    await expect(state.call(() => kept.value('w'))).rejects.toThrow(outside);
    let v!: ValueState<number>;
    let ctx!: Ctx;
    await new Program((handle) => handle.value<number>('v')).call((value, context) => {
      v = value;
      ctx = context;
    });
    expect(() => v.update(1)).toThrow(outside);
    expect(() => ctx.registerTimer(1)).toThrow(outside);
    expect(() => ctx.listTimers()).toThrow(outside);
  });

  it('may be dropped by a later program', async () => {
    const init: Init<unknown> = (handle) => [
      handle.value('v'),
      handle.list('l', { ttl: 1000 }),
      handle.map('m'),
    ];
    const fill = (state: unknown) => {
      const [v, l, m] = state as [ValueState<number>, ListState<number>, MapState<number, number>];
      v.update(1);
      l.put([1, 2]);
      m.updateValue(1, 1);
    };
    const harness = await StoredHarness.open(program(init, () => fill));
    await harness.batch({
      rows: [
        ['a', null],
        ['b', null],
      ],
      at: 0,
    });
    expect(harness.run.total).toBe(8);
    const drop: Init<unknown> = (handle) => {
      for (const name of ['v', 'l', 'm', 'never']) handle.deleteIfExists(name);
    };
    await harness.restart(program(drop, () => () => null));
    const out = await harness.batch({ at: 5000 });
    expect(out.metrics.get('numDeletedStateVars')).toBe(3);
    expect(harness.run.total).toBe(0);
    // The names are free again, for other kinds.
    await harness.restart(
      program(
        (handle) => handle.list<number>('v'),
        () => (l) => l.get(),
      ),
    );
    expect((await harness.batch({ rows: [['a', null]] })).rows).toEqual([[]]);
  });

  it.each<[string, Init<unknown>, Init<unknown>]>([
    ['kind', (handle) => handle.value('v'), (handle) => handle.list('v')],
    ['ttl', (handle) => handle.value('v'), (handle) => handle.value('v', { ttl: 5 })],
    ['no ttl', (handle) => handle.map('v', { ttl: 5 }), (handle) => handle.map('v')],
  ])('keep their %s over a restart', async (_what, before, after) => {
    const harness = await StoredHarness.open(program(before, () => () => null));
    await harness.batch({ rows: [['a', null]] });
    await harness.restart(program(after, () => () => null));
    await expect(harness.run.opened()).rejects.toThrow(code('TRANSFORM_VARIABLE_CHANGED'));
  });

  it('may change the length of a ttl', async () => {
    const ttl =
      (ms: number): Init<ListState<number>> =>
      (handle) =>
        handle.list('l', { ttl: ms });
    const add = (value: number) => (l: ListState<number>) => {
      l.appendValue(value);
      return l.get();
    };
    const harness = await StoredHarness.open(program(ttl(1000), () => add(1)));
    await harness.batch({ rows: [['k', null]], at: 0 });
    await harness.restart(program(ttl(10), () => add(2)));
    await harness.batch({ rows: [['k', null]], at: 1 });
    expect((await harness.batch({ rows: [['k', null]], at: 11 })).rows).toEqual([[1, 2]]);
    expect((await harness.batch({ rows: [['k', null]], at: 21 })).rows).toEqual([[1, 2]]);
    expect((await harness.batch({ at: 1000 })).wakeAt).toBeUndefined();
    expect(harness.run.total).toBe(0);
  });
});
