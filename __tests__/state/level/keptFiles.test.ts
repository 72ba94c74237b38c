import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { openStateBackend } from '../../../state/level/openStateBackend.js';
import { recordOf } from '../../contracts/stateBackend.contract.js';
import { failingOnce } from './failingOnce.js';

let directory: string;
const open = (queryId = 'q', create = false) => openStateBackend({ directory, queryId, create });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-kept-'));
  const { backend } = await open('q', true);
  backend.begin();
  backend.operator('a-0').keyed<number>('k').insert('a', 1);
  await backend.commit(recordOf(0));
  await backend.close();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Name and content of what LevelDB cannot do without. */
async function files(): Promise<readonly string[]> {
  const names = (await readdir(join(directory, 'db'))).filter((n) => !/^LO(CK|G)/.test(n)).sort();
  const contents = names.map((name) => readFile(join(directory, 'db', name), 'hex'));
  return (await Promise.all(contents)).map((content, i) => `${names[i]} ${content}`);
}

describe('the files of a store that is opened', () => {
  it('are as they were when the opening fails behind LevelDB, which has written new ones', async () => {
    const before = await files();
    await expect(open('another')).rejects.toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_QUERY_ID' }),
    );
    expect(await files()).toEqual(before);
    const { backend, lastEpoch } = await open();
    expect(lastEpoch?.batchId).toBe(0);
    expect(backend.operator('a-0').keyed<number>('k').find('a')?.value).toBe(1);
    await backend.close();
  });

  it('are put back, and the error told is the first, when LevelDB cannot be closed', async () => {
    const before = await files();
    await expect(
      failingOnce(ClassicLevel.prototype, 'close', () => open('another')),
    ).rejects.toThrow(expect.objectContaining({ code: 'CHECKPOINT_QUERY_ID' }));
    expect(await files()).toEqual(before);
    await (await open()).backend.close();
  });

  it('are kept no longer than the opening takes', async () => {
    const { backend } = await open();
    expect((await readdir(directory)).sort()).toEqual(['FORMAT', 'db']);
    await backend.close();
  });

  it('take their place again after a crash in the middle of putting them back', async () => {
    const [database, copy] = [join(directory, 'db'), join(directory, 'db.before')];
    await cp(database, copy, { recursive: true });
    await rm(join(database, 'CURRENT'));
    const { backend, lastEpoch } = await open();
    expect(lastEpoch?.batchId).toBe(0);
    await backend.close();
  });

  it('take their place again when only they are left', async () => {
    await rename(join(directory, 'db'), join(directory, 'db.before'));
    const { backend, lastEpoch } = await open();
    expect(lastEpoch?.batchId).toBe(0);
    await backend.close();
    expect(await readdir(directory)).not.toContain('db.before');
  });
});
