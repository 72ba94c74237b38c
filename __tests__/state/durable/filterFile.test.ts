import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DurableBackend, openDurableBackend } from '../../../state/durableBackend.js';
import { openStateBackend } from '../../../state/level/openStateBackend.js';
import { MemoryByteStore, MemoryBytes } from '../../../state/memoryByteStore.js';
import { recordOf } from '../../contracts/stateBackend.contract.js';

const keysUpTo = (end: number, from = 0) =>
  Array.from({ length: end - from }, (_, i) => `key ${from + i}`);

class Disk {
  readonly content = new MemoryBytes();
  /** Keys that were looked up. */
  gets = 0;
  filters: Uint8Array | undefined;

  async open(filters?: Uint8Array): Promise<DurableBackend> {
    const store = new MemoryByteStore(this.content);
    const get = store.get.bind(store);
    store.get = (key) => {
      this.gets++;
      return get(key);
    };
    const { backend } = await openDurableBackend(store, {
      queryId: 'q',
      directory: 'state',
      clean: true,
      cacheEntries: 10,
      onClosed: (_isSound, known) => {
        this.filters = known;
      },
      ...(filters === undefined ? {} : { filters }),
    });
    return backend;
  }

  async add(keys: readonly string[], filters?: Uint8Array): Promise<void> {
    const backend = await this.open(filters);
    const table = backend.operator('a').keyed<number>('k');
    for (const key of keys) if (table.find(key) === undefined) table.insert(key, 1);
    await backend.commit(recordOf(backend.batchId));
    await backend.close();
  }
}

async function found(backend: DurableBackend, keys: readonly string[]): Promise<number> {
  const table = backend.operator('a').keyed<number>('k');
  return keys.filter((key) => table.find(key) !== undefined).length;
}

describe('filters that a clean stop leaves', () => {
  it('are not worth a file for few keys', async () => {
    const disk = new Disk();
    await disk.add(keysUpTo(100));
    expect(disk.filters).toBeUndefined();
  });

  it('tell which keys are new, and deny none that is there', async () => {
    const disk = new Disk();
    await disk.add(keysUpTo(11_000));
    await disk.add(keysUpTo(12_000, 10_500), disk.filters);
    disk.gets = 0;
    const backend = await disk.open(disk.filters);
    expect(await found(backend, keysUpTo(12_000))).toBe(12_000);
    expect(disk.gets).toBe(12_000);
    expect(await found(backend, keysUpTo(13_000, 12_000))).toBe(0);
    expect(disk.gets).toBeLessThan(12_100);
  });

  it('are not believed about another commit', async () => {
    const disk = new Disk();
    await disk.add(keysUpTo(10_000));
    const old = disk.filters;
    await disk.add(keysUpTo(10_010, 10_000));
    const backend = await disk.open(old);
    expect(await found(backend, keysUpTo(10_010))).toBe(10_010);
  });

  it.each([0, 4, 8, 100, 5000])('are passed over when only %p bytes are left', async (length) => {
    const disk = new Disk();
    await disk.add(keysUpTo(10_000));
    const backend = await disk.open(disk.filters?.subarray(0, length));
    expect(await found(backend, keysUpTo(10_000))).toBe(10_000);
  });

  it.each([0, 3, 4, 60, -1])('are not believed when byte %p has changed', async (at) => {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-filter-'));
    const open = async () =>
      (await openStateBackend({ directory, queryId: 'q', create: true })).backend;
    const first = await open();
    const table = first.operator('a').keyed<number>('k');
    for (const key of keysUpTo(10_000)) table.insert(key, 1);
    await first.commit(recordOf(0));
    await first.close();
    const file = join(directory, 'FILTER');
    const bytes = await readFile(file);
    const place = (at + bytes.length) % bytes.length;
    bytes.writeUInt8((bytes[place] ?? 0) ^ 0x10, place);
    await writeFile(file, bytes);
    const second = await open();
    const again = second.operator('a').keyed<number>('k');
    expect(keysUpTo(10_000).every((key) => again.find(key)?.value === 1)).toBe(true);
    await second.close();
    await rm(directory, { recursive: true, force: true });
  });
});
