import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStream } from '../../index.js';
import { countWords } from '../savepoint/countingQuery.js';
import { millrace } from './cliHarness.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-verify-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What `millrace verify` says of the checkpoint, and what the start of its query says after that. */
async function verdicts(start: () => { query: ReturnType<typeof countWords>['query'] }) {
  const { code, out } = await millrace('verify', at('checkpoint'), '--json');
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  const { query } = start();
  const started = await query.processAllAvailable().then(
    () => 'starts',
    () => query.exception?.code,
  );
  await query.stop();
  const verified = findings.flatMap(({ problem }) => problem?.code ?? []);
  return { code, verified, started };
}

interface Finding {
  readonly part: string;
  readonly problem: { readonly code: string } | null;
}

describe('millrace verify judges plans as the start of the query does', () => {
  /** A query of the batches 0 to 2, all of them committed. */
  async function threeBatches(lost: readonly string[]) {
    const words = memoryStream<string>();
    const start = () => countWords(words, { checkpointLocation: at('checkpoint') });
    const { query } = start();
    for (const word of ['a', 'b', 'a']) {
      words.addData(word);
      await query.processAllAvailable();
    }
    await query.stop();
    for (const name of lost) await rm(at(`checkpoint/${name}`));
    return start;
  }

  it.each<[string, readonly string[]]>([
    ['the newest name, of which the second is there', ['offsets/2']],
    ['the second name of the newest', ['planned/2']],
    ['the oldest, as if it had been purged', ['offsets/0']],
    ['all names but the second of the newest', ['offsets/0', 'offsets/1', 'offsets/2']],
  ])('sound without %s', async (_, lost) => {
    const start = await threeBatches(lost);
    expect(await verdicts(start)).toEqual({ code: 0, verified: [], started: 'starts' });
  });

  it.each<[string, readonly string[], string]>([
    ['one between others', ['offsets/1'], 'CHECKPOINT_GAP'],
    ['one before the second name of the newest', ['offsets/1', 'offsets/2'], 'CHECKPOINT_GAP'],
    ['both names of the newest', ['offsets/2', 'planned/2'], 'CHECKPOINT_POSITION'],
  ])('damaged without %s', async (_, lost, problem) => {
    const start = await threeBatches(lost);
    expect(await verdicts(start)).toEqual({ code: 1, verified: [problem], started: problem });
  });
});
