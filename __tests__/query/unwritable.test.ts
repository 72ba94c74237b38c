import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { of } from 'rxjs';
import {
  durable,
  fileSink,
  memorySink,
  memoryStream,
  rate,
  readStream,
  type StreamingError,
  type StreamSink,
  type StreamSource,
  textFiles,
  writeStream,
} from '../../index.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { withoutRights } from '../checkpoint/withoutRights.js';
// Loaded when used, and then without rights to write what jest keeps of it.
import '../../state/level/openStateBackend.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-unwritable-'));
  await chmod(folder, 0o777);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type More = Pick<Parameters<typeof writeStream>[1], 'checkpointLocation' | 'internals'>;

/** Runs one batch. */
async function run(sink: StreamSink<{ n: number }>, more: More = {}): Promise<void> {
  const rows = memoryStream<{ n: number }>();
  rows.addData({ n: 1 });
  const query = writeStream(readStream(rows), { sink, ...more });
  await query.processAllAvailable();
  await query.stop();
}

const failureOf = (body: Promise<void>) =>
  body.then(
    () => undefined,
    (error: StreamingError) => error,
  );

describe('a query that starts where it may not write', () => {
  it.each(['.', 'state', 'runs'])('refuses its checkpoint: %s', async (name) => {
    const checkpointLocation = at('checkpoint');
    await mkdir(checkpointLocation);
    await chmod(checkpointLocation, 0o777);
    await withoutRights(() => run(memorySink(), { checkpointLocation }));
    if (name === '.') {
      await rm(join(checkpointLocation), { recursive: true });
      await mkdir(checkpointLocation);
    }
    await chmod(join(checkpointLocation, name), 0o555);
    const start = () => failureOf(run(memorySink(), { checkpointLocation }));
    expect(await withoutRights(start)).toMatchObject({
      code: 'CHECKPOINT_LOCATION',
      message: expect.stringMatching(/may not .*EACCES.*checkpoint.*: give it the right, or name/),
      cause: { code: 'EACCES' },
    });
  });

  const sources = {
    textFiles: () => textFiles(at('input')),
    rate: () => rate({ rowsPerSecond: 1 }),
    durable: () => durable(of({ n: 1 }), { name: 'numbers' }),
  } as Record<string, () => StreamSource<unknown>>;

  it.each([
    ['textFiles', 'sources'],
    ['textFiles', 'sources/0'],
    ['rate', 'sources'],
    ['durable', 'sources'],
  ])('refuses it where its source %s cannot write: %s', async (source, closed) => {
    await mkdir(at('input'));
    await writeFile(at('input/1.txt'), 'one\n');
    const checkpointLocation = at('checkpoint');
    await mkdir(join(checkpointLocation, closed), { recursive: true });
    const folders = [at('input'), checkpointLocation, join(checkpointLocation, 'sources')];
    for (const folder of folders) await chmod(folder, 0o777);
    await chmod(join(checkpointLocation, closed), 0o555);
    const start = async () => {
      const rows = readStream((sources[source] as () => StreamSource<unknown>)());
      const query = writeStream(rows, { sink: memorySink<unknown>(), checkpointLocation });
      await query.processAllAvailable();
    };
    expect(await withoutRights(() => failureOf(start()))).toMatchObject({
      code: 'CHECKPOINT_LOCATION',
      params: { directory: checkpointLocation },
      message: expect.stringMatching(/may not .*EACCES.*sources.*: give it the right, or name/),
    });
  });

  it.each([
    ['EROFS', /on a disk that is read-only/],
    ['ENOSPC', /the disk is full .*: make room/],
  ])('refuses its checkpoint on a disk that says %s', async (code, message) => {
    const fileSystem = {
      ...nodeFileSystem(),
      publish: () => Promise.reject(Object.assign(new Error(`${code}: no`), { code })),
    };
    const more = { checkpointLocation: at('checkpoint'), internals: { fileSystem } };
    expect(await failureOf(run(memorySink(), more))).toMatchObject({
      code: 'CHECKPOINT_LOCATION',
      message: expect.stringMatching(message),
    });
  });

  it('does not take an error of a store for one of its checkpoint', async () => {
    const cause = Object.assign(new Error('the bucket is closed'), { code: 'EACCES' });
    const stateStore = () => Promise.reject(cause);
    const rows = readStream(memoryStream<{ n: number }>());
    const sink = memorySink<{ n: number }>();
    const query = writeStream(rows, { sink, checkpointLocation: at('checkpoint'), stateStore });
    await expect(query.awaitTermination()).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      message: expect.stringContaining('stateStore: the bucket is closed'),
      cause,
    });
  });

  it('refuses the folder of its file sink', async () => {
    await mkdir(at('closed'));
    await chmod(at('closed'), 0o555);
    for (const name of ['closed', 'closed/below']) {
      const start = () => failureOf(run(fileSink(at(name))));
      expect(await withoutRights(start)).toMatchObject({
        code: 'SINK_LOCATION',
        params: { directory: at(name) },
        message: expect.stringMatching(/may not .*EACCES.*closed.*: give it the right, or name/),
      });
    }
  });

  it('refuses a file as the folder of its file sink', async () => {
    await writeFile(at('file'), '');
    for (const name of ['file', 'file/below']) {
      expect(await failureOf(run(fileSink(at(name))))).toMatchObject({
        code: 'SINK_LOCATION',
        message: expect.stringContaining('is a file'),
      });
    }
  });
});
