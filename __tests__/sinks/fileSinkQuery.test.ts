import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  availableNow,
  fileSink,
  memoryStream,
  readManifest,
  readStream,
  where,
  writeStream,
} from '../../index.js';

describe('a query into files', () => {
  let path = '';
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'millrace-files-'));
  });
  afterEach(() => rm(path, { recursive: true }));

  const numbers = () => memoryStream<{ n: number }>();
  const start = (source: ReturnType<typeof numbers>, folder = 'out', checkpoint = 'checkpoint') =>
    writeStream(readStream(source), {
      sink: fileSink(join(path, folder)),
      checkpointLocation: join(path, checkpoint),
    });

  async function written(): Promise<readonly number[]> {
    const { files } = await readManifest(join(path, 'out'));
    const texts = await Promise.all(
      files.map((file) => readFile(join(path, 'out', file.path), 'utf8')),
    );
    return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line).n);
  }

  it.each([
    ['lateSink', 'sink', 'out', 'failed'],
    ['failedSink', 'lateSink', 'late', 'late'],
  ])('refuses %s in the folder of %s before the start', (second, first, late, failed) => {
    const at = (folder: string) => fileSink(join(path, folder));
    const sinks = { sink: at('out'), lateSink: at(`./x/../${late}`), failedSink: at(failed) };
    expect(() => writeStream(readStream(numbers()), sinks)).toThrow(
      new RegExp(`${second} writes to .*, as ${first} does: give each a folder of its own`),
    );
  });

  it('refuses two sinks in one folder that a symbolic link leads to, also before it is made', async () => {
    await mkdir(join(path, 'disk'));
    await symlink(join(path, 'disk'), join(path, 'link'));
    const sink = fileSink(join(path, 'disk', 'out'));
    const lateSink = fileSink(join(path, 'link', 'out'));
    const start = () => writeStream(readStream(numbers()), { sink, lateSink });
    expect(start).toThrow(/lateSink writes to .*link.out, as sink does/);
    await mkdir(join(path, 'disk', 'out'));
    expect(start).toThrow(/lateSink writes to .*link.out, as sink does/);
  });

  it('goes on where it was after a stop', async () => {
    const source = numbers();
    for (const n of [1, 2, 3]) {
      const query = start(source);
      source.addData({ n });
      await query.processAllAvailable();
      await query.stop();
    }
    expect(await written()).toEqual([1, 2, 3]);
  });

  it('refuses the folder that another query has written', async () => {
    const source = numbers();
    source.addData({ n: 1 });
    const first = start(source);
    await first.processAllAvailable();
    await first.stop();
    const second = start(source, 'out', 'another');
    await expect(second.awaitTermination()).rejects.toMatchObject({ code: 'SINK_FOREIGN' });
    expect(await written()).toEqual([1]);
  });

  it('refuses a checkpoint that was begun with another folder', async () => {
    const source = numbers();
    source.addData({ n: 1 });
    const first = start(source);
    await first.processAllAvailable();
    await first.stop();
    const second = start(source, 'elsewhere');
    await expect(second.awaitTermination()).rejects.toMatchObject({
      code: 'CHECKPOINT_INCOMPATIBLE',
    });
  });

  /** One run; its batches hold one row each. */
  async function run(source: ReturnType<typeof numbers>, ...rows: readonly number[]) {
    const query = start(source);
    await query.processAllAvailable();
    for (const n of rows) {
      source.addData({ n });
      await query.processAllAvailable();
    }
    await query.stop();
    return query;
  }

  it('refuses to go on when the folder that it has written is gone', async () => {
    const source = numbers();
    await run(source, 1, 2);
    await rm(join(path, 'out'), { recursive: true });
    source.addData({ n: 3 });
    const error: unknown = await start(source)
      .awaitTermination()
      .catch((each: unknown) => each);
    expect(error).toMatchObject({
      code: 'SINK_POSITION',
      params: { path: join(path, 'out'), sink: -1, checkpoint: 2 },
      message: expect.stringContaining('out holds no batch, the checkpoint goes on with 2: '),
    });
    expect(await readManifest(join(path, 'out'))).toMatchObject({ files: [] });
  });

  it('goes on after batches without rows, of which the folder has entries too', async () => {
    const source = numbers();
    const none = () =>
      writeStream(readStream(source).pipe(where(({ n }) => n > 5)), {
        sink: fileSink(join(path, 'out')),
        checkpointLocation: join(path, 'checkpoint'),
        trigger: availableNow(),
      });
    for (const n of [1, 2, 6]) {
      source.addData({ n });
      await none().awaitTermination();
    }
    expect(await written()).toEqual([6]);
  });

  it('begins a folder of its own as a fork, also if that was stopped before its first batch', async () => {
    const source = numbers();
    const first = start(source);
    source.addData({ n: 1 });
    await first.processAllAvailable();
    await first.savepoint(join(path, 'savepoint'));
    await first.stop();
    const fork = (options: object) =>
      writeStream(readStream(source), {
        sink: fileSink(join(path, 'fork')),
        checkpointLocation: join(path, 'fork checkpoint'),
        ...options,
      });
    const stopped = fork({ from: join(path, 'savepoint') });
    await stopped.processAllAvailable();
    await stopped.stop();
    await rm(join(path, 'fork'), { recursive: true, force: true });
    const again = fork({});
    source.addData({ n: 2 });
    await again.processAllAvailable();
    await again.stop();
    const { files } = await readManifest(join(path, 'fork'));
    expect(files.map(({ batchId }) => batchId)).toEqual([1]);
    await rm(join(path, 'fork'), { recursive: true });
    await expect(fork({}).awaitTermination()).rejects.toMatchObject({ code: 'SINK_POSITION' });
  });

  it('takes a folder for late rows that is new to an old checkpoint', async () => {
    const source = numbers();
    await run(source, 1);
    const query = writeStream(readStream(source), {
      sink: fileSink(join(path, 'out')),
      lateSink: fileSink(join(path, 'late')),
      checkpointLocation: join(path, 'checkpoint'),
    });
    source.addData({ n: 2 });
    await query.processAllAvailable();
    await query.stop();
    expect(await written()).toEqual([1, 2]);
  });
});
