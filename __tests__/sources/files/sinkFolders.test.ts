import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  fileSink,
  jsonFiles,
  memoryStream,
  readBatch,
  readManifest,
  readStream,
  writeStream,
} from '../../../index.js';
import { testFolder } from './folder.js';

const folder = testFolder();
const schema = 'n INT, day STRING';

async function written(partitionBy: readonly string[] = []): Promise<string> {
  const path = join(folder.path, 'out');
  const source = memoryStream<{ n: number; day: string }>({ maxCallsPerTrigger: 1 });
  source.addData({ n: 1, day: 'a' }, { n: 2, day: 'b' });
  source.addData({ n: 3, day: 'a' });
  source.complete();
  const sink = fileSink(path, { format: 'json', partitionBy });
  const checkpointLocation = join(folder.path, 'checkpoint');
  await writeStream(readStream(source), { sink, checkpointLocation }).awaitTermination();
  return path;
}

async function numbers(path: string): Promise<readonly unknown[]> {
  const rows = await readBatch(readStream(jsonFiles(path, { schema })));
  return rows.map((row) => row.n).sort();
}

describe('a folder that a file sink has written', () => {
  it('is read through its manifest: what is not committed is never seen', async () => {
    const path = await written();
    writeFileSync(join(path, 'part-of-a-batch-under-way.json'), '{"n":99}\n');
    expect(await numbers(path)).toEqual([1, 2, 3]);
    expect(await numbers(`${path}/*.json`)).toEqual([1, 2, 3]);
    expect(await numbers(`${folder.path}/o*/*`)).toEqual([1, 2, 3]);
  });

  it('is read with its partitions, and below one of them', async () => {
    const path = await written(['day']);
    writeFileSync(join(path, 'day=a', 'other.json'), '{"n":99}\n');
    expect(await numbers(path)).toEqual([1, 2, 3]);
    expect(await numbers(join(path, 'day=a'))).toEqual([1, 3]);
  });

  it('has no file at all while nothing is committed', async () => {
    const path = await written();
    const [first] = (await readManifest(path)).files;
    const copy = join(folder.path, 'copy');
    cpSync(path, copy, { recursive: true });
    const manifest = join(copy, '_millrace');
    for (const name of readdirSync(manifest)) {
      if (name.endsWith('.entry')) rmSync(join(manifest, name));
    }
    expect(first).toBeDefined();
    expect(await numbers(copy)).toEqual([]);
  });
});
