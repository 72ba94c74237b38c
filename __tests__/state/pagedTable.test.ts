import { entryKey, entryTime } from '../../lib/state/entry.js';
import type { TableOptions, TimedTable } from '../../lib/state/stateStore.js';
import { type DurableBackend, openDurableBackend } from '../../state/durableBackend.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';
import { recordOf } from '../contracts/stateBackend.contract.js';

/** A table of counts over one store, a batch after the other. */
class Run {
  private batchId = 0;
  private backend!: DurableBackend;

  private constructor(
    private readonly content: MemoryBytes,
    private readonly room: number,
    private readonly options: TableOptions<unknown>,
  ) {}

  static async open(room = 1000, options: TableOptions<unknown> = { paged: true }): Promise<Run> {
    const run = new Run(new MemoryBytes(), room, options);
    await run.start();
    return run;
  }

  /** The same store under another kind of table. */
  async reopen(options: TableOptions<unknown>): Promise<Run> {
    await this.backend.close();
    const run = new Run(this.content, this.room, options);
    run.batchId = this.batchId;
    await run.start();
    return run;
  }

  /** Pairs of the store that belong to tables. */
  get entries(): number {
    return this.content.pairs.filter(([key]) => key[0] === 1).length;
  }

  get bytes(): number {
    return this.content.pairs.reduce((sum, [, value]) => sum + value.length, 0);
  }

  get table(): TimedTable<unknown> {
    return this.backend.operator('op').timed('t', this.options);
  }

  get metrics() {
    return this.backend.operator('op').metrics;
  }

  async batch(body: (table: TimedTable<unknown>) => void, upTo = Number.NEGATIVE_INFINITY) {
    await this.table.load(upTo);
    body(this.table);
    await this.commit();
  }

  /** Adds one to each key at each time. */
  add(times: readonly number[], keys: readonly unknown[]): Promise<void> {
    return this.batch((table) => {
      for (const time of times) {
        for (const key of keys) {
          const entry = table.find(time, key);
          if (entry === undefined) table.insert(time, key, 1);
          else {
            entry.value = Number(entry.value) + 1;
            table.touch(entry);
          }
        }
      }
    });
  }

  async commit(): Promise<void> {
    await this.end();
    this.backend.begin();
  }

  /** Commits, and begins no batch. */
  async end(): Promise<void> {
    await this.backend.commit(recordOf(this.batchId++));
  }

  abort(): void {
    this.backend.abort();
    this.backend.begin();
  }

  async restart(): Promise<void> {
    await this.backend.close();
    await this.start();
  }

  async all(): Promise<unknown[]> {
    await this.table.loadAll();
    const all = Array.from(this.table.entries(), (e) => [entryTime(e), entryKey(e), e.value]);
    return all.sort();
  }

  private async start(): Promise<void> {
    const store = new MemoryByteStore(this.content);
    const options = { queryId: 'q', directory: 's', clean: false, cacheEntries: this.room };
    const { backend } = await openDurableBackend(store, options);
    await backend.scanned;
    this.backend = backend;
    backend.begin();
  }
}

const keys = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a paged table', () => {
  it('writes what a batch changes at one time as one entry, and removes it as one', async () => {
    const run = await Run.open();
    await run.add([10, 20], keys(100));
    expect(run.entries).toBe(3); // two pages and the number of entries
    expect(run.metrics.numRowsTotal).toBe(200);
    await run.restart();
    await run.batch((table) => {
      expect(Array.from(table.takeDue(10)).flat()).toHaveLength(100);
    }, 10);
    expect(run.entries).toBe(2);
    expect(run.metrics.numRowsTotal).toBe(100);
  });

  it('counts the last value of a key, also after a restart', async () => {
    const run = await Run.open();
    for (let i = 0; i < 5; i++) await run.add([10], ['a', 'b']);
    await run.add([10], ['b']);
    await run.restart();
    await run.add([10], ['a']);
    await run.restart();
    expect(await run.all()).toEqual([
      [10, 'a', 6],
      [10, 'b', 6],
    ]);
  });

  it('keeps no more than a bounded number of superseded entries', async () => {
    const run = await Run.open();
    for (let i = 0; i < 500; i++) await run.add([10], ['a']);
    expect(run.entries).toBeLessThan(70);
    await run.restart();
    expect(await run.all()).toEqual([[10, 'a', 500]]);
  });

  it('keeps few superseded values that are large', async () => {
    const run = await Run.open();
    const put = (batch: number) =>
      run.batch((table) => {
        const value = `${batch}${'x'.repeat(100_000)}`;
        const entry = table.find(10, 'a');
        if (entry === undefined) table.insert(10, 'a', value);
        else {
          entry.value = value;
          table.touch(entry);
        }
      });
    for (let batch = 0; batch < 10; batch++) await put(batch);
    expect(run.entries).toBeLessThanOrEqual(3);
    await run.restart();
    for (let batch = 10; batch < 20; batch++) await put(batch);
    expect(run.entries).toBeLessThanOrEqual(3);
  });

  it('keeps few superseded values that are large beside many that are small', async () => {
    const run = await Run.open();
    await run.add([10], keys(300));
    for (let batch = 0; batch < 40; batch++) {
      await run.batch((table) => {
        const value = `${batch}${'x'.repeat(50_000)}`;
        const entry = table.find(10, 'a');
        if (entry === undefined) table.insert(10, 'a', value);
        else {
          entry.value = value;
          table.touch(entry);
        }
      });
      if (batch % 7 === 0) await run.restart();
      expect(run.bytes).toBeLessThan(500_000);
    }
    expect(await run.all()).toHaveLength(301);
  });

  it('reads a time when one of its keys is asked for, and no other', async () => {
    const run = await Run.open();
    for (const time of [10, 20, 30]) await run.add([time], keys(50));
    await run.restart();
    await run.table.load(Number.NEGATIVE_INFINITY);
    const before = run.metrics.numEntriesRead;
    expect(run.table.find(20, 7)?.value).toBe(1);
    expect(run.metrics.numEntriesRead - before).toBe(1);
  });

  it('drops times that nobody changes when memory is short, and finds them again', async () => {
    const run = await Run.open(20);
    for (const time of [10, 20, 30, 40]) await run.add([time], keys(6));
    expect(run.metrics.memoryUsedBytes / 200).toBeLessThan(20);
    expect(run.metrics.numRowsTotal).toBe(24);
    await run.add([10, 40], [1]);
    expect((await run.all()).filter((entry) => Number((entry as unknown[])[2]) === 2)).toEqual([
      [10, 1, 2],
      [40, 1, 2],
    ]);
  });

  it('stores a time one by one that is too large for memory, and goes on so', async () => {
    const run = await Run.open(20);
    await run.add([10], keys(30));
    await run.add([20], keys(3));
    expect(run.entries).toBe(30 + 1 + 1 + 1); // its mark, a page, the number of entries in pages
    expect(run.metrics.numRowsTotal).toBe(33);
    await run.restart();
    await run.add([10, 20], [2]);
    expect(run.entries).toBe(30 + 1 + 2 + 1);
    await run.batch((table) => {
      expect(Array.from(table.takeDue(20), (taken) => taken.length)).toEqual([30, 3]);
    }, 20);
    expect(run.entries).toBe(1);
    expect(run.metrics.numRowsTotal).toBe(0);
  });

  it('has no more in pages than a batch may read that asks for each time', async () => {
    const run = await Run.open(20);
    const times = Array.from({ length: 60 }, (_, i) => i);
    for (const time of times) await run.add([time], keys(9));
    await run.restart();
    await run.table.load(Number.NEGATIVE_INFINITY);
    for (const time of times) expect(run.table.find(time, 0)?.value).toBe(1);
    // Twice the room, and of the other times an entry each, with their marks and pages.
    expect(run.metrics.memoryUsedBytes / 200).toBeLessThan(2 * 20 + 3 * 60);
    expect(run.metrics.numRowsTotal).toBe(9 * 60);
  });

  it('remembers nothing of a time that is over before it was written', async () => {
    const run = await Run.open();
    await run.batch((table) => {
      for (const time of keys(100)) table.insert(time, 'a', 1);
      expect(Array.from(table.takeDue(99))).toHaveLength(100);
    }, 99);
    expect((Reflect.get(run.table, 'loaded') as Map<number, unknown>).size).toBe(0);
  });

  it('remembers few of the times that are stored one by one, and finds them all', async () => {
    const run = await Run.open(2);
    await run.add(keys(100), ['a', 'b']);
    expect((Reflect.get(run.table, 'singleTimes') as Set<number>).size).toBeLessThan(2);
    await run.add(keys(100), ['b']);
    const found = (await run.all()).map((entry) => (entry as unknown[])[2]);
    expect(found).toEqual(keys(100).flatMap(() => [1, 2]));
  });

  it('is left as it is by a batch in which nobody asks for it', async () => {
    const run = await Run.open();
    await run.add([10], ['a', 'b']);
    await run.restart();
    expect(run.table.touched()).toEqual([]);
    await run.commit();
    expect(await run.all()).toHaveLength(2);
    expect(run.metrics.numRowsTotal).toBe(2);
  });

  it('shows between two batches what the first had read and memory has no room for', async () => {
    const run = await Run.open(20);
    for (const time of [10, 20, 30, 40]) await run.add([time], keys(6));
    await run.table.loadAll();
    run.table.insert(50, 'a', 1);
    await run.end();
    expect(await run.all()).toHaveLength(4 * 6 + 1);
  });

  it('does not show as due what was removed while others were shown', async () => {
    const run = await Run.open(20);
    await run.add([20], keys(30)); // one by one from now on
    await run.add([10], ['a', 'b']);
    await run.batch((table) => {
      const shown: number[] = [];
      for (const entry of table.due(20)) {
        shown.push(entryTime(entry));
        for (const key of shown.length === 1 ? keys(30) : []) {
          const other = table.find(20, key);
          if (other !== undefined) table.remove(other);
        }
      }
      expect(shown).toEqual([10, 10]);
    }, 20);
  });

  it('goes on with what was stored before there were pages, until it is gone', async () => {
    const before = await Run.open(1000, {});
    await before.add([10, 20], ['a', 'b']);
    const run = await before.reopen({ paged: true });
    await run.add([20, 30], ['b']);
    await run.restart();
    expect(await run.all()).toEqual([
      [10, 'a', 1],
      [10, 'b', 1],
      [20, 'a', 1],
      [20, 'b', 2],
      [30, 'b', 1],
    ]);
    await run.batch((table) => {
      expect(Array.from(table.takeDue(30), (taken) => taken.length)).toEqual([2, 2, 1]);
    }, 30);
    expect(run.entries).toBe(0);
    await run.add([40], keys(10));
    expect(run.entries).toBe(2);
  });

  it('forgets what an abort takes back', async () => {
    const run = await Run.open();
    await run.add([10], ['a']);
    await run.table.load(Number.NEGATIVE_INFINITY);
    run.table.insert(10, 'b', 1);
    run.abort();
    expect(await run.all()).toEqual([[10, 'a', 1]]);
    expect(run.metrics.numRowsTotal).toBe(1);
  });

  it('names the key whose value cannot be kept', async () => {
    const run = await Run.open();
    await run.table.load(Number.NEGATIVE_INFINITY);
    run.table.insert(10, 'good', 1);
    run.table.insert(10, 'bad', { when: /x/ });
    await expect(run.commit()).rejects.toMatchObject({
      code: 'STATE_NOT_ENCODABLE',
      params: { key: '"bad"', table: 't', path: 'value.when', found: 'RegExp' },
    });
  });

  it('names the key whose value refers to itself in many ways', async () => {
    const run = await Run.open();
    const parent = { children: [] as unknown[] };
    parent.children.push({ parent }, { parent });
    await run.table.load(Number.NEGATIVE_INFINITY);
    run.table.insert(10, 'bad', parent);
    await expect(run.commit()).rejects.toMatchObject({
      code: 'STATE_NOT_ENCODABLE',
      params: { key: '"bad"', table: 't', found: expect.stringContaining('cycle') },
    });
  });

  it('names the key whose value refers to itself', async () => {
    const run = await Run.open();
    const cycle: unknown[] = [];
    cycle.push(cycle);
    await run.table.load(Number.NEGATIVE_INFINITY);
    run.table.insert(10, 'good', 1);
    run.table.insert(10, 'bad', cycle);
    await expect(run.commit()).rejects.toMatchObject({
      code: 'STATE_NOT_ENCODABLE',
      params: { key: '"bad"', found: expect.stringContaining('cycle') },
    });
  });

  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  it.each([
    ['a value as deep as any may be', 'a', nested(101)],
    ['a value as large as any may be', 'a', 'x'.repeat(16 * 1024 * 1024 - 5)],
    ['a large key', 'k'.repeat(17 * 1024 * 1024), 1],
  ])('keeps %s, and what lies beside it', async (_name, key, value) => {
    const run = await Run.open();
    await run.add([10], ['b']);
    await run.batch((table) => {
      table.insert(10, key, value);
    });
    await run.restart();
    await run.table.load(Number.NEGATIVE_INFINITY);
    expect(run.table.find(10, key)?.value).toEqual(value);
    expect(run.table.find(10, 'b')?.value).toBe(1);
    expect(run.metrics.numRowsTotal).toBe(2);
  });

  it('refuses a value that is too deep for any table', async () => {
    const run = await Run.open();
    await run.table.load(Number.NEGATIVE_INFINITY);
    run.table.insert(10, 'a', nested(102));
    await expect(run.commit()).rejects.toMatchObject({
      code: 'STATE_NOT_ENCODABLE',
      params: { key: '"a"', table: 't', found: expect.stringContaining('nested deeper') },
    });
  });

  it('asks to be loaded first', async () => {
    const run = await Run.open();
    expect(() => run.table.find(10, 'a')).toThrow(/load/);
  });
});
