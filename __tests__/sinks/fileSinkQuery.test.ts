import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSink, memoryStream, readManifest, readStream, writeStream } from '../../index.js';

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
});
