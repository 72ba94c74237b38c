import { expectTypeOf } from 'expect-type';
import { type ParquetFilesOptions, parquetFiles } from '../../lib/parquet/index.js';
import { installed } from '../../lib/parquet/packages.js';
import { parseDdl } from '../../lib/schema/ddl.js';
import type { Decimal } from '../../lib/schema/decimal.js';
import type { AnyRow } from '../../lib/schema/rowOf.js';
import type { Source, StreamSource } from '../../lib/sources/source.js';
import { sourceContract } from '../contracts/source.contract.js';
import { fileSubject } from '../sources/files/fileSubject.js';
import { testFolder } from '../sources/files/folder.js';
import { collect, Reported, sourceContext } from '../sources/sourceContext.js';
import { encoded } from './parquetFile.js';

const folder = testFolder();
const schema = 'n INT NOT NULL, s STRING';

interface Numbered {
  readonly n: number;
  readonly s: string | null;
}
const rows: readonly Numbered[] = Array.from({ length: 8 }, (_, n) => ({
  n,
  s: n % 3 === 0 ? null : `row ${n}`,
}));

function subject(options: Partial<ParquetFilesOptions>, checkpoint: boolean, max?: number) {
  const source: StreamSource<unknown> = parquetFiles(folder.path, { schema, ...options });
  const numbered = source as StreamSource<Numbered>;
  const under = fileSubject<Numbered>(numbered, () => {}, checkpoint, max);
  let files = 0;
  const add = async (some: readonly Numbered[]) => {
    const bytes = await encoded(schema, some, { rowGroupRows: 2 });
    folder.write(`${files++}.parquet`, bytes);
  };
  return { ...under, add };
}

sourceContract('parquetFiles', rows, () => subject({}, false));
sourceContract('parquetFiles with a checkpoint', rows, () => subject({}, true));
sourceContract('parquetFiles, three rows a batch', rows, () =>
  subject({ maxRowsPerTrigger: 3 }, true, 3),
);

/** Everything that a new run finds. */
async function all<T>(source: StreamSource<T>, report = new Reported()): Promise<T[]> {
  const open = (await source.open(sourceContext())) as Source<T>;
  const end = await open.latestOffset(null, 'everything');
  return end === null ? [] : collect(open, null, end, report);
}

describe('parquetFiles', () => {
  it('reads only the columns that are asked for', async () => {
    folder.write('a.parquet', await encoded(schema, rows.slice(0, 2)));
    expect(await all(parquetFiles(folder.path, { schema, columns: ['s'] }))).toEqual([
      { s: null },
      { s: 'row 1' },
    ]);
    expect(await all(parquetFiles(folder.path, { columns: ['n'] }))).toEqual([{ n: 0 }, { n: 1 }]);
    await expect(all(parquetFiles(folder.path, { columns: ['x'] }))).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringContaining('no column x, only n, s'),
    });
  });

  it('adds the columns of key=value folders, by their declared type', async () => {
    const bytes = await encoded('n INT', [{ n: 1 }]);
    folder.write('day=2024-05-01/zone=a%2Fb/1.parquet', bytes);
    const declared = parquetFiles(folder.path, {
      schema: 'n INT, day TIMESTAMP, zone STRING',
      timestamps: 'ms',
    });
    const day = Date.UTC(2024, 4, 1);
    expect(await all(declared)).toEqual([{ n: 1, day, zone: 'a/b' }]);
    expect(await all(parquetFiles(folder.path))).toEqual([
      { n: 1, day: new Date(day), zone: 'a/b' },
    ]);
    const some = parquetFiles(folder.path, { columns: ['zone', 'n'] });
    expect(await all(some)).toEqual([{ n: 1, zone: 'a/b' }]);
    await expect(
      all(parquetFiles(folder.path, { schema: 'n INT, zone INT' })),
    ).rejects.toMatchObject({ code: 'SOURCE_COLUMN_TYPE' });
  });

  it('finds columns whose names differ in case alone, as Spark, if there is one', async () => {
    const inner = { x: 1 };
    folder.write(
      'K=1/1.parquet',
      await encoded('b INT, a STRING, s STRUCT<x: INT>', [{ b: 2, a: 'x', s: inner }]),
    );
    expect(
      await all(parquetFiles(folder.path, { schema: 'A STRING, B INT, s STRUCT<X: INT>, k INT' })),
    ).toEqual([{ A: 'x', B: 2, s: { X: 1 }, k: 1 }]);
    const both = parquetFiles(folder.path, { schema: 'a STRING, A STRING, b INT' });
    expect(await all(both)).toEqual([{ a: 'x', A: null, b: 2, K: 1 }]);
    folder.write('K=1/1.parquet', await encoded('aA INT, Aa INT', [{ aA: 2, Aa: 3 }]));
    await expect(all(parquetFiles(folder.path, { schema: 'aa INT' }))).rejects.toMatchObject({
      code: 'SOURCE_COLUMN_TYPE',
      message: expect.stringContaining('in other cases only (aA, Aa)'),
    });
  });

  it('reads back a folder of a TIMESTAMP as the sink writes it', async () => {
    folder.write('t=2024-05-01T10%3A00%3A00.000Z/1.parquet', await encoded('n INT', [{ n: 1 }]));
    expect(await all(parquetFiles(folder.path, { schema: 'n INT, t TIMESTAMP' }))).toEqual([
      { n: 1, t: new Date('2024-05-01T10:00:00Z') },
    ]);
  });

  it('reads files of different schemas each by its own, or all by one', async () => {
    folder.write('1.parquet', await encoded('a INT', [{ a: 1 }]));
    folder.write('2.parquet', await encoded('b STRING, a BIGINT', [{ a: 2, b: 'x' }]));
    expect(await all(parquetFiles(folder.path))).toEqual([{ a: 1 }, { b: 'x', a: 2 }]);
    expect(await all(parquetFiles(folder.path, { schema: 'a BIGINT, b STRING' }))).toEqual([
      { a: 1, b: null },
      { a: 2, b: 'x' },
    ]);
  });

  it('does not take a new file of the same name and size for the old one', async () => {
    folder.write('a.parquet', await encoded('a INT NOT NULL', [{ a: 1 }]), 1000);
    const source = parquetFiles(folder.path, { schema: 'a INT' });
    expect(await all(source)).toEqual([{ a: 1 }]);
    folder.write('a.parquet', await encoded('a INT NOT NULL', [{ a: 2 }]), 2000);
    expect(await all(source)).toEqual([{ a: 2 }]);
  });

  it('gives a file without rows as none', async () => {
    folder.write('a.parquet', await encoded('a INT', []));
    expect(await all(parquetFiles(folder.path))).toEqual([]);
  });

  it('says which packages to install', async () => {
    const missing = Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' });
    const load = () => Promise.reject(missing);
    await expect(installed('parquetFiles', 'hyparquet', load)).rejects.toMatchObject({
      code: 'PACKAGE_MISSING',
      message: 'parquetFiles needs packages that are not installed: npm install hyparquet',
    });
    const broken = () => Promise.reject(new SyntaxError('broken'));
    await expect(installed('parquetFiles', 'hyparquet', broken)).rejects.toThrow(SyntaxError);
  });

  it('types its rows by the schema', () => {
    const typed = parquetFiles('x', { schema: 'a BIGINT NOT NULL, d DECIMAL(10,2), t TIMESTAMP' });
    expectTypeOf(typed).toEqualTypeOf<
      StreamSource<{
        readonly a: number;
        readonly d: Decimal | null;
        readonly t: Date | null;
      }>
    >();
    const big = parquetFiles('x', { schema: 'a BIGINT', bigints: 'bigint', timestamps: 'ms' });
    expectTypeOf(big).toEqualTypeOf<StreamSource<{ readonly a: bigint | null }>>();
    const some = parquetFiles('x', { schema: 'a INT, b INT', columns: ['b'] });
    expectTypeOf(some).toEqualTypeOf<StreamSource<{ readonly b: number | null }>>();
    expectTypeOf(parquetFiles('x')).toEqualTypeOf<StreamSource<AnyRow>>();
    // @ts-expect-error unknown type "DUBLE"
    expect(() => parquetFiles('x', { schema: 'a DUBLE' })).toThrow(/DUBLE/);
    expect(some.schema).toEqual(parseDdl('b INT'));
  });

  it.each<[object, RegExp]>([
    [{ columns: [] }, /columns must be a list/],
    [{ columns: 'a' }, /columns must be a list/],
    [{ schema: 'a INT', columns: ['b'] }, /columns names "b"/],
    [{ schema: 'a WORD' }, /WORD/],
    [{ timestamps: 'days' }, /timestamps must be one of/],
    [{ bigints: 'text' }, /bigints must be one of/],
    [{ maxRowsPerTrigger: 0 }, /maxRowsPerTrigger/],
    [{ mode: 'LAX' }, /mode must be one of/],
  ])('refuses %p', (options, message) => {
    expect(() => parquetFiles('x', options as ParquetFilesOptions)).toThrow(message);
  });
});
