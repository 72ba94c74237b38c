import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  availableNow,
  count,
  durable,
  fileSink,
  groupByKey,
  memorySink,
  readStream,
  type StreamSink,
  type TextFilesOptions,
  type TextRow,
  textFiles,
  union,
  writeStream,
} from '../../../index.js';
import { writtenFiles } from '../../../lib/checkpoint/writtenFiles.js';

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-own-'));
  await mkdir(at('in', 'below'), { recursive: true });
  await writeFile(at('in', 'a.txt'), 'a\n');
  await symlink(at('in'), at('link'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Outputs {
  readonly sink?: StreamSink<unknown>;
  readonly lateSink?: StreamSink<unknown>;
  readonly checkpointLocation?: string;
}

/** Answers how many rows were read. */
async function run(path: string, options: TextFilesOptions, outputs: Outputs): Promise<number> {
  const query = writeStream<TextRow>(readStream(textFiles(path, options)), {
    sink: memorySink(),
    trigger: availableNow(),
    checkpointLocation: at('cp'),
    ...outputs,
  });
  await query.awaitTermination();
  return query.recentProgress.reduce((sum, { numInputRows }) => sum + numInputRows, 0);
}

type Case = [what: string, path: string, options: TextFilesOptions, outputs: () => Outputs];
const into = (path: string, options = {}): Outputs => ({ sink: fileSink(at(path), options) });
const recursive = { recursive: true };

describe('a source that would read what its query writes', () => {
  it.each<Case>([
    ['a sink in the same folder', 'in', {}, () => into('in')],
    ['a sink in the same folder, by a link', 'link', {}, () => into('in')],
    ['a sink in a folder to come, by a link', 'in', recursive, () => into('link/out/x')],
    ['a sink in the same folder, of other names', 'in/*.txt', {}, () => into('in')],
    ['a sink above', 'in', {}, () => into('.')],
    ['a sink below a recursive source', 'in', recursive, () => into('in/out/x')],
    ['a sink in a partition', 'in', {}, () => into('in/day=1')],
    ['a sink that a glob matches', '{in,other}/*/*.json', {}, () => into('in/out')],
    ['a sink at any depth', 'in/**/part-*', {}, () => into('in/out/x')],
    [
      'partitions that a glob matches',
      'in/*/k=*/*',
      {},
      () => into('in/out', { partitionBy: 'k' }),
    ],
    ['a late sink', 'in', recursive, () => ({ lateSink: fileSink(at('in/late')) })],
    ['the checkpoint', 'in', {}, () => ({ checkpointLocation: at('in') })],
    ['the checkpoint below', 'in', recursive, () => ({ checkpointLocation: at('in/cp') })],
    ['the checkpoint by a glob', 'in/*/offsets', {}, () => ({ checkpointLocation: at('in/cp') })],
  ])('is refused: %s', async (_what, path, options, outputs) => {
    const before = await readdir(folder, { recursive: true });
    await expect(run(at(path), options, outputs())).rejects.toMatchObject({
      code: 'SOURCE_READS_OUTPUT',
      message: expect.stringContaining(at()),
    });
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it.each<Case>([
    ['a sink below', 'in', {}, () => into('in/out')],
    ['a sink with partitions below', 'in', {}, () => into('in/out', { partitionBy: 'value' })],
    ['a sink of other names below', 'in/**/*.txt', {}, () => into('in/out')],
    ['a sink of other depth', 'in/*/*.json', {}, () => into('in/x/out')],
    ['a hidden sink', 'in', recursive, () => into('in/_out')],
    ['a sink beside', 'in', recursive, () => into('in2')],
    ['the checkpoint below', 'in', {}, () => ({ checkpointLocation: at('in/cp') })],
    ['the checkpoint above', 'in', recursive, () => ({ checkpointLocation: at() })],
    ['the checkpoint and a glob', 'in/**/*.txt', {}, () => ({ checkpointLocation: at('in/cp') })],
  ])('is not: %s', async (_what, path, options, outputs) => {
    const read = [await run(at(path), options, outputs()), await run(at(path), options, outputs())];
    expect(read).toEqual([path === 'in/*/*.json' ? 0 : 1, 0]);
  });

  it('names what reads and what writes', async () => {
    const error = await run(at('in'), recursive, into('in/out')).catch((each: unknown) => each);
    expect(error).toMatchObject({
      params: {
        source: `FileStreamSource[${at('in')}]`,
        path: at('in'),
        output: `FileSink[${at('in/out')}]`,
        folder: at('in/out'),
      },
    });
  });
});

describe('the files of a checkpoint', () => {
  /** Of one kind: the same but for numbers. */
  const kindOf = (file: string) => file.replace(/\d+/g, '0');

  it('are of the kinds that are known', async () => {
    const known = new Set(writtenFiles.map(kindOf));
    const log = durable<TextRow>(undefined, { name: 'log' });
    for (let i = 0; i < 3; i++) {
      const rows = readStream(textFiles(at('in'))).pipe(union(readStream(log)));
      const counts = rows.pipe(groupByKey('value'), count());
      const checkpointLocation = at('checkpoint');
      const query = writeStream(counts, {
        sink: memorySink(),
        outputMode: 'update',
        checkpointLocation,
      });
      await log.push({ value: `${i}` });
      await query.processAllAvailable();
      await query.stop();
    }
    const entries = await readdir(at('checkpoint'), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(at('checkpoint').length + 1));
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !known.has(kindOf(file)))).toEqual([]);
  });
});
