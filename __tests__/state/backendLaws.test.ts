import fc from 'fast-check';
import { entryKey, entryTime } from '../../lib/state/entry.js';
import type { StateBackend } from '../../lib/state/stateBackend.js';
import type { KeyedTable, TimedTable } from '../../lib/state/stateStore.js';
import { openDurableBackend } from '../../state/durableBackend.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';
import type { PageLimits } from '../../state/tables/pageLimits.js';
import { recordOf } from '../contracts/stateBackend.contract.js';

/*
 * A durable backend with any size of cache, restarted and aborted anywhere, answers as two plain Maps
 * do. The store beneath answers writes later, so that the next batch may begin while one is on its way,
 * and ranges as they were when they were asked for, perhaps after a commit that came behind them.
 */
type Action =
  | { readonly do: 'put' | 'remove' | 'find'; readonly time: number; readonly key: number }
  | { readonly do: 'rows'; readonly time: number; readonly keys: readonly number[] }
  | { readonly do: 'due' | 'take'; readonly upTo: number }
  | {
      readonly do:
        | 'look'
        | 'commit'
        | 'commit ahead'
        | 'abort'
        | 'restart'
        | 'entries'
        | 'first'
        | 'turn';
    };

const at = { time: fc.nat(6), key: fc.nat(4) };
/** Rows of one window follow each other. */
const rows = fc.record({
  do: fc.constant('rows' as const),
  time: fc.nat(6),
  keys: fc.array(fc.nat(2), { minLength: 2, maxLength: 6 }),
});
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: rows },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), ...at }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), ...at }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('find' as const), ...at }) },
  { weight: 6, arbitrary: fc.constant({ do: 'turn' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('due' as const), upTo: fc.nat(6) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const), upTo: fc.nat(6) }) },
  { weight: 4, arbitrary: fc.constant({ do: 'commit ahead' as const }) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...(['look', 'commit', 'abort', 'restart', 'entries', 'first'] as const).map((name) => ({
        do: name,
      })),
    ),
  },
);

type Model = Map<string, number>;

/** What the tables stand on; times in ticks of the promise queue. */
interface Disk {
  readonly cacheEntries: number;
  /** Whether the timed table keeps what it has committed. */
  readonly cached: boolean;
  /** Whether what it has at one time is written together; or only since the first restart. */
  readonly paged: boolean | 'since';
  readonly pageLimits: Partial<PageLimits>;
  readonly writeTakes: number;
  readonly rangeTakes: number;
  /** So often some changes are encoded before their commit, or before they are given up. */
  readonly encodings: number;
}

async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

class Comparison {
  private readonly content = new MemoryBytes();
  private backend!: StateBackend;
  private batchId = 0;
  private count = 0;
  private committed: Model = new Map();
  private model: Model = new Map();
  /** What the turn has put and not removed. */
  private readonly turn = new Set<string>();
  private onItsWay: PromiseLike<void> = Promise.resolve();
  private starts = 0;

  constructor(private readonly disk: Disk) {}

  private get timed(): TimedTable<number> {
    const { cached } = this.disk;
    const paged = this.disk.paged === 'since' ? this.starts > 1 : this.disk.paged;
    return this.backend.operator('op').timed('t', { cached, paged });
  }
  private get keyed(): KeyedTable<number> {
    return this.backend.operator('op').keyed('k');
  }

  async open(): Promise<void> {
    const { cacheEntries, pageLimits, writeTakes, rangeTakes } = this.disk;
    this.starts++;
    const store = new MemoryByteStore(this.content, {
      beforeWrite: () => ticks(writeTakes),
      afterRange: () => ticks(rangeTakes),
    });
    // What a turn has changed is encoded with the next two, though it may change again.
    const encodesAhead = { youngest: 1, perTurn: 2, atOnce: 2 };
    const sizes = { cacheEntries, encodesAhead, pageLimits };
    const options = { queryId: 'q', directory: 's', clean: false, ...sizes };
    const { backend } = await openDurableBackend(store, options);
    await backend.scanned;
    this.backend = backend;
    await this.begin();
  }

  private async begin(): Promise<void> {
    this.turn.clear();
    this.backend.begin();
    await this.timed.load(Number.NEGATIVE_INFINITY);
  }

  async apply(action: Action): Promise<void> {
    switch (action.do) {
      case 'put':
        return this.put(action.time, action.key);
      case 'rows':
        for (const key of action.keys) this.put(action.time, key);
        return this.touched();
      case 'remove':
        return this.remove(action.time, action.key);
      case 'find':
        return this.find(action.time, action.key);
      case 'due':
        return this.due(action.upTo);
      case 'take':
        return this.take(action.upTo);
      case 'look':
        return this.look();
      case 'commit':
        return this.commit();
      case 'commit ahead':
        return this.commitAhead();
      case 'abort':
        return this.abort();
      case 'restart':
        return this.restart();
      case 'entries':
        return this.entries();
      case 'first':
        return this.first();
      case 'turn':
        this.turn.clear();
        return this.backend.beginTurn();
    }
  }

  private put(time: number, key: number): void {
    const value = this.count++;
    const changed = this.timed.changedAt(time)?.changed(key);
    const timed = this.timed.find(time, key);
    if (changed !== undefined) changed.value = value;
    else if (timed === undefined) this.timed.insert(time, key, value);
    else {
      timed.value = value;
      this.timed.touch(timed);
    }
    this.putKeyed([time, key], value);
    this.model.set(`${time} ${key}`, value);
    this.turn.add(`${time} ${key}`);
  }

  /** By turns the two ways in which a stage does it. */
  private putKeyed(key: readonly [number, number], value: number): void {
    const { keyed } = this;
    const inTwoSteps = () => keyed.find(key) ?? keyed.insert(key, value);
    const entry = value % 2 === 0 ? inTwoSteps() : keyed.findOrInsert(key, { zero: () => value });
    entry.value = value;
    keyed.touch(entry);
  }

  private remove(time: number, key: number): void {
    const timed = this.timed.find(time, key);
    if (timed !== undefined) this.timed.remove(timed);
    const keyed = this.keyed.find([time, key]);
    if (keyed !== undefined) this.keyed.remove(keyed);
    this.model.delete(`${time} ${key}`);
    this.turn.delete(`${time} ${key}`);
  }

  private touched(): void {
    const touched = this.timed.touched().map((entry) => `${entryTime(entry)} ${entryKey(entry)}`);
    expect(touched.sort()).toEqual([...this.turn].sort());
  }

  private find(time: number, key: number): void {
    const expected = this.model.get(`${time} ${key}`);
    expect(this.timed.find(time, key)?.value).toBe(expected);
    expect(this.keyed.find([time, key])?.value).toBe(expected);
    expect(this.timed.size).toBe(this.model.size);
    expect(this.keyed.size).toBe(this.model.size);
  }

  private async due(upTo: number): Promise<void> {
    await this.timed.load(upTo);
    const due = Array.from(
      this.timed.due(upTo),
      (e) => [`${entryTime(e)} ${entryKey(e)}`, e.value] as const,
    );
    const times = due.map(([key]) => Number.parseInt(key, 10));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const expected = [...this.model].filter(([key]) => Number.parseInt(key, 10) <= upTo);
    expect([...due].sort()).toEqual(expected.sort());
  }

  private async take(upTo: number): Promise<void> {
    await this.timed.load(upTo);
    const taken = [...this.timed.takeDue(upTo)];
    const times = taken.map(([first]) => first && entryTime(first));
    expect(times).toEqual([...new Set(times)].sort((a = 0, b = 0) => a - b));
    const expected = [...this.model].filter(([key]) => Number.parseInt(key, 10) <= upTo);
    expect(taken.flat().map((e) => [`${entryTime(e)} ${entryKey(e)}`, e.value])).toEqual(
      expect.arrayContaining(expected),
    );
    expect(taken.flat().length).toBe(expected.length);
    for (const e of taken.flat()) this.remove(entryTime(e), entryKey(e) as number);
  }

  /** Somebody asks for all between two batches. */
  private async look(): Promise<void> {
    this.encode();
    await this.onItsWay;
    await this.backend.commit(recordOf(this.batchId++));
    this.committed = new Map(this.model);
    await this.entries();
    await this.begin();
  }

  private async commit(): Promise<void> {
    await this.commitAhead();
    await this.onItsWay;
  }

  /** The next batch begins before the commit has answered, as an epoch does. */
  private async commitAhead(): Promise<void> {
    this.encode();
    await this.onItsWay;
    this.onItsWay = Promise.resolve(this.backend.commit(recordOf(this.batchId++)));
    this.committed = new Map(this.model);
    await this.begin();
  }

  /** A batch is over, and the commit before it perhaps on its way. */
  private encode(): void {
    for (let n = 0; n < this.disk.encodings; n++) if (!this.backend.encodeSome?.()) return;
  }

  private async abort(): Promise<void> {
    this.encode();
    await this.onItsWay;
    this.backend.abort();
    await this.begin();
    this.model = new Map(this.committed);
  }

  private async restart(): Promise<void> {
    this.encode();
    await this.onItsWay;
    await this.backend.close();
    await this.open();
    this.model = new Map(this.committed);
  }

  private async entries(): Promise<void> {
    await this.timed.loadAll();
    await this.keyed.loadAll();
    const timed = Array.from(this.timed.entries(), (e) => [
      `${entryTime(e)} ${entryKey(e)}`,
      e.value,
    ]);
    const keyed = Array.from(this.keyed.entries(), (e) => [
      (entryKey(e) as number[]).join(' '),
      e.value,
    ]);
    expect(timed.sort()).toEqual([...this.model].sort());
    expect(keyed.sort()).toEqual([...this.model].sort());
  }

  private async first(): Promise<void> {
    const times = [...this.model.keys()].map((key) => Number.parseInt(key, 10));
    const expected = times.length === 0 ? undefined : Math.min(...times);
    expect(await this.timed.firstTime()).toBe(expected);
  }
}

/** A key and its value take 18 bytes. */
const shortPages = { pageBytes: 40, superseded: 3 };

const times = fc.record({
  cached: fc.boolean(),
  paged: fc.constantFrom<boolean | 'since'>(false, true, true, 'since'),
  pageLimits: fc.constantFrom<Partial<PageLimits>>({}, shortPages, { ...shortPages, inAll: 5 }),
  writeTakes: fc.constantFrom(1, 15),
  rangeTakes: fc.constantFrom(0, 40),
  encodings: fc.constantFrom(0, 1, 2, 100),
});

const late = { cached: false, paged: false, pageLimits: {}, writeTakes: 15, encodings: 0 } as const;

/** The last time on disk is asked for while a later one is on its way there, and leaves memory. */
const storedMeanwhile: Action[] = [
  { do: 'put', time: 1, key: 1 },
  { do: 'commit' },
  { do: 'restart' },
  { do: 'put', time: 6, key: 1 },
  { do: 'commit ahead' },
  { do: 'take', upTo: 0 },
  { do: 'commit' },
  { do: 'find', time: 6, key: 1 },
];

describe('a durable backend', () => {
  it.each([1, 3, 20, 1000])(
    'answers as plain Maps do, with room for %p entries',
    async (cacheEntries) => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 60 }), times, async (actions, times) => {
          const comparison = new Comparison({ cacheEntries, ...times });
          await comparison.open();
          for (const action of actions) await comparison.apply(action);
          await comparison.apply({ do: 'entries' });
          await comparison.apply({ do: 'commit' });
          await comparison.apply({ do: 'restart' });
          await comparison.apply({ do: 'first' });
          await comparison.apply({ do: 'entries' });
        }),
        { numRuns: 300, examples: [[storedMeanwhile, { ...late, rangeTakes: 0 }]] },
      );
    },
  );

  it('answers so to an operator that takes what is due in each batch', async () => {
    const batch = fc.record({
      puts: fc.array(fc.record(at), { maxLength: 4 }),
      step: fc.nat(2),
      restarts: fc.nat(9),
    });
    const disk = fc.tuple(fc.constantFrom(1, 1000), times);
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 8 }), disk, async (batches, [room, times]) => {
        const comparison = new Comparison({ cacheEntries: room, ...times });
        await comparison.open();
        let watermark = 0;
        for (const { puts, step, restarts } of batches) {
          watermark += step;
          for (const { time, key } of puts) {
            await comparison.apply({ do: 'put', time: watermark + time + 1, key });
          }
          await comparison.apply({ do: 'take', upTo: watermark });
          await comparison.apply({ do: restarts === 0 ? 'restart' : 'commit ahead' });
        }
        await comparison.apply({ do: 'entries' });
      }),
      { numRuns: 300 },
    );
  });
});
