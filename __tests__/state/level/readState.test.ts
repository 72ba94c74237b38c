import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { nodeFileSystem } from '../../../lib/checkpoint/nodeFileSystem.js';
import { openStateBackend } from '../../../state/level/openStateBackend.js';
import { readState } from '../../../state/level/readState.js';
import { recordOf } from '../../contracts/stateBackend.contract.js';
import { failingOnce } from './failingOnce.js';

let location: string;
beforeEach(async () => {
  location = await mkdtemp(join(tmpdir(), 'millrace-read-'));
});
afterEach(() => rm(location, { recursive: true, force: true }));

async function write(): Promise<void> {
  const directory = join(location, 'state');
  const { backend } = await openStateBackend({ directory, queryId: 'q', create: true });
  backend
    .operator('a-0')
    .timed('t')
    .insert(2, ['x'], { n: 1, when: new Date(3) });
  backend.operator('a-0').timed('t').insert(1, ['y'], { n: 2, when: null });
  backend.operator('b-0').keyed('k').insert('z', 5n);
  await backend.commit(recordOf(0));
  await backend.close();
}

async function entriesOf(operator: string, table: string): Promise<unknown[]> {
  const state = await readState(location);
  const found: unknown[] = [];
  try {
    for await (const entry of state.entries(operator, table)) found.push(entry);
  } finally {
    await state.close();
  }
  return found;
}

describe('readState', () => {
  it('lists the tables and their entries', async () => {
    await write();
    const state = await readState(location);
    expect(state.queryId).toBe('q');
    expect(state.lastEpoch).toEqual(recordOf(0));
    expect(state.tables).toEqual([
      { operator: 'a-0', table: 't', kind: 'timed', entries: 2 },
      { operator: 'b-0', table: 'k', kind: 'keyed', entries: 1 },
    ]);
    await state.close();
    expect(await entriesOf('a-0', 't')).toEqual([
      { key: ['y'], time: 1, value: { n: 2, when: null } },
      { key: ['x'], time: 2, value: { n: 1, when: new Date(3) } },
    ]);
    expect(await entriesOf('b-0', 'k')).toEqual([{ key: 'z', value: 5n }]);
  });

  it('shows what lies in pages, and what does not, as entries of their table', async () => {
    const directory = join(location, 'state');
    const options = { directory, queryId: 'q', create: true, cacheEntries: 8 };
    const { backend } = await openStateBackend(options);
    const table = backend.operator('a-0').timed('t', { paged: true });
    const commits: readonly (readonly (readonly [number, string])[])[] = [
      [
        [3, 'b'],
        [3, 'a'],
      ],
      [[3, 'b']],
      Array.from('hgfedc', (key) => [2, key] as const),
      [[1, 'z']],
    ];
    for (const [batchId, changes] of commits.entries()) {
      backend.begin();
      await table.load(Number.NEGATIVE_INFINITY);
      for (const [time, key] of changes) {
        const entry = table.find(time, key);
        if (entry === undefined) table.insert(time, key, batchId);
        else {
          entry.value = batchId;
          table.touch(entry);
        }
      }
      await backend.commit(recordOf(batchId));
    }
    await backend.close();
    const state = await readState(location);
    expect(state.tables).toEqual([{ operator: 'a-0', table: 't', kind: 'timed', entries: 9 }]);
    await state.close();
    expect(await entriesOf('a-0', 't')).toEqual([
      { key: 'z', time: 1, value: 3 },
      ...Array.from('cdefgh', (key) => ({ key, time: 2, value: 2 })),
      { key: 'a', time: 3, value: 0 },
      { key: 'b', time: 3, value: 1 },
    ]);
  });

  it('does not take tables for pages that only have such names', async () => {
    const directory = join(location, 'state');
    const { backend } = await openStateBackend({ directory, queryId: 'q', create: true });
    const store = backend.operator('a-0');
    for (const name of ['value:x', 'value:x:pages', 'value:x:count']) {
      store.keyed(name).insert('k', name);
    }
    for (const name of ['ttl:x', 'ttl:x:pages', 'ttl:x:count']) {
      store.timed(name).insert(1, 'k', name);
    }
    await backend.commit(recordOf(0));
    await backend.close();
    const state = await readState(location);
    expect(state.tables.map(({ entries }) => entries)).toEqual([1, 1, 1, 1, 1, 1]);
    await state.close();
    expect(await entriesOf('a-0', 'value:x')).toEqual([{ key: 'k', value: 'value:x' }]);
    expect(await entriesOf('a-0', 'ttl:x')).toEqual([{ key: 'k', time: 1, value: 'ttl:x' }]);
  });

  it('leaves a clean store clean', async () => {
    await write();
    await entriesOf('b-0', 'k');
    expect(await readdir(join(location, 'state'))).toContain('CLEAN');
  });

  it('changes no byte of what it reads, and the next start removes what a dead reader has left', async () => {
    await write();
    const state = join(location, 'state');
    const before = await readdir(state, { recursive: true });
    await entriesOf('b-0', 'k');
    expect(await readdir(state, { recursive: true })).toEqual(before);
    await mkdir(join(state, '.tmp-copy-of-somebody'));
    const options = { directory: state, queryId: 'q', create: false };
    await (await openStateBackend(options)).backend.close();
    expect(await readdir(state)).toEqual(['CLEAN', 'FORMAT', 'db']);
  });

  it('lets the checkpoint go, and its copy, when LevelDB cannot be closed', async () => {
    await write();
    const state = await readState(location);
    await expect(failingOnce(ClassicLevel.prototype, 'close', () => state.close())).rejects.toThrow(
      'EIO',
    );
    expect(await readdir(join(location, 'state'))).toEqual(['CLEAN', 'FORMAT', 'db']);
    expect(await entriesOf('b-0', 'k')).toHaveLength(1);
  });

  it('refuses a checkpoint that is in use, none, and a table that is not there', async () => {
    await expect(readState(location)).rejects.toMatchObject({ code: 'STATE_OPEN_FAILED' });
    await write();
    const lock = await nodeFileSystem().lock?.(location);
    await expect(readState(location)).rejects.toMatchObject({ code: 'CHECKPOINT_LOCKED' });
    await lock?.release();
    await expect(entriesOf('a-0', 'none')).rejects.toThrow("there is no table 'none' of 'a-0'");
  });
});
