import { cpSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  availableNow,
  fileSink,
  jsonFiles,
  memorySink,
  memoryStream,
  readBatch,
  readManifest,
  readStream,
  schemaOf,
  textFiles,
  writeStream,
} from '../../../index.js';
import { sourceContext } from '../sourceContext.js';
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

/** As its manifest names them, in the order of batches. */
async function committed(path: string): Promise<readonly string[]> {
  return (await readManifest(path)).files.map((file) => join(path, file.path));
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

  it.each([
    ['by its name', (path: string) => path],
    ['by a glob', (path: string) => `${path}/*.json`],
    ['by a glob above', () => `${folder.path}/**/*.json`],
  ])('is not read without a file that its manifest names: %s', async (_, pathOf) => {
    const path = await written();
    const [file = ''] = await committed(path);
    rmSync(file);
    await expect(numbers(pathOf(path))).rejects.toMatchObject({
      code: 'SOURCE_DATA_LOST',
      params: { file, wanted: expect.stringContaining('2 rows'), found: 'no file' },
    });
    await expect(schemaOf(path)).rejects.toMatchObject({ code: 'SOURCE_DATA_LOST' });
  });

  it('is not read without a partition, and the other partitions are', async () => {
    const path = await written(['day']);
    rmSync(join(path, 'day=b'), { recursive: true });
    await expect(numbers(path)).rejects.toMatchObject({ code: 'SOURCE_DATA_LOST' });
    expect(await numbers(join(path, 'day=a'))).toEqual([1, 3]);
    expect(await numbers(`${path}/day=[!b]/*`)).toEqual([1, 3]);
  });

  it('may lose files that were read, also those that are too old to be remembered', async () => {
    const path = await written();
    const options = { maxFilesPerTrigger: 1, maxFileAge: '1 second' };
    const source = await textFiles(path, options).open(sourceContext());
    const files = await committed(path);
    for (const [i, file] of files.entries()) utimesSync(file, 2e9 + 60 * i, 2e9 + 60 * i);
    const first = await source.latestOffset(null, 'one batch');
    const second = await source.latestOffset(first, 'one batch');
    for (const file of files) rmSync(file);
    expect(await source.latestOffset(second, 'one batch')).toBe(second);
  });

  it.each([
    ['itself', (path: string) => path],
    ['below it', (path: string) => join(path, 'day=a')],
    ['by a glob', () => `${folder.path}/*/day=*/*`],
  ])('is not cleaned: %s', async (_, pathOf) => {
    const path = await written(['day']);
    const source = jsonFiles(pathOf(path), { schema, cleanSource: 'delete' });
    const query = writeStream(readStream(source), {
      sink: memorySink(),
      trigger: availableNow(),
      checkpointLocation: join(folder.path, 'reader'),
    });
    const error = await query.awaitTermination().catch((thrown: Error) => thrown);
    const causes = [error, (error as Error).cause] as { code?: string }[];
    expect(causes.map((each) => each?.code)).toContain('SOURCE_CLEANS_SINK');
    expect(await numbers(path)).toEqual([1, 2, 3]);
  });
});
