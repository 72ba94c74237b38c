import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { largestState, recordLevel } from '../../bench/nexmark/recordLevel.js';
import { openLevel } from '../../state/level/levelByteStore.js';

const one = Buffer.from([1]);
const two = Buffer.from([2]);
const value = Buffer.from([7, 7]);

it('every read and change that the store of state makes is noted', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-recorded-'));
  try {
    const batches = await recordLevel(async () => {
      const store = await openLevel(directory, true, {
        writeBufferSize: 65_536,
        cacheSize: 65_536,
      });
      await store.write([
        { type: 'put', key: one, value },
        { type: 'put', key: two, value },
      ]);
      store.get(two);
      await store.write([
        { type: 'del', key: one },
        { type: 'del', key: two },
      ]);
      await store.close();
    });
    expect(batches.map(({ reads, writes }) => [reads.length, writes.length])).toEqual([
      [0, 2],
      [1, 2],
    ]);
    expect(largestState(batches)).toEqual({ entries: 2, bytes: 6 });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
