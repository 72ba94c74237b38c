import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLevel } from '../../../state/level/levelByteStore.js';

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

  it('says STATE_CLOSED after close', async () => {
    const store = await openLevel(directory, true, sizes);
    await store.close();
    expect(() => store.get(bytes('a'))).toThrow(expect.objectContaining({ code: 'STATE_CLOSED' }));
  });
});
