import fc from 'fast-check';
import { DueIndex } from '../../operators/internal/dueIndex.js';
import { type DurableBackend, openDurableBackend } from '../../state/durableBackend.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';
import { recordOf } from '../contracts/stateBackend.contract.js';

/** A store whose writes can be held, and what outlives it. */
class Store {
  readonly content = new MemoryBytes();
  backend!: DurableBackend;
  index!: DueIndex;
  batchId = -1;
  hold = false;
  private release: () => void = () => {};
  private written: PromiseLike<void> | undefined;

  async open(): Promise<void> {
    const store = new MemoryByteStore(this.content, {
      beforeWrite: () =>
        this.hold ? new Promise<void>((resolve) => (this.release = resolve)) : undefined,
    });
    const options = { queryId: 'q', directory: 'memory', clean: true };
    this.backend = (await openDurableBackend(store, options)).backend;
    const ctx = { batchId: 0, state: this.backend.operator('join-0') };
    Object.defineProperty(ctx, 'batchId', { get: () => this.batchId });
    this.index = new DueIndex(ctx, 'due');
  }

  /** What a batch takes up to `upTo`; its write stays on its way while `hold`. */
  async batch(adds: readonly (readonly [time: number, reference: unknown])[], upTo: number) {
    this.batchId++;
    this.backend.begin();
    await this.index.load(upTo);
    for (const [time, reference] of adds) this.index.add(time, reference);
    const taken = Array.from(this.index.take(upTo), ({ time, references }) => ({
      time,
      references: [...references].sort(),
    }));
    await this.settle();
    this.written = this.backend.commit(recordOf(this.batchId)) as PromiseLike<void>;
    if (!this.hold) await this.settle();
    return taken;
  }

  async settle(): Promise<void> {
    this.release();
    await this.written;
  }

  async restart(): Promise<void> {
    this.hold = false;
    await this.settle();
    await this.backend.close();
    await this.open();
  }

  get pages(): number {
    return this.content.pairs.filter(([key]) => key[0] === 1).length;
  }
}

/** The rule: each reference comes out once, when its time is reached, earliest first. */
class Model {
  private due: (readonly [number, unknown])[] = [];

  batch(adds: readonly (readonly [number, unknown])[], upTo: number) {
    const all = [...this.due, ...adds];
    this.due = all.filter(([time]) => time > upTo);
    const taken = new Map<number, unknown[]>();
    for (const [time, reference] of all.filter(([at]) => at <= upTo)) {
      taken.set(time, [...(taken.get(time) ?? []), reference]);
    }
    return [...taken]
      .sort(([a], [b]) => a - b)
      .map(([time, references]) => ({ time, references: references.sort() }));
  }
}

async function opened(): Promise<Store> {
  const store = new Store();
  await store.open();
  return store;
}

describe('DueIndex', () => {
  it('agrees with a list, whatever is on its way to the disk and whenever it restarts', async () => {
    const step = fc.record({
      adds: fc.array(fc.tuple(fc.integer({ min: -3, max: 12 }), fc.string({ maxLength: 1 }))),
      by: fc.integer({ min: 0, max: 4 }),
      after: fc.constantFrom('go on', 'held', 'restart'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const [store, model] = [await opened(), new Model()];
        let upTo = -3;
        for (const { adds, by, after } of steps) {
          upTo += by;
          store.hold = after === 'held';
          expect(await store.batch(adds, upTo)).toEqual(model.batch(adds, upTo));
          if (after === 'restart') await store.restart();
        }
        await store.restart();
        expect(await store.batch([], 100)).toEqual(model.batch([], 100));
        expect(store.pages).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('writes what a batch adds at one time together, a thousand at most', async () => {
    const store = await opened();
    await store.batch(
      Array.from({ length: 2500 }, (_, i) => [7, i] as const),
      0,
    );
    expect(store.pages).toBe(3);
    await store.batch([[7, 'later']], 0);
    expect(store.pages).toBe(4);
    const [due] = await store.batch([], 7);
    expect(due?.references).toHaveLength(2501);
    expect(store.pages).toBe(0);
  });

  it('leaves memory with the commit, and is read when it is due', async () => {
    const store = await opened();
    await store.batch([[7, 'a']], 0);
    const state = store.backend.operator('join-0');
    expect(state.metrics.memoryUsedBytes).toBe(0);
    expect(await store.batch([], 7)).toEqual([{ time: 7, references: ['a'] }]);
    expect(state.metrics.numEntriesRead).toBe(1);
  });

  it('reads references as first versions wrote them', async () => {
    const store = await opened();
    store.batchId++;
    store.backend.begin();
    const old = store.backend.operator('join-0').timed('due');
    old.insert(5, ['k', 1], true);
    old.insert(5, 'key', null);
    await store.backend.commit(recordOf(0));
    await store.restart();
    expect(await store.batch([[5, 'new']], 5)).toEqual([
      { time: 5, references: [['k', 1], 'key', 'new'] },
    ]);
    expect(store.pages).toBe(0);
  });
});
