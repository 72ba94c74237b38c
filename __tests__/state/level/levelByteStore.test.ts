import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { LevelByteStore, openLevel } from '../../../state/level/levelByteStore.js';
import { failingOnce } from './failingOnce.js';

const sizes = { writeBufferSize: 64 * 1024, cacheSize: 64 * 1024 };
const bytes = (text: string) => Buffer.from(text);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-level-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Enough for several tables. */
async function fill(): Promise<void> {
  const store = await openLevel(directory, true, sizes);
  for (let round = 0; round < 4; round++) {
    const value = Buffer.alloc(2000, round);
    const changes = Array.from({ length: 50 }, (_, i) => ({
      type: 'put' as const,
      key: bytes(`${round}/${i}`),
      value,
    }));
    await store.write(changes);
  }
  await store.close();
}

describe('LevelByteStore', () => {
  it('says STATE_READ_FAILED when a table file cannot be read', async () => {
    await fill();
    const store = await openLevel(directory, false, sizes);
    const tables = (await readdir(directory)).filter((name) => /\.(ldb|sst)$/.test(name));
    expect(tables.length).toBeGreaterThan(0);
    await Promise.all(tables.map((name) => rm(join(directory, name))));
    expect(() => store.get(bytes('0/0'))).toThrow(
      expect.objectContaining({ code: 'STATE_READ_FAILED' }),
    );
    await expect(store.range(bytes('0'), bytes('1'))).rejects.toMatchObject({
      code: 'STATE_READ_FAILED',
      params: { reason: expect.stringContaining('No such file') },
    });
    await store.close();
  });

  it('lets LevelDB go when its folder cannot be synced', async () => {
    const folder = await open(directory, 'r');
    const handles = Object.getPrototypeOf(folder) as object;
    await folder.close();
    const opening = failingOnce(handles, 'sync', () => openLevel(directory, true, sizes));
    await expect(opening).rejects.toThrow('EIO: i/o error, sync');
    await (await openLevel(directory, false, sizes)).close();
  });

  it('lets LevelDB go when its folder cannot be closed', async () => {
    const level = new ClassicLevel<Uint8Array, Uint8Array>(directory);
    const folder = await open(directory, 'r');
    const store = new LevelByteStore(level, folder);
    const closing = failingOnce(folder, 'close', () => store.close());
    await expect(closing).rejects.toThrow('EIO: i/o error, close');
    await (await openLevel(directory, false, sizes)).close();
  });

  it('lets LevelDB go when its log cannot be written into a table', async () => {
    const store = await openLevel(directory, true, sizes);
    await store.write([{ type: 'put', key: bytes('a'), value: Buffer.alloc(2 ** 21) }]);
    const closing = failingOnce(ClassicLevel.prototype, 'compactRange', () => store.close());
    await expect(closing).rejects.toThrow('EIO: i/o error, compactRange');
    await (await openLevel(directory, false, sizes)).close();
  });

  it('says STATE_CLOSED after close', async () => {
    const store = await openLevel(directory, true, sizes);
    await store.close();
    expect(() => store.get(bytes('a'))).toThrow(expect.objectContaining({ code: 'STATE_CLOSED' }));
  });
});
