import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { availableNow, csvFiles, memorySink, readStream, writeStream } from '../../index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-csv-'));
  await writeFile(join(folder, 'a.csv'), 'item,price\ntea,2\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function rows(enforceSchema: boolean): Promise<readonly unknown[]> {
  const schema = 'item STRING, cost INT';
  const sink = memorySink<unknown>();
  const source = csvFiles(folder, { schema, header: true, enforceSchema });
  const query = writeStream(readStream(source), { sink, trigger: availableNow() });
  await query.awaitTermination();
  return sink.rows();
}

describe('a CSV header without a column of the schema', () => {
  it('is refused, with what it has', async () => {
    await expect(rows(false)).rejects.toMatchObject({
      cause: {
        code: 'SOURCE_COLUMN_MISSING',
        params: { column: 'cost', found: expect.stringContaining('price') },
      },
    });
  });

  it('is taken by position where the schema is enforced', async () => {
    expect(await rows(true)).toEqual([{ item: 'tea', cost: 2 }]);
  });
});
