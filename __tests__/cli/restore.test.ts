import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStream } from '../../index.js';
import { countWords } from '../savepoint/countingQuery.js';
import { millrace } from './cliHarness.js';

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
});
