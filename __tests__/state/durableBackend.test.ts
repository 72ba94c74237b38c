import { StreamingError } from '../../lib/errors.js';
import type { Entry } from '../../lib/state/entry.js';
import type { EpochRecord, StateBackend } from '../../lib/state/stateBackend.js';
import { ByteWriter } from '../../state/codec/byteWriter.js';
import { crc32 } from '../../state/codec/crc32.js';
import { noShapes } from '../../state/codec/shapes.js';
import { writeValue } from '../../state/codec/writeValue.js';
import { beginFrame, endFrame } from '../../state/durable/frame.js';
import { writeMetaKey } from '../../state/durable/layout.js';
import { type DurableOptions, openDurableBackend } from '../../state/durableBackend.js';
import { type ByteStoreFaults, MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';
import {
  type BackendUnderTest,
  recordOf,
  stateBackendContract,
} from '../contracts/stateBackend.contract.js';

const options = { queryId: 'q', directory: 'state', clean: true };

function overMemory(more: Partial<DurableOptions> = {}): BackendUnderTest {
  const content = new MemoryBytes();
  let backend: StateBackend;
  const open = async () => {
    const opened = await openDurableBackend(new MemoryByteStore(content), {
      ...options,
      ...more,
    });
    backend = opened.backend;
    return backend;
  };
  return {
    open,
    reopen: async () => {
      await backend.close();
      return open();
    },
  };
}

stateBackendContract('durableBackend over memory', () => overMemory());
stateBackendContract('durableBackend with next to no cache', () => overMemory({ cacheEntries: 1 }));
stateBackendContract('durableBackend whose filters are made anew', () =>
  overMemory({ cacheEntries: 1, fewKeys: 0 }),
);

/** A store whose bytes outlive it, and what a test wants to do to them. */
class Disk {
  readonly content = new MemoryBytes();
  /** Entries that were read. */
  reads = 0;
  /** Keys that were asked for, there or not. */
  lookups = 0;

  async open(more: Partial<DurableOptions> & { faults?: ByteStoreFaults } = {}) {
    const { faults, ...rest } = more;
    const store = new MemoryByteStore(this.content, {
      onRead: (_key, value) => {
        this.reads++;
        return value;
      },
      ...faults,
    });
    const get = store.get.bind(store);
    store.get = (key) => {
      this.lookups++;
      return get(key);
    };
    const opened = await openDurableBackend(store, { ...options, ...rest });
    opened.backend.begin();
    this.reads = 0;
    return opened.backend;
  }

  /** Entries of tables, not the records of the store. */
  entries() {
    return this.content.pairs.filter(([key]) => key[0] === 1);
  }

  change(at: number, edit: (bytes: Uint8Array) => Uint8Array | undefined): void {
    const [key, value] = this.entries()[at] as readonly [Uint8Array, Uint8Array];
    const edited = edit(Uint8Array.from(value));
    this.content.pairs = this.content.pairs.flatMap((pair) =>
      pair[0] !== key ? [pair] : edited === undefined ? [] : [[key, edited] as const],
    );
  }
}

const code = (expected: string) => expect.objectContaining({ code: expected });
const flip = (bytes: Uint8Array, at = bytes.length - 1) =>
  bytes.with(at, (bytes[at] as number) ^ 1);

async function filled(count = 5): Promise<Disk> {
  const disk = new Disk();
  const backend = await disk.open();
  const [timed, keyed] = [backend.operator('a-0').timed('t'), backend.operator('b-0').keyed('k')];
  for (let i = 0; i < count; i++) {
    timed.insert(i, 'k', { n: i });
    keyed.insert(i, [i]);
  }
  await backend.commit(recordOf(0));
  await backend.close();
  return disk;
}

describe('durableBackend reads', () => {
  it('nothing for keys that a new store cannot have', async () => {
    const disk = new Disk();
    const backend = await disk.open();
    const timed = backend.operator('a-0').timed('t');
    for (let i = 0; i < 100; i++) if (timed.find(i, 'k') === undefined) timed.insert(i, 'k', i);
    await timed.load(50);
    await timed.loadAll();
    expect(disk.reads).toBe(0);
    await backend.commit(recordOf(0));
    backend.begin();
    expect(timed.find(1000, 'k')).toBeUndefined();
    expect(timed.find(5, 'other')).toBeUndefined();
    expect(disk.reads).toBe(0);
  });

  it('as few keys that have gone in its ten thousandth batch as in its first', async () => {
    const disk = new Disk();
    const backend = await disk.open({ cacheEntries: 1, fewKeys: 20 });
    const keyed = backend.operator('a-0').keyed<number>('k');
    for (let i = 0; i < 200; i++) {
      backend.begin();
      keyed.insert(`key ${i}`, i);
      const gone = keyed.find(`key ${i - 10}`);
      if (gone !== undefined) keyed.remove(gone);
      await backend.commit(recordOf(i));
      await backend.renewed;
    }
    backend.begin();
    expect(backend.filterOf(0)?.keys).toBeLessThan(60);
    disk.reads = 0;
    for (let i = 0; i < 190; i++) expect(keyed.find(`key ${i}`)).toBeUndefined();
    expect(disk.reads).toBe(0);
    for (let i = 190; i < 200; i++) expect(keyed.find(`key ${i}`)?.value).toBe(i);
  });

  it('nothing for new keys, though more have come and gone than a filter takes', async () => {
    const disk = new Disk();
    const backend = await disk.open({ cacheEntries: 1, fewKeys: 20, filteredKeys: 200 });
    const keyed = backend.operator('a-0').keyed<number>('k');
    for (let i = 0; i < 1000; i++) {
      backend.begin();
      keyed.insert(`key ${i}`, i);
      const gone = keyed.find(`key ${i - 80}`);
      if (gone !== undefined) keyed.remove(gone);
      await backend.commit(recordOf(i));
      await backend.renewed;
    }
    backend.begin();
    disk.lookups = 0;
    for (let i = 1000; i < 1100; i++) expect(keyed.find(`key ${i}`)).toBeUndefined();
    expect(disk.lookups).toBeLessThan(10);
    for (let i = 920; i < 1000; i++) expect(keyed.find(`key ${i}`)?.value).toBe(i);
  });

  it('nothing for new keys again, when a batch has brought more than a filter takes and they have gone', async () => {
    const disk = new Disk();
    const backend = await disk.open({ cacheEntries: 1, fewKeys: 20, filteredKeys: 200 });
    const keyed = backend.operator('a-0').keyed<number>('k');
    for (let i = 0; i < 300; i++) keyed.insert(i, i);
    await backend.commit(recordOf(0));
    for (let batch = 1; batch < 3; batch++) {
      backend.begin();
      for (let i = 10; i < 300; i++) {
        const gone = keyed.find(i);
        if (gone !== undefined) keyed.remove(gone);
      }
      await backend.commit(recordOf(batch));
      await backend.renewed;
    }
    backend.begin();
    disk.lookups = 0;
    for (let i = 300; i < 400; i++) expect(keyed.find(i)).toBeUndefined();
    expect(disk.lookups).toBeLessThan(10);
    for (let i = 0; i < 10; i++) expect(keyed.find(i)?.value).toBe(i);
  });

  it('keys that were written while a filter was made anew', async () => {
    const disk = new Disk();
    const backend = await disk.open({ cacheEntries: 1, fewKeys: 2 });
    const keyed = backend.operator('a-0').keyed<number>('k');
    for (let i = 0; i < 40; i++) {
      if (i > 0) backend.begin();
      for (const old of [i - 1, i - 2]) {
        const gone = keyed.find(old);
        if (gone !== undefined && old % 7 !== 0) keyed.remove(gone);
      }
      keyed.insert(i, i);
      // Not awaited: the pages of a renewal come while the next batches are written.
      await backend.commit(recordOf(i));
      const kept = Array.from({ length: i + 1 }, (_, k) => k).filter((k) => k === i || k % 7 === 0);
      expect(kept.map((k) => keyed.find(k)?.value)).toEqual(kept);
    }
  });

  it('keys that were encoded ahead of their commit before a filter was made anew', async () => {
    const disk = new Disk();
    const backend = await disk.open({
      cacheEntries: 1,
      fewKeys: 2,
      encodesAhead: { youngest: 0, perTurn: 10, atOnce: 10 },
      faults: { afterWrite: () => new Promise((resolve) => setImmediate(resolve)) },
    });
    const keyed = backend.operator('a-0').keyed<number>('k');
    const remove = (key: string) => {
      const gone = keyed.find(key);
      if (gone !== undefined) keyed.remove(gone);
    };
    for (let i = 0; i < 200; i += 2) {
      keyed.insert(`${i}`, i);
      remove(`${i - 8}`);
      const committed = backend.commit(recordOf(i));
      backend.begin();
      keyed.insert(`${i} ahead`, i);
      remove(`${i - 8} ahead`);
      backend.beginTurn();
      await committed;
      await backend.renewed;
      await backend.commit(recordOf(i + 1));
      backend.begin();
      for (let kept = Math.max(0, i - 6); kept <= i; kept += 2) {
        expect(keyed.find(`${kept} ahead`)?.value).toBe(kept);
        expect(keyed.find(`${kept}`)?.value).toBe(kept);
      }
    }
  });

  it('nothing for times above all that are stored, once a range was loaded', async () => {
    const disk = await filled(50);
    const backend = await disk.open();
    const timed = backend.operator('a-0').timed('t');
    await timed.load(-1);
    disk.reads = 0;
    timed.find(100, 'k');
    timed.insert(100, 'k', 1);
    timed.find(100, 'other');
    expect(disk.reads).toBe(0);
    timed.find(3, 'other');
    expect(timed.find(3, 'k')?.value).toEqual({ n: 3 });
    expect(timed.find(3, 'k')?.value).toEqual({ n: 3 });
    expect(disk.reads).toBe(1);
  });

  it('what is due and one more, whatever the size of the table', async () => {
    const disk = await filled(5000);
    const backend = await disk.open();
    const timed = backend.operator('a-0').timed('t');
    await timed.load(9);
    for (const entry of timed.due(9)) timed.remove(entry);
    expect(backend.operator('a-0').metrics).toMatchObject({
      numRowsTotal: 4990,
      numRowsRemoved: 10,
    });
    expect(backend.operator('a-0').metrics.numEntriesRead).toBeLessThanOrEqual(12);
    await backend.commit(recordOf(1));
    backend.begin();
    disk.reads = 0;
    await timed.load(9);
    expect(Array.from(timed.due(9))).toEqual([]);
    await timed.load(19);
    expect(Array.from(timed.due(19)).length).toBe(10);
    expect(disk.reads).toBeLessThanOrEqual(13);
  });

  it('more than a page', async () => {
    const backend = await (await filled(2500)).open();
    const timed = backend.operator('a-0').timed('t');
    await timed.loadAll();
    expect(Array.from(timed.entries()).length).toBe(2500);
  });

  it('a clean store not at all', async () => {
    const disk = await filled(100);
    await disk.open();
    expect(disk.reads).toBe(0);
  });

  it('through stored forms', async () => {
    const disk = new Disk();
    const forms = {
      toStored: (value: { at: number }) => value.at,
      fromStored: (stored: unknown) => ({ at: stored as number }),
    };
    const backend = await disk.open();
    backend.operator('a-0').keyed('k', forms).insert('x', { at: 5 });
    await backend.commit(recordOf(0));
    const again = await disk.open();
    expect(again.operator('a-0').keyed('k', forms).find('x')?.value).toEqual({ at: 5 });
    expect((await disk.open()).operator('a-0').keyed('k').find('x')?.value).toBe(5);
  });
});

describe('durableBackend keeps in memory', () => {
  it('no more clean entries than it may', async () => {
    const disk = await filled(2000);
    const backend = await disk.open({ cacheEntries: 100 });
    const keyed = backend.operator('b-0').keyed('k');
    for (let i = 0; i < 2000; i++) keyed.find(i);
    expect(backend.operator('b-0').metrics.memoryUsedBytes).toBeLessThanOrEqual(126 * 200);
  });

  it('what is asked for again and again', async () => {
    const disk = await filled(2000);
    const backend = await disk.open({ cacheEntries: 100 });
    const keyed = backend.operator('b-0').keyed('k');
    for (let i = 0; i < 2000; i++) {
      keyed.find(i);
      keyed.find(0);
    }
    expect(disk.reads).toBeLessThan(2010);
  });

  it('every changed entry, and drops them after the commit', async () => {
    const disk = await filled(500);
    const backend = await disk.open({ cacheEntries: 10 });
    const keyed = backend.operator('b-0').keyed<number[]>('k');
    for (let i = 0; i < 500; i++) {
      const entry = keyed.find(i) as Entry<number[]>;
      entry.value = [i, i];
      keyed.touch(entry);
    }
    expect(keyed.touched().length).toBe(500);
    await backend.commit(recordOf(1));
    expect(backend.operator('b-0').metrics.memoryUsedBytes).toBeLessThanOrEqual(13 * 200);
    expect(keyed.find(7)?.value).toEqual([7, 7]);
  });
});

describe('durableBackend commits', () => {
  it('everything in one write', async () => {
    const writes: number[] = [];
    const backend = await new Disk().open({
      faults: { beforeWrite: (changes) => void writes.push(changes.length) },
    });
    backend.operator('a-0').keyed('k').insert('x', 1);
    backend.operator('b-0').timed('t').insert(1, 'x', { a: 1 });
    await backend.commit(recordOf(0));
    expect(writes).toEqual([2 + 2 + 1 + 1 + 1]); // entries, tables, shape, format, epoch
  });

  it('and gives the last record back', async () => {
    const disk = new Disk();
    const record: EpochRecord = {
      queryId: 'q',
      batchId: 0,
      watermarkMs: -1.5,
      nextWatermarkMs: 10,
      watermarkNodes: { 'withWatermark-0': 3, __proto__x: Number.NEGATIVE_INFINITY },
      completed: true,
    };
    await (await disk.open()).commit(record);
    const again = await openDurableBackend(new MemoryByteStore(disk.content), options);
    expect(again.lastEpoch).toEqual(record);
  });

  it('keeps 100 records', async () => {
    const disk = new Disk();
    const backend = await disk.open();
    for (let i = 0; i < 105; i++) await backend.commit(recordOf(i));
    const records = disk.content.pairs.filter(([key]) => key[0] === 0 && key[1] === 0x45);
    expect(records.length).toBe(100);
    expect((await disk.open()).batchId).toBe(105);
  });

  it('batches one after the other only', async () => {
    const backend = await new Disk().open();
    await backend.commit(recordOf(0));
    expect(() => backend.commit(recordOf(2))).toThrow(code('CHECKPOINT_POSITION'));
  });

  it('nothing of a batch that is aborted', async () => {
    const disk = await filled();
    const backend = await disk.open();
    const keyed = backend.operator('b-0').keyed<unknown>('k');
    keyed.insert('new', 1);
    (keyed.find(1) as Entry<unknown>).value = 'changed in place';
    keyed.touch(keyed.find(1) as Entry<unknown>);
    keyed.remove(keyed.find(2) as Entry<unknown>);
    backend.abort();
    backend.begin();
    expect(keyed.size).toBe(5);
    expect(keyed.find('new')).toBeUndefined();
    expect(keyed.find(1)?.value).toEqual([1]);
    expect(keyed.find(2)?.value).toEqual([2]);
    await backend.commit(recordOf(1));
    expect((await disk.open({ clean: false })).operator('b-0').keyed('k').size).toBe(5);
  });

  it('nothing of a batch with a value that cannot be kept, and goes on after an abort', async () => {
    const disk = await filled();
    const backend = await disk.open();
    const keyed = backend.operator('b-0').keyed<unknown>('k');
    keyed.insert('good', { brand: 'new shape' });
    keyed.insert('bad', { user: { f: () => 1 } });
    expect(() => backend.commit(recordOf(1))).toThrow(
      new StreamingError('STATE_NOT_ENCODABLE', {
        operator: 'b-0',
        path: 'value.user.f',
        found: 'function',
        key: '"bad"',
        table: 'k',
      }),
    );
    expect(() => backend.begin()).toThrow('abort before');
    backend.abort();
    backend.begin();
    keyed.insert('good', { brand: 'new shape' });
    await backend.commit(recordOf(1));
    const again = await disk.open({ clean: false });
    expect(again.operator('b-0').keyed('k').find('good')?.value).toEqual({ brand: 'new shape' });
    await again.scanned;
    await again.commit(recordOf(2));
  });

  it.each([
    ['lost', 'beforeWrite' as const],
    ['there, its reply lost', 'afterWrite' as const],
  ])('never again after a write that is %s', async (_name, when) => {
    const disk = await filled();
    const fail = () => Promise.reject(new Error('EIO'));
    const backend = await disk.open({ faults: { [when]: fail } });
    const keyed = backend.operator('b-0').keyed<unknown>('k');
    keyed.insert('new', 1);
    await expect(backend.commit(recordOf(1))).rejects.toThrow(code('STATE_OUTCOME_UNKNOWN'));
    expect(() => backend.begin()).toThrow(code('STATE_OUTCOME_UNKNOWN'));
    expect(() => backend.commit(recordOf(1))).toThrow(code('STATE_OUTCOME_UNKNOWN'));
    expect(() => keyed.find(3)).toThrow(code('STATE_OUTCOME_UNKNOWN'));
    backend.abort();
    await backend.close();
    const again = await disk.open({ clean: false });
    const isThere = when === 'afterWrite';
    expect(again.batchId).toBe(isThere ? 2 : 1);
    expect(again.operator('b-0').keyed('k').find('new')?.value).toBe(isThere ? 1 : undefined);
    await again.scanned;
    await again.commit(recordOf(again.batchId));
  });
});

describe('durableBackend notices', () => {
  it.each([0, 4, 5, -1])('a flipped bit in byte %p of a value when it is read', async (byte) => {
    const disk = await filled();
    disk.change(7, (bytes) => flip(bytes, byte < 0 ? bytes.length + byte : byte));
    const keyed = (await disk.open()).operator('b-0').keyed('k');
    expect(keyed.find(1)?.value).toEqual([1]);
    expect(() => keyed.find(2)).toThrow(
      expect.objectContaining({
        code: 'STATE_CORRUPT',
        params: expect.objectContaining({ operator: 'b-0', table: 'k', batchId: 1 }),
      }),
    );
    await expect((async () => keyed.loadAll())()).rejects.toThrow(code('STATE_CORRUPT'));
  });

  it('a value in the place of another', async () => {
    const disk = await filled();
    const other = disk.entries()[6]?.[1];
    disk.change(7, () => other);
    const backend = await disk.open();
    expect(() => backend.operator('b-0').keyed('k').find(2)).toThrow(code('STATE_CORRUPT'));
  });

  it.each([
    ['a flipped bit', (bytes: Uint8Array) => flip(bytes)],
    ['a missing entry', () => undefined],
    ['an empty value', () => new Uint8Array(0)],
  ])('%s in the scan after an unclean stop, and commits nothing on it', async (_name, edit) => {
    const disk = await filled();
    disk.change(3, edit);
    const found: StreamingError[] = [];
    const backend = await disk.open({ clean: false, onCorrupt: (error) => found.push(error) });
    await backend.scanned;
    expect(found).toEqual([code('STATE_CORRUPT')]);
    expect(found[0]?.message).toContain('a-0');
    expect(() => backend.commit(recordOf(1))).toThrow(found[0] as StreamingError);
  });

  it('a value of an older commit', async () => {
    const disk = await filled();
    const old = disk.entries()[3]?.[1];
    const backend = await disk.open();
    const entry = backend.operator('a-0').timed<unknown>('t').find(3, 'k') as Entry<unknown>;
    entry.value = { n: -3 };
    backend.operator('a-0').timed('t').touch(entry);
    await backend.commit(recordOf(1));
    disk.change(3, () => old);
    const found: unknown[] = [];
    await (await disk.open({ clean: false, onCorrupt: (error) => found.push(error) })).scanned;
    expect(found).toEqual([code('STATE_CORRUPT')]);
  });

  it('nothing in a sound store, whatever is committed during the scan', async () => {
    const disk = await filled(3000);
    const found: unknown[] = [];
    const backend = await disk.open({ clean: false, onCorrupt: (error) => found.push(error) });
    backend.operator('b-0').keyed('k').insert('new', 1);
    await backend.commit(recordOf(1));
    await backend.scanned;
    expect(found).toEqual([]);
  });

  it('every missing record of the chain but the last', async () => {
    const disk = new Disk();
    const backend = await disk.open();
    for (let i = 0; i < 5; i++) await backend.commit(recordOf(i));
    const { pairs } = disk.content;
    const records = pairs.filter(([key]) => key[1] === 0x45);
    for (const record of records.slice(0, -1)) {
      disk.content.pairs = pairs.filter((pair) => pair !== record);
      await expect(disk.open()).rejects.toThrow(code('STATE_CORRUPT'));
    }
    disk.content.pairs = pairs.filter((pair) => pair !== records.at(-1));
    expect((await disk.open()).batchId).toBe(4);
  });

  it('a record of another history', async () => {
    const [disk, other] = [new Disk(), new Disk()];
    for (const [at, each] of [disk, other].entries()) {
      const backend = await each.open();
      backend.operator('a-0').keyed('k').insert('x', at);
      await backend.commit(recordOf(0));
      await backend.commit(recordOf(1));
    }
    const isFirst = (key: Uint8Array) =>
      key[1] === 0x45 && key.slice(2).every((byte) => byte === 0);
    const theirs = other.content.pairs.find(([key]) => isFirst(key)) as readonly [
      Uint8Array,
      Uint8Array,
    ];
    disk.content.pairs = disk.content.pairs.map((pair) => (isFirst(pair[0]) ? theirs : pair));
    await expect(disk.open()).rejects.toThrow(code('STATE_CORRUPT'));
  });

  it.each([
    ['format', 0x46],
    ['epoch', 0x45],
    ['table', 0x54],
    ['shape', 0x53],
  ])('a flipped bit in a record of a %s', async (_name, letter) => {
    const disk = await filled();
    disk.content.pairs = disk.content.pairs.map(([key, value]) =>
      key[0] === 0 && key[1] === letter ? [key, flip(value)] : [key, value],
    );
    await expect(disk.open()).rejects.toThrow(code('STATE_CORRUPT'));
  });

  it('a newer format', async () => {
    const disk = await filled();
    const [out, formatKey] = [new ByteWriter(), new ByteWriter()];
    writeMetaKey(formatKey, { kind: 'format' });
    beginFrame(out);
    writeValue(out, { format: 2, queryId: 'q' }, noShapes);
    endFrame(out, crc32(formatKey.content()));
    disk.content.pairs = disk.content.pairs.map(([key, value]) =>
      key[1] === 0x46 && key[0] === 0 ? [key, Uint8Array.from(out.content())] : [key, value],
    );
    await expect(disk.open()).rejects.toThrow(
      new StreamingError('STATE_FORMAT_UNSUPPORTED', {
        directory: 'state',
        found: '2',
        supported: '1',
      }),
    );
  });

  it('a store of another query', async () => {
    const disk = await filled();
    await expect(disk.open({ queryId: 'other' })).rejects.toThrow(code('CHECKPOINT_QUERY_ID'));
  });

  it('a table that changes its layout', async () => {
    const backend = await (await filled()).open();
    expect(() => backend.operator('a-0').keyed('t')).toThrow(code('CHECKPOINT_INCOMPATIBLE'));
  });
});

describe('what a start reads', () => {
  const count = 3000;
  async function filled(): Promise<Disk> {
    const disk = new Disk();
    const backend = await disk.open();
    const table = backend.operator('a-0').keyed<number>('k');
    for (let i = 0; i < count; i++) table.insert(i, i);
    await backend.commit(recordOf(0));
    await backend.close();
    return disk;
  }

  it('is no entry after a clean stop, and then those that are asked for', async () => {
    const disk = await filled();
    const backend = await disk.open({ clean: true });
    const table = backend.operator('a-0').keyed<number>('k');
    await backend.scanned;
    expect(disk.reads).toBe(0);
    expect(table.size).toBe(count);
    expect(table.find(7)?.value).toBe(7);
    expect(disk.reads).toBe(1);
    await backend.close();
  });

  it('is what is asked for after another stop too: everything else comes behind the first batch', async () => {
    const disk = await filled();
    const backend = await disk.open({ clean: false });
    expect(backend.operator('a-0').keyed<number>('k').find(7)?.value).toBe(7);
    await backend.commit(recordOf(1));
    expect(disk.reads).toBe(1);
    await backend.scanned;
    await backend.close();
  });

  it('is what was there when it started, whatever is committed before the scan', async () => {
    const disk = await filled();
    const found: StreamingError[] = [];
    let check = (): void => undefined;
    const beforeScan = () =>
      new Promise<void>((resolve) => {
        check = resolve;
      });
    const backend = await disk.open({
      clean: false,
      beforeScan,
      onCorrupt: (error) => found.push(error),
    });
    backend.operator('a-0').keyed<number>('k').insert('new', 1);
    await backend.commit(recordOf(1));
    check();
    await backend.scanned;
    expect(found).toEqual([]);
    await backend.close();
  });

  it('is nothing for keys that are new, where it is known which are there', async () => {
    const disk = await filled();
    const backend = await disk.open({ clean: false, cacheEntries: 1 });
    await backend.scanned;
    const table = backend.operator('a-0').keyed<number>('k');
    const asked: Uint8Array[] = [];
    const get = backend.store.get.bind(backend.store);
    backend.store.get = (key) => {
      asked.push(key);
      return get(key);
    };
    for (let i = count; i < 2 * count; i++) expect(table.find(i)).toBeUndefined();
    expect(asked.length).toBeLessThan(count / 10);
    for (let i = 0; i < count; i++) expect(table.find(i)?.value).toBe(i);
    await backend.close();
  });
});
