import { cp, mkdtemp, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStream } from '../../index.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { restoreSavepoint } from '../../lib/savepoint/restoreSavepoint.js';
import { loadState } from '../../state/level/loadState.js';
import { countWords } from '../savepoint/countingQuery.js';
import { millrace } from './cliHarness.js';

const fileSystem = nodeFileSystem();
let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-restore-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A stopped query of the batches 0 to 2, and a savepoint of batch 0. */
async function savedWords(): Promise<void> {
  const words = memoryStream<string>();
  const { query } = countWords(words, { checkpointLocation: at('checkpoint') });
  for (const word of ['a', 'b', 'a']) {
    words.addData(word);
    await query.processAllAvailable();
    if (query.lastProgress?.batchId === 0) await query.savepoint(at('save'));
  }
  await query.stop();
}

describe('millrace restore', () => {
  it('takes a plan along of which only the second name is left', async () => {
    await savedWords();
    await rm(at('checkpoint/offsets/2'));
    const { out } = await millrace('restore', at('checkpoint'), '--from', at('save'), '--json');
    expect(JSON.parse(out)).toMatchObject({ batchId: 0, replayed: 2 });
  });

  it.each(['checkpoint', 'elsewhere'])('leaves nothing when it fails: %s', async (name) => {
    await savedWords();
    await truncate(at('save/state/0'), 10);
    const before = await readdir(folder, { recursive: true });
    const { code, err } = await millrace('restore', at(name), '--from', at('save'));
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining('SAVEPOINT_DAMAGED'),
    });
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it('is not confused by what a restore has left that was killed', async () => {
    await savedWords();
    const [location, from] = [at('elsewhere'), at('save')];
    let unfinished = '';
    const more = async (written: string) => {
      unfinished = written;
      await cp(written, at('left'), { recursive: true });
      await writeFile(at('left/stranger'), 'of the one that was killed');
      throw new Error('killed');
    };
    const restored = restoreSavepoint({ location, from, fileSystem, loadState, more });
    await expect(restored).rejects.toThrow('killed');
    await rename(at('left'), unfinished);
    expect((await millrace('restore', location, '--from', from)).code).toBe(0);
    expect((await millrace('verify', location)).code).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(['checkpoint', 'elsewhere', 'save']);
    expect(await readdir(location)).not.toContain('stranger');
  });

  it('does not touch what another restore is writing', async () => {
    await savedWords();
    const [location, from] = [at('elsewhere'), at('save')];
    const more = async () => {
      const { code, err } = await millrace('restore', location, '--from', from);
      expect({ code, err }).toMatchObject({
        code: 1,
        err: expect.stringContaining('CHECKPOINT_LOCKED'),
      });
    };
    await restoreSavepoint({ location, from, fileSystem, loadState, more });
    expect((await millrace('verify', location)).code).toBe(0);
  });

  it('says what to do where one was killed between its two renames', async () => {
    await savedWords();
    await millrace('restore', at('checkpoint.restored-1'), '--from', at('save'));
    await rename(at('checkpoint'), at('checkpoint.damaged-1'));
    const { code, err } = await millrace('restore', at('checkpoint'), '--from', at('save'));
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining('CHECKPOINT_LOCATION'),
    });
    expect(err).toContain(at('checkpoint.restored-1'));
    await rename(at('checkpoint.restored-1'), at('checkpoint'));
    expect((await millrace('verify', at('checkpoint'))).code).toBe(0);
  });
});
