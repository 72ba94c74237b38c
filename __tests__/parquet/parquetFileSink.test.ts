import { parquetMetadata } from 'hyparquet';
import { type ParquetFileSinkOptions, parquetFileSink } from '../../lib/parquet/index.js';
import { parseDdl } from '../../lib/schema/ddl.js';
import { Decimal } from '../../lib/schema/decimal.js';
import { readManifest } from '../../lib/sinks/readManifest.js';
import type { Sink, SinkContext } from '../../lib/sinks/sink.js';
import { sinkContext } from '../../lib/testing/sinkContract.js';
import { sinkContract } from '../contracts/sink.contract.js';
import { type DyingFileSystem, dataFiles, dyingFileSystem } from '../sinks/dyingFileSystem.js';
import { fileOf, readRows, removeFolder } from './parquetFile.js';

afterAll(removeFolder);

async function opened(
  fs: DyingFileSystem,
  options: ParquetFileSinkOptions = {},
  changes: Partial<SinkContext> = {},
): Promise<Sink<unknown>> {
  return parquetFileSink('/out', options).open(sinkContext(fs, changes));
}

/** The rows of the files that the manifest lists. */
async function committed<T>(fs: DyingFileSystem): Promise<readonly T[]> {
  const { files } = await readManifest('/out', { fileSystem: fs });
  const rows: T[] = [];
  for (const file of files) {
    const path = await fileOf(fs.files.get(`/out/${file.path}`) ?? new Uint8Array());
    rows.push(...((await readRows(path)) as T[]));
  }
  return rows;
}

/** The one file that has been written. */
function fileBytes(fs: DyingFileSystem): ArrayBuffer {
  const bytes = fs.files.get(`/out/${dataFiles(fs, '/out')[0]}`) ?? new Uint8Array();
  return bytes.slice().buffer;
}

const numbered = [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }];

sinkContract<{ readonly n: number }>('parquet', numbered, () => {
  const fileSystem = dyingFileSystem();
  const read = () => committed<{ readonly n: number }>(fileSystem);
  const sink = parquetFileSink('/out', { schema: 'n INT' });
  return { sink, read, idempotent: true, durable: true, fileSystem };
});

describe('parquetFileSink', () => {
  it('takes the type of the query’s rows where it is not told one', async () => {
    const fs = dyingFileSystem();
    const schema = parseDdl('at TIMESTAMP, price DECIMAL(5,2)');
    const sink = await opened(fs, {}, { schema });
    const row = { at: new Date(1_700_000_000_123), price: new Decimal(150n, 2, 5) };
    await sink.addBatch(0, [row], 'append');
    expect(await committed(fs)).toEqual([row]);
  });

  it('leaves partition columns out of the files', async () => {
    const fs = dyingFileSystem();
    const sink = await opened(fs, { schema: 'n INT, day STRING', partitionBy: 'day' });
    await sink.addBatch(
      0,
      [
        { n: 1, day: 'mon' },
        { n: 2, day: 'tue' },
      ],
      'append',
    );
    expect(dataFiles(fs, '/out').map((name) => name.split('/')[0])).toEqual(['day=mon', 'day=tue']);
    expect(await committed(fs)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('splits files and row groups as told', async () => {
    const fs = dyingFileSystem();
    const options = { schema: 'n INT', maxRecordsPerFile: 3, rowGroupRows: 2 } as const;
    const sink = await opened(fs, { ...options, compression: 'gzip' });
    await sink.addBatch(0, numbered, 'append');
    expect(dataFiles(fs, '/out')).toHaveLength(2);
    expect(await committed(fs)).toEqual(numbered);
  });

  it('annotates small whole numbers in the one way that Spark and Arrow can read', async () => {
    const fs = dyingFileSystem();
    const sink = await opened(fs, { schema: 'a TINYINT, b ARRAY<SMALLINT>' });
    await sink.addBatch(0, [{ a: -1, b: [300] }], 'append');
    const { schema } = parquetMetadata(fileBytes(fs));
    const leaves = schema.filter((element) => element.type === 'INT32');
    expect(leaves.map((leaf) => [leaf.converted_type, leaf.logical_type])).toEqual([
      ['INT_8', undefined],
      ['INT_16', undefined],
    ]);
    expect(await committed(fs)).toEqual([{ a: -1, b: [300] }]);
  });

  it('keeps no smallest and largest of a column with NaN, which Spark would skip rows by', async () => {
    const fs = dyingFileSystem();
    const schema = 'a DOUBLE, b STRUCT<c: ARRAY<FLOAT>>, d DOUBLE';
    const sink = await opened(fs, { schema, rowGroupRows: 2 });
    const row = { a: 1, b: { c: [1] }, d: 1 };
    await sink.addBatch(0, [row, { a: Number.NaN, b: { c: [Number.NaN, 1] }, d: 2 }], 'append');
    const { row_groups } = parquetMetadata(fileBytes(fs));
    const columns = row_groups.flatMap((group) => group.columns);
    expect(columns.map((column) => column.meta_data?.statistics?.max_value)).toEqual([
      undefined,
      undefined,
      2,
    ]);
  });

  it('writes the same bytes for the same rows', async () => {
    const bytes = async () => {
      const fs = dyingFileSystem();
      await (await opened(fs, { schema: 'n INT' })).addBatch(0, numbered, 'append');
      return fs.files.get(`/out/${dataFiles(fs, '/out')[0]}`);
    };
    expect(await bytes()).toEqual(await bytes());
  });

  it('needs to know the types of the columns before it starts', async () => {
    await expect(opened(dyingFileSystem())).rejects.toMatchObject({
      code: 'SINK_SCHEMA',
      message: expect.stringContaining('give them: parquetFileSink(path, { schema'),
    });
    await expect(
      opened(dyingFileSystem(), { schema: 'n INT', partitionBy: 'n' }),
    ).rejects.toMatchObject({ code: 'SINK_SCHEMA' });
  });

  it.each([
    ['TINYINT', 128],
    ['INT', 1.5],
    ['INT', 2 ** 31],
    ['INT', '1'],
    ['BIGINT', 2 ** 53],
    ['BIGINT', 2n ** 63n],
    ['BOOLEAN', 1],
    ['DOUBLE', '1'],
    ['STRING', 1],
    ['STRING', '\ud800'],
    ['BINARY', 'x'],
    ['DATE', new Date(1)],
    ['DATE', new Date(Number.NaN)],
    ['TIMESTAMP', 0.5],
    ['DECIMAL(4,2)', new Decimal(1234n, 3, 4)],
    ['DECIMAL(4,2)', new Decimal(12_345n, 2, 5)],
    ['DECIMAL(4,2)', '1.00'],
    ['ARRAY<INT>', 'x'],
    ['ARRAY<INT NOT NULL>', [null]],
    ['MAP<STRING, INT>', { a: 1 }],
    ['STRUCT<a: INT>', { a: 1, b: 2 }],
    ['STRUCT<a: INT NOT NULL>', {}],
    ['INT NOT NULL', null],
  ])('refuses in %s what it cannot hold exactly: %p', async (type, value) => {
    const sink = await opened(dyingFileSystem(), { schema: `c ${type}` });
    await expect(sink.addBatch(0, [{ c: value }], 'append')).rejects.toMatchObject({
      code: 'SINK_ROW',
      message: expect.stringContaining('column c'),
    });
  });

  it('takes 64-bit integers, exact numbers as decimals, ms as times, and Sets', async () => {
    const fs = dyingFileSystem();
    const schema = 'b BIGINT, d DECIMAL(10,2), t TIMESTAMP, s ARRAY<INT>';
    const sink = await opened(fs, { schema });
    await sink.addBatch(0, [{ b: 5n, d: 1.25, t: 77, s: new Set([1, 2]) }], 'append');
    expect(await committed(fs)).toEqual([
      { b: 5, d: new Decimal(125n, 2, 10), t: new Date(77), s: [1, 2] },
    ]);
  });

  it('refuses a column that the schema does not have, and a row without columns', async () => {
    const sink = await opened(dyingFileSystem(), { schema: 'n INT' });
    await expect(sink.addBatch(0, [{ n: 1, lost: 2 }], 'append')).rejects.toMatchObject({
      code: 'SINK_ROW',
      message: expect.stringContaining('column lost'),
    });
    await expect(sink.addBatch(0, [1], 'append')).rejects.toMatchObject({ code: 'SINK_ROW' });
  });

  it.each<[object, RegExp]>([
    [{ compression: 'zstd' }, /compression must be one of/],
    [{ rowGroupRows: 0 }, /rowGroupRows/],
    [{ schema: 'n WORD' }, /WORD/],
  ])('refuses %p', (options, message) => {
    expect(() => parquetFileSink('/out', options as ParquetFileSinkOptions)).toThrow(message);
  });
});
