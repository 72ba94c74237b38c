import { mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  count,
  distinct,
  durable,
  groupByKey,
  memorySink,
  memoryStream,
  readState,
  readStream,
  withWatermark,
  writeStream,
} from '../../index.js';
import { countWords, stateIn } from './countingQuery.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-savepoint-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A savepoint after two batches; the query goes on and has a third. */
async function savedWords() {
  const words = memoryStream<string>();
  const { query, sink } = countWords(words, { checkpointLocation: at('first') });
  words.addData('a', 'b');
  await query.processAllAvailable();
  words.addData('a', 'c');
  await query.processAllAvailable();
  const info = await query.savepoint(at('save'));
  words.addData('a', 'd');
  await query.processAllAvailable();
  return { words, query, sink, info };
}

const tableOf = (rows: readonly { key: string; count: number }[]) =>
  Object.fromEntries(rows.map(({ key, count: n }) => [key, n]));

describe('a savepoint as checkpointLocation', () => {
  it.each([0, 1])('is refused before anything is written into it: batch %d', async (batchId) => {
    const words = memoryStream<string>();
    const { query } = countWords(words, { checkpointLocation: at('first') });
    for (let batch = 0; batch <= batchId; batch++) {
      words.addData('a');
      await query.processAllAvailable();
    }
    await query.savepoint(at('save'));
    await query.stop();
    const before = await readdir(at('save'), { recursive: true });
    const { query: wrong } = countWords(words, { checkpointLocation: at('save') });
    await expect(wrong.awaitTermination()).rejects.toMatchObject({
      code: 'CHECKPOINT_LOCATION',
      message: expect.stringContaining("the option 'from'"),
    });
    expect(await readdir(at('save'), { recursive: true })).toEqual(before);
  });
});

describe('query.savepoint', () => {
  it('copies the last commit while the query runs on', async () => {
    const { query, info } = await savedWords();
    expect(info).toMatchObject({ directory: at('save'), queryId: query.id, batchId: 1 });
    await query.stop();
    expect(await stateIn(at('save'))).toHaveLength(3);
    expect(await stateIn(at('first'))).toHaveLength(4);
    expect(await readdir(folder)).toEqual(['first', 'save']);
  });

  it('is read as often as one likes, and not changed by it', async () => {
    const { query } = await savedWords();
    const before = await stateIn(at('save'));
    expect(await stateIn(at('save'))).toEqual(before);
    await query.stop();
  });

  it('is as of one commit, whatever is committed while it is written', async () => {
    const words = memoryStream<string>();
    const { query } = countWords(words, { checkpointLocation: at('first') });
    words.addAll(Array.from({ length: 5000 }, (_, i) => `word ${i}`));
    await query.processAllAvailable();
    const saving = query.savepoint(at('save'));
    for (let i = 0; i < 5; i++) {
      words.addData('word 1', `new ${i}`);
      await query.processAllAvailable();
    }
    const { batchId } = await saving;
    await query.stop();
    const rows = await stateIn(at('save'));
    expect(rows).toHaveLength(5000 + batchId);
  });

  it('is refused inside its checkpoint, and around it, with both names', async () => {
    const words = memoryStream<string>();
    const { query } = countWords(words, { checkpointLocation: at('a/first') });
    words.addData('a');
    await query.processAllAvailable();
    await symlink(at('a/first'), at('link'));
    for (const name of ['a/first/save', 'a/first/state', 'a/first', 'a', 'link/new/save']) {
      const error = await query.savepoint(at(name)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'SAVEPOINT_LOCATION',
        message: expect.stringContaining('beside the checkpoint'),
      });
      expect(String(error)).toContain(at(name));
      expect(String(error)).toContain(`checkpoint ${at('a/first')}`);
    }
    expect(await readdir(at('a/first'))).not.toContain('save');
    await query.savepoint(at('a/firstSave'));
    await query.stop();
  });

  it('leaves nothing when it fails', async () => {
    const words = memoryStream<string>();
    const { query } = countWords(words, { checkpointLocation: at('first') });
    words.addData('a');
    await query.processAllAvailable();
    await truncate(at('first/metadata'), 10);
    await expect(query.savepoint(at('save'))).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED' });
    await query.stop();
    expect(await readdir(folder)).toEqual(['first']);
  });

  it('is finished before the query closes', async () => {
    const words = memoryStream<string>();
    const { query } = countWords(words, { checkpointLocation: at('first') });
    words.addAll(Array.from({ length: 10_000 }, (_, i) => `word ${i}`));
    await query.processAllAvailable();
    const saving = query.savepoint(at('save'));
    await Promise.all([saving, query.stop()]);
    expect(await stateIn(at('save'))).toHaveLength(10_000);
  });

  it('is refused without a checkpoint, before the first commit, into a folder in use, and after the end', async () => {
    const words = memoryStream<string>();
    const volatile = countWords(words).query;
    words.addData('a');
    await volatile.processAllAvailable();
    const code = 'SAVEPOINT_UNAVAILABLE';
    await expect(volatile.savepoint(at('save'))).rejects.toMatchObject({ code });
    await volatile.stop();
    await expect(volatile.savepoint(at('save'))).rejects.toMatchObject({
      code: 'QUERY_NOT_ACTIVE',
    });
    const empty = countWords(memoryStream<string>(), { checkpointLocation: at('empty') }).query;
    await expect(empty.savepoint(at('save'))).rejects.toMatchObject({ code });
    await empty.stop();
    const { query } = await savedWords();
    await expect(query.savepoint(at('save'))).rejects.toMatchObject({ code: 'SAVEPOINT_EXISTS' });
    await query.stop();
  });
});

describe('writeStream from a savepoint', () => {
  it('goes on with its state and position, as a new query', async () => {
    const { words, query } = await savedWords();
    const fork = countWords(words, { checkpointLocation: at('fork'), from: at('save') });
    await fork.query.processAllAvailable();
    expect(fork.query.id).not.toBe(query.id);
    expect(tableOf(fork.sink.rows())).toEqual({ a: 3, b: 1, c: 1, d: 1 });
    words.addData('d');
    await Promise.all([query.processAllAvailable(), fork.query.processAllAvailable()]);
    await Promise.all([query.stop(), fork.query.stop()]);
    expect(await stateIn(at('fork'))).toEqual(await stateIn(at('first')));
  });

  it('can be stopped and started again without it, and itself be saved', async () => {
    const { words, query } = await savedWords();
    await query.stop();
    const fork = countWords(words, { checkpointLocation: at('fork'), from: at('save') }).query;
    await fork.processAllAvailable();
    await fork.stop();
    const again = countWords(words, { checkpointLocation: at('fork') });
    words.addData('e');
    await again.query.processAllAvailable();
    expect(again.query.id).toBe(fork.id);
    expect(tableOf(again.sink.rows())).toEqual({ a: 3, b: 1, c: 1, d: 1, e: 1 });
    await again.query.savepoint(at('second'));
    await again.query.stop();
    expect(await stateIn(at('second'))).toEqual(await stateIn(at('fork')));
  });

  it('takes watermarks along: a row that was late stays late', async () => {
    const source = memoryStream<number>();
    const query = (more: object) => {
      const sink = memorySink<{ key: number; count: number }>();
      const rows = readStream(source).pipe(
        withWatermark((ms) => new Date(ms), '1 second'),
        groupByKey((ms) => ms),
        count(),
      );
      return { sink, query: writeStream(rows, { sink, outputMode: 'update', ...more }) };
    };
    const first = query({ checkpointLocation: at('first') }).query;
    source.addData(10_000);
    await first.processAllAvailable();
    await first.savepoint(at('save'));
    await first.stop();
    const fork = query({ checkpointLocation: at('fork'), from: at('save') });
    source.addData(20_000);
    await fork.query.processAllAvailable();
    const { lastProgress } = fork.query;
    expect(lastProgress?.eventTime).toMatchObject({ watermark: '1970-01-01T00:00:19.000Z' });
    await fork.query.stop();
  });

  it('takes the rows along that a durable source has not given yet', async () => {
    const source = () => durable<string>(undefined, { name: 'words' });
    const start = (input: ReturnType<typeof source>, more: object) => {
      const sink = memorySink<string>();
      return { sink, query: writeStream(readStream(input), { sink, ...more }) };
    };
    const input = source();
    const { query } = start(input, { checkpointLocation: at('first') });
    await input.push('a');
    await query.processAllAvailable();
    query.pause();
    await input.push('b');
    await query.savepoint(at('save'));
    await query.stop();
    const fork = start(source(), { checkpointLocation: at('fork'), from: at('save') });
    await fork.query.processAllAvailable();
    await fork.query.stop();
    expect(fork.sink.rows()).toEqual(['b']);
  });

  it('refuses a checkpoint that exists, and says what to do', async () => {
    const { words, query } = await savedWords();
    await query.stop();
    const fork = countWords(words, { checkpointLocation: at('first'), from: at('save') }).query;
    await expect(fork.awaitTermination()).rejects.toMatchObject({
      code: 'CHECKPOINT_EXISTS',
      message: expect.stringContaining("leave out 'from'"),
    });
  });

  it('is refused inside the savepoint', async () => {
    const { words, query } = await savedWords();
    await query.stop();
    const checkpointLocation = at('save/fork');
    const fork = countWords(words, { checkpointLocation, from: at('save') }).query;
    await expect(fork.awaitTermination()).rejects.toMatchObject({
      code: 'CHECKPOINT_LOCATION',
      message: expect.stringContaining(`the savepoint ${at('save')}`),
    });
    expect(await readdir(at('save'))).not.toContain('fork');
  });

  it('refuses another query, and writes nothing', async () => {
    const { words, query } = await savedWords();
    await query.stop();
    const fork = writeStream(readStream(words).pipe(distinct()), {
      sink: memorySink<string>(),
      checkpointLocation: at('fork'),
      from: at('save'),
    });
    await expect(fork.awaitTermination()).rejects.toMatchObject({
      code: 'CHECKPOINT_INCOMPATIBLE',
    });
    expect(await readdir(folder)).toEqual(['first', 'save']);
  });

  it('needs a checkpointLocation', () => {
    expect(() => countWords(memoryStream<string>(), { from: at('save') })).toThrow(TypeError);
  });

  it('refuses a savepoint that is half written or damaged in any file', async () => {
    const { words, query } = await savedWords();
    await query.stop();
    const files = (await readdir(at('save'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThanOrEqual(4);
    const codes = new Set<string>();
    for (const [i, path] of files.entries()) {
      const content = await readFile(path);
      const flipped = Buffer.from(content);
      flipped[content.length >> 1] = (flipped[content.length >> 1] as number) ^ 4;
      for (const damage of [
        () => writeFile(path, flipped),
        () => truncate(path, content.length - 1),
        () => rm(path),
      ]) {
        await damage();
        const checkpointLocation = at(`fork-${i}`);
        const fork = countWords(words, { checkpointLocation, from: at('save') }).query;
        await fork.awaitTermination().catch((error: { code: string }) => codes.add(error.code));
        expect(fork.exception?.code).toMatch(
          /^(SAVEPOINT_(DAMAGED|INCOMPLETE)|CHECKPOINT_DAMAGED)$/,
        );
        await writeFile(path, content);
      }
    }
    expect([...codes].sort()).toEqual([
      'CHECKPOINT_DAMAGED',
      'SAVEPOINT_DAMAGED',
      'SAVEPOINT_INCOMPLETE',
    ]);
  });
});

describe('readState of a savepoint', () => {
  it('refuses one that is damaged', async () => {
    const { query } = await savedWords();
    await query.stop();
    const path = join(at('save'), 'state', '0');
    await truncate(path, 10);
    const read = async () => {
      for await (const _ of readState(at('save')));
    };
    await expect(read()).rejects.toMatchObject({ code: 'SAVEPOINT_DAMAGED' });
  });
});
