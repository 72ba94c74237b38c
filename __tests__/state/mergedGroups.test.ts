import fc from 'fast-check';
import { entryKey, entryTime } from '../../lib/state/entry.js';
import type { StateBackend } from '../../lib/state/stateBackend.js';
import type { Merging, TimedTable } from '../../lib/state/stateStore.js';
import { openDurableBackend } from '../../state/durableBackend.js';
import { memoryBackend } from '../../state/memoryBackend.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';
import { recordOf } from '../contracts/stateBackend.contract.js';

/*
 * Groups that are merged by the whole are those that are merged one by one, whatever is asked for meanwhile.
 */
type Sums = number[];

/** An accumulator that changes in place: no two groups may share one. */
const fold: Merging<Sums> = {
  zero: () => [0],
  merge: (value, later) => {
    value[0] = (value[0] as number) + (later[0] as number);
    return value;
  },
};

/** Numbers, text, and what stands for something else; equal ones among them. */
const keys: readonly unknown[] = [0, -0, 1, 2.5, Number.NaN, 2 ** 52 + 5, 2 ** 60, 'a', '', '\0a'];
const otherKeys: readonly unknown[] = [null, true, [0, 5], 5n];
const keyArbitrary = fc.oneof(
  { weight: 12, arbitrary: fc.nat(4) },
  { weight: 3, arbitrary: fc.constantFrom(...keys) },
  { weight: 1, arbitrary: fc.constantFrom(...otherKeys) },
);
const isSame = (a: unknown, b: unknown) => a === b || Object.is(a, b);
const distinct = fc.uniqueArray(keyArbitrary, { maxLength: 6, comparator: isSame });
const texts = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 3 });

type Step =
  | { readonly do: 'merge'; readonly time: number; readonly keys: readonly unknown[] }
  | { readonly do: 'put' | 'find' | 'remove'; readonly time: number; readonly key: unknown }
  | { readonly do: 'take' | 'due'; readonly upTo: number }
  | { readonly do: 'commit' | 'entries' | 'restart' | 'abort' | 'first' | 'turn' };

const time = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('merge' as const),
      time,
      keys: fc.oneof({ weight: 3, arbitrary: distinct }, texts),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('put' as const, 'find' as const, 'remove' as const),
      time,
      key: keyArbitrary,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('take' as const, 'due' as const), upTo: time }),
  },
  { weight: 5, arbitrary: fc.constant({ do: 'commit' as const }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('entries', 'restart', 'abort', 'first', 'turn')
      .map((name) => ({ do: name }) as Step),
  },
);

/** Of two that do the same; in memory nothing is there to come back to. */
class Side {
  private readonly content = new MemoryBytes();
  private backend!: StateBackend;
  private batchId = 0;
  wasWhole = false;

  constructor(
    private readonly kind: 'memory' | 'durable',
    private readonly cacheEntries: number,
    private readonly merges: boolean,
  ) {}

  async open(): Promise<void> {
    if (this.kind === 'memory') this.backend = memoryBackend();
    else {
      const options = { queryId: 'q', directory: 's', clean: false };
      const { cacheEntries } = this;
      const opened = await openDurableBackend(new MemoryByteStore(this.content), {
        ...options,
        cacheEntries,
        pageLimits: { pageBytes: 60, superseded: 6 },
      });
      await opened.backend.scanned;
      this.backend = opened.backend;
    }
    await this.begin();
  }

  private async begin(): Promise<void> {
    this.backend.begin();
    await this.table.load(Number.NEGATIVE_INFINITY);
  }

  private get table(): TimedTable<Sums> {
    return this.backend.operator('op').timed('t', { paged: true });
  }

  private get metrics(): readonly number[] {
    const { numRowsTotal, numRowsUpdated, numRowsRemoved } = this.backend.operator('op').metrics;
    return [numRowsTotal, numRowsUpdated, numRowsRemoved];
  }

  /** What the step shows. */
  async apply(step: Step): Promise<unknown> {
    switch (step.do) {
      case 'merge':
        return this.merge(step.time, step.keys);
      case 'put':
        return this.add(step.time, step.key, [1]);
      case 'find':
        return this.table.find(step.time, step.key)?.value.slice();
      case 'remove': {
        const entry = this.table.find(step.time, step.key);
        if (entry !== undefined) this.table.remove(entry);
        return this.metrics;
      }
      case 'take':
        await this.table.load(step.upTo);
        return this.shown([...this.table.takeDue(step.upTo)].flat());
      case 'due':
        await this.table.load(step.upTo);
        return this.shown([...this.table.due(step.upTo)]);
      case 'entries':
        await this.table.loadAll();
        return this.shown([...this.table.entries()]);
      case 'first':
        return this.table.firstTime();
      case 'turn':
        return this.backend.beginTurn();
      case 'commit':
        return this.commit();
      case 'abort':
        if (this.kind === 'memory') return;
        this.backend.abort();
        return this.begin();
      case 'restart':
        if (this.kind === 'memory') return;
        await this.backend.close();
        return this.open();
    }
  }

  private async commit(): Promise<unknown> {
    const { metrics } = this;
    await this.backend.commit(recordOf(this.batchId++));
    await this.begin();
    return metrics;
  }

  /** Into two windows that overlap: the same values. */
  private merge(time: number, all: readonly unknown[]): unknown {
    const values = all.map((_, i) => [i + 1]);
    for (const at of [time, time + 1]) {
      if (this.merges && this.table.mergeAll(at, { keys: all, values }, fold)) this.wasWhole = true;
      else for (const [i, key] of all.entries()) this.add(at, key, values[i] as Sums);
    }
    return this.metrics;
  }

  private add(at: number, key: unknown, value: Sums): void {
    const { table } = this;
    const entry = table.find(at, key) ?? table.insert(at, key, fold.zero());
    table.touch(entry);
    entry.value = fold.merge(entry.value, value);
  }

  private shown(entries: ReturnType<TimedTable<Sums>['touched']>): unknown {
    const all = entries.map((entry) => {
      const key = entryKey(entry);
      const text = Object.is(key, -0) ? '-0' : `${typeof key} ${String(key)}`;
      return [entryTime(entry), text, entry.value[0]] as const;
    });
    return [all.map(([at, key, sum]) => `${at} ${key} ${sum}`).sort(), this.metrics];
  }
}

describe('groups that are merged by the whole', () => {
  it.each([
    ['memory', 1000],
    ['durable', 1000],
    ['durable', 6],
  ] as const)('are those that are merged one by one (%s, room for %p)', async (kind, room) => {
    let wholes = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const whole = new Side(kind, room, true);
        const single = new Side(kind, room, false);
        await whole.open();
        await single.open();
        const last: Step[] = [{ do: 'commit' }, { do: 'restart' }, { do: 'entries' }];
        for (const each of [...steps, ...last]) {
          expect(await whole.apply(each)).toEqual(await single.apply(each));
        }
        if (whole.wasWhole) wholes++;
      }),
      { numRuns: 400 },
    );
    expect(wholes).toBeGreaterThan(100);
  });
});
