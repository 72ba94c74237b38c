import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStream, readState } from '../../index.js';
import { withoutRights } from '../checkpoint/withoutRights.js';
import { countWords, stateIn } from '../savepoint/countingQuery.js';
import { millrace } from './cliHarness.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-readonly-'));
});
afterEach(async () => {
  await setWritable(true);
  await rm(folder, { recursive: true, force: true });
});

/** Everything below the folder, and the folder itself. */
async function setWritable(isWritable: boolean): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const mode = isWritable ? 0o700 : 0o555;
  await chmod(folder, mode);
  for (const entry of entries) await chmod(join(entry.parentPath, entry.name), mode);
}

/** A stopped query whose state lies in tables of LevelDB and in its log. */
async function stopped(): Promise<void> {
  const words = memoryStream<string>();
  const { query } = countWords(words, { checkpointLocation: at('checkpoint') });
  words.addAll(Array.from({ length: 20_000 }, (_, i) => `a rather long word with number ${i}`));
  await query.processAllAvailable();
  await query.stop();
  const again = countWords(words, { checkpointLocation: at('checkpoint') }).query;
  words.addData('a');
  await again.processAllAvailable();
  await again.stop();
  const names = (await readdir(at('checkpoint/state/db'))).join();
  expect(names).toMatch(/\.ldb/);
}

describe('a checkpoint where nothing can be written', () => {
  it('is inspected, listed, verified and saved, and left as it is', async () => {
    await stopped();
    const before = await readdir(at('checkpoint'), { recursive: true });
    const temporary = await copiesInTmp();
    await setWritable(false);
    await withoutRights(async () => {
      for (const command of ['inspect', 'list', 'verify']) {
        expect(await millrace(command, at('checkpoint'))).toMatchObject({ code: 0, err: '' });
      }
      expect(await stateIn(at('checkpoint'))).toHaveLength(20_001);
      const save = join(tmpdir(), `millrace-save-${process.pid}`);
      expect((await millrace('savepoint', at('checkpoint'), save)).code).toBe(0);
      expect((await millrace('verify', save)).code).toBe(0);
      await rm(save, { recursive: true });
    });
    expect(await readdir(at('checkpoint'), { recursive: true })).toEqual(before);
    expect(await copiesInTmp()).toEqual(temporary);
  });

  it('can be read to its end after a reader has been closed early', async () => {
    await stopped();
    await setWritable(false);
    await withoutRights(async () => {
      for await (const row of readState(at('checkpoint'))) {
        expect(row.operator).toBe('aggregate-0');
        break;
      }
      expect(await stateIn(at('checkpoint'))).toHaveLength(20_001);
    });
  });
});

async function copiesInTmp(): Promise<readonly string[]> {
  return (await readdir(tmpdir())).filter((name) => name.includes('.tmp-copy-'));
}
