import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  durable,
  memorySink,
  memoryStream,
  rate,
  readStream,
  type StreamingQuery,
  textFiles,
  writeStream,
} from '../../index.js';
import { countWords } from '../savepoint/countingQuery.js';
import { millrace } from './cliHarness.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-verify-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What `millrace verify` says of the checkpoint, and what the start of its query says after that. */
async function verdicts(start: () => { readonly query: StreamingQuery }) {
  const { code, out } = await millrace('verify', at('checkpoint'), '--json');
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  const { query } = start();
  const started = await query.processAllAvailable().then(
    () => 'starts',
    () => query.exception?.code,
  );
  await query.stop();
  const damaged = findings.filter(({ problem }) => problem !== null);
  const verified = damaged.map(({ problem }) => problem?.code);
  return { code, verified, started, parts: damaged.map(({ part }) => part) };
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
    expect(await verdicts(start)).toMatchObject({ code: 0, verified: [], started: 'starts' });
  });

  it.each<[string, readonly string[], string]>([
    ['one between others', ['offsets/1'], 'CHECKPOINT_GAP'],
    ['one before the second name of the newest', ['offsets/1', 'offsets/2'], 'CHECKPOINT_GAP'],
    ['both names of the newest', ['offsets/2', 'planned/2'], 'CHECKPOINT_POSITION'],
  ])('damaged without %s', async (_, lost, problem) => {
    const start = await threeBatches(lost);
    expect(await verdicts(start)).toMatchObject({ code: 1, verified: [problem], started: problem });
  });
});

describe('millrace verify compares the logs of sources with plans, as their start does', () => {
  /** A query over files, each of which came in a batch of its own. */
  async function fileQuery(files: number) {
    const start = () => {
      const rows = readStream(textFiles(at('in'), { maxFilesPerTrigger: 1 }));
      return {
        query: writeStream(rows, { sink: memorySink(), checkpointLocation: at('checkpoint') }),
      };
    };
    await mkdir(at('in'));
    for (let i = 0; i < files; i++) await writeFile(at(`in/${i}`), `${i}\n`);
    const { query } = start();
    await query.processAllAvailable();
    await query.stop();
    return start;
  }

  const log = () => at('checkpoint/sources/0');

  it.each([3, 12])('finds nothing where nothing is lost, of %d files', async (files) => {
    const start = await fileQuery(files);
    expect(await verdicts(start)).toMatchObject({ code: 0, verified: [], started: 'starts' });
  });

  it.each([
    ['the newest segment', 3, -1, 'sources/0'],
    ['the newest segment behind a merged one', 12, -1, 'sources/0'],
    ['the oldest segment', 3, 0, 'sources/0'],
  ])('names the log of a file source that has lost %s', async (_, files, index, part) => {
    const start = await fileQuery(files);
    await rm(join(log(), (await readdir(log())).at(index) ?? ''));
    expect(await verdicts(start)).toEqual({
      code: 1,
      verified: ['CHECKPOINT_DAMAGED'],
      started: 'CHECKPOINT_DAMAGED',
      parts: [part],
    });
  });

  it('says what repairs it: a savepoint that has the log', async () => {
    const start = await fileQuery(3);
    await millrace('savepoint', at('checkpoint'), at('save'));
    await rm(join(log(), (await readdir(log())).at(-1) ?? ''));
    const { out } = await millrace('verify', at('checkpoint'));
    expect(out).toContain('a file source which files it had planned');
    const restored = await millrace('restore', at('checkpoint'), '--from', at('save'));
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('sources/0') });
    expect(await verdicts(start)).toMatchObject({ code: 0, verified: [], started: 'starts' });
  });

  it('names the log of a file source that is gone as a whole', async () => {
    const start = await fileQuery(2);
    await rm(at('checkpoint/sources'), { recursive: true });
    expect(await verdicts(start)).toMatchObject({
      verified: ['CHECKPOINT_DAMAGED'],
      started: 'CHECKPOINT_DAMAGED',
      parts: ['sources/0'],
    });
  });

  it('names what a rate source has kept, when it is damaged', async () => {
    const start = () => {
      const rows = readStream(rate({ rowsPerSecond: 1 }));
      const query = writeStream(rows, {
        sink: memorySink(),
        checkpointLocation: at('checkpoint'),
      });
      return { query };
    };
    const { query } = start();
    await query.processAllAvailable();
    await query.stop();
    expect((await millrace('verify', at('checkpoint'))).code).toBe(0);
    await writeFile(join(log(), 'start'), '{"v":1}');
    expect(await verdicts(start)).toMatchObject({
      verified: ['CHECKPOINT_DAMAGED'],
      started: 'CHECKPOINT_DAMAGED',
      parts: ['sources/0/start'],
    });
  });

  it.each([
    ['CHECKPOINT_DAMAGED', ['0000000000000001.log']],
    ['SOURCE_RANGE_GONE', ['0000000000000001.log', 'durable.synced']],
  ])('names the log of a durable source: %s without %j', async (code, lost) => {
    const start = () => {
      const rows = durable<string>(undefined, { name: 'words' });
      const query = writeStream(readStream(rows), {
        sink: memorySink(),
        checkpointLocation: at('checkpoint'),
      });
      return { rows, query };
    };
    const { rows, query } = start();
    await rows.push('a');
    await query.processAllAvailable();
    await query.stop();
    for (const name of lost) await rm(join(log(), name));
    expect(await verdicts(start)).toMatchObject({
      verified: [code],
      started: code,
      parts: ['sources/0'],
    });
  });
});
