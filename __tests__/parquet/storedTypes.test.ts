import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { int96Instant } from '../../lib/parquet/storedNumber.js';
import { parseDdl } from '../../lib/schema/ddl.js';
import { Decimal } from '../../lib/schema/decimal.js';
import type { RowOptions } from '../../lib/schema/rowOf.js';
import { Reported } from '../sources/sourceContext.js';
import { fileOf, readRows, removeFolder } from './parquetFile.js';

afterAll(removeFolder);

/** A file with one column `c`, as other writers make it. */
async function fileWith(
  elements: readonly Omit<SchemaElement, 'name'>[] | readonly SchemaElement[],
  data: unknown[],
  encoding?: string,
): Promise<string> {
  const column = elements.map((element, i) => ({ name: i === 0 ? 'c' : 'x', ...element }));
  const schema = [{ name: 'root', num_children: 1 }, ...column];
  const columnData = [{ name: 'c', data, ...(encoding ? { encoding } : {}) }];
  return fileOf(new Uint8Array(parquetWriteBuffer({ schema, columnData } as never)));
}

async function values(path: string, ddl?: string, rowOptions: RowOptions = {}): Promise<unknown[]> {
  const schema = ddl === undefined ? {} : { schema: parseDdl(`c ${ddl}`) };
  const rows = await readRows(path, { ...schema, rowOptions });
  return rows.map((row) => (row as { readonly c: unknown }).c);
}

const required = { repetition_type: 'REQUIRED' } as const;
const optional = { repetition_type: 'OPTIONAL' } as const;

describe('stored types', () => {
  it.each([
    ['MILLIS', [-1n, 0n, 1_700_000_000_123n], [-1, 0, 1_700_000_000_123]],
    ['MICROS', [-1n, 999n, 1_700_000_000_123_456n], [-1, 0, 1_700_000_000_123]],
    ['NANOS', [-1n, 999_999n, 1_700_000_000_123_456_789n], [-1, 0, 1_700_000_000_123]],
  ] as const)('cuts a TIMESTAMP in %s to ms, towards the past', async (unit, stored, ms) => {
    const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit } as const;
    const path = await fileWith([{ ...required, type: 'INT64', logical_type }], [...stored]);
    expect(await values(path, undefined, { timestamps: 'ms' })).toEqual(ms);
    expect(await values(path)).toEqual(ms.map((each) => new Date(each)));
  });

  it('makes a bad record of a time that no Date can hold', async () => {
    const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } as const;
    const stored = [8_640_000_000_000_000n, 8_640_000_000_000_001n, -(2n ** 63n)];
    const path = await fileWith([{ ...required, type: 'INT64', logical_type }], stored);
    const report = new Reported();
    expect(await readRows(path, {}, undefined, undefined, report)).toHaveLength(1);
    expect(report.failures).toMatchObject([
      { raw: 'row 1', error: { code: 'BAD_RECORD', params: { line: 2 } } },
      { raw: 'row 2', error: { code: 'BAD_RECORD' } },
    ]);
  });

  it('reads the 96-bit timestamps of old Spark', () => {
    const stored = (julianDay: bigint, nanos: bigint) => (julianDay << 64n) | nanos;
    const same = (ms: number) => ms;
    expect(int96Instant(stored(2_440_588n, 0n), same)).toBe(0);
    expect(int96Instant(stored(2_440_587n, 86_399_999_999_999n), same)).toBe(-1);
    expect(int96Instant(stored(2_459_580n, 3_600_000_000_000n), same)).toBe(
      Date.UTC(2021, 11, 31, 1),
    );
  });

  it('gives BIGINT as number up to 2^53, beyond as a bad record, or as bigint', async () => {
    const stored = [2n ** 53n - 1n, -(2n ** 53n - 1n), 2n ** 53n + 1n, -(2n ** 63n), 0n];
    const path = await fileWith([{ ...optional, type: 'INT64' }], [null, ...stored]);
    expect(await values(path, undefined, { bigints: 'bigint' })).toEqual([null, ...stored]);
    const report = new Reported();
    const rows = await readRows(path, {}, undefined, undefined, report);
    expect(rows).toEqual([null, 2 ** 53 - 1, -(2 ** 53 - 1), 0].map((c) => ({ c })));
    expect(report.failures.map(({ raw }) => raw)).toEqual(['row 3', 'row 4']);
    const permissive = await readRows(path, { mode: 'PERMISSIVE' });
    expect(permissive[3]).toEqual({ c: null });
    await expect(readRows(path, { mode: 'FAILFAST' })).rejects.toMatchObject({
      code: 'BAD_RECORD',
      message: expect.stringContaining('9007199254740993 is beyond 2^53: read it with bigints'),
    });
    const dropped = new Reported();
    await readRows(path, { mode: 'DROPMALFORMED' }, undefined, undefined, dropped);
    expect([dropped.droppedRows, dropped.failures]).toEqual([2, []]);
  });

  it('gives unsigned integers their values', async () => {
    const uint = (bitWidth: number) =>
      ({ logical_type: { type: 'INTEGER', bitWidth, isSigned: false } }) as const;
    const u32 = await fileWith([{ ...required, type: 'INT32', ...uint(32) }], [0, 4_294_967_295]);
    expect(await values(u32)).toEqual([0, 4_294_967_295]);
    const converted = { converted_type: 'UINT_64', ...uint(64) } as const;
    const stored = [1n, 2n ** 63n];
    const u64 = await fileWith([{ ...required, type: 'INT64', ...converted }], stored);
    expect(await values(u64)).toEqual([new Decimal(1n, 0, 20), new Decimal(2n ** 63n, 0, 20)]);
    const largest = await fileWith(
      [{ ...required, type: 'INT64', ...converted }],
      [2n ** 63n - 1n],
    );
    expect(await values(largest, 'BIGINT', { bigints: 'bigint' })).toEqual([2n ** 63n - 1n]);
    const report = new Reported();
    const schema = parseDdl('c BIGINT');
    const exact = new Reported();
    const rowOptions = { bigints: 'bigint' } as const;
    const rows = await readRows(u64, { schema, rowOptions }, undefined, undefined, exact);
    expect(rows).toEqual([{ c: 1n }]);
    expect(exact.failures[0]?.error.message).toContain('declare the column DECIMAL(20,0)');
    expect(await readRows(u64, { schema }, undefined, undefined, report)).toEqual([{ c: 1 }]);
    expect(report.failures[0]?.error.message).toContain(
      '9223372036854775808 is beyond a BIGINT: declare the column DECIMAL(20,0)',
    );
  });

  it('gives decimals all their digits', async () => {
    const digits = 10n ** 38n - 1n;
    const shape = { converted_type: 'DECIMAL', precision: 38, scale: 5 } as const;
    const fixed = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16 } as const;
    const path = await fileWith([{ ...required, ...fixed, ...shape }], [digits, -digits, 0n]);
    expect((await values(path)).map(String)).toEqual([
      '999999999999999999999999999999999.99999',
      '-999999999999999999999999999999999.99999',
      '0.00000',
    ]);
    const bytes = await fileWith([{ ...required, type: 'BYTE_ARRAY', ...shape }], [-1n, 256n]);
    expect((await values(bytes)).map(String)).toEqual(['-0.00001', '0.00256']);
    const small = { converted_type: 'DECIMAL', precision: 4, scale: 2 } as const;
    const int = await fileWith([{ ...required, type: 'INT32', ...small }], [150n]);
    expect(await values(int, 'DECIMAL(10,4)')).toEqual([new Decimal(15_000n, 4, 10)]);
  });

  it('reads UUID, ENUM, half floats and bytes', async () => {
    const id = '0123abcd-0000-4000-8000-ffffffffffff';
    const fixed = (length: number) =>
      ({ type: 'FIXED_LEN_BYTE_ARRAY', type_length: length }) as const;
    const uuid = { ...required, ...fixed(16), logical_type: { type: 'UUID' } } as const;
    expect(await values(await fileWith([uuid], [id]))).toEqual([id]);
    const half = { ...required, ...fixed(2), logical_type: { type: 'FLOAT16' } } as const;
    const floats = [1.5, -0, Number.POSITIVE_INFINITY, 2 ** -24, Number.NaN, -65_504];
    expect(await values(await fileWith([half], floats))).toEqual(floats);
    expect(await values(await fileWith([half], [1.5]), 'DOUBLE')).toEqual([1.5]);
    const raw = { ...required, type: 'BYTE_ARRAY' } as const;
    const bytes = new TextEncoder().encode('é');
    expect(await values(await fileWith([raw], [bytes]))).toEqual([bytes]);
    expect(await values(await fileWith([raw], [bytes]), 'STRING')).toEqual(['é']);
    const text = { ...required, type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
    expect(await values(await fileWith([text], ['é']), 'BINARY')).toEqual([bytes]);
  });

  it.each([
    ['INT32', 'DELTA_BINARY_PACKED', [5, -1, 2_147_483_647, -2_147_483_648, 0]],
    ['INT64', 'DELTA_BINARY_PACKED', [5n, -1n, 2n ** 52n, 0n]],
    ['BYTE_ARRAY', 'DELTA_LENGTH_BYTE_ARRAY', ['a', '', 'long text', 'a']],
    ['BYTE_ARRAY', 'DELTA_BYTE_ARRAY', ['prefix', 'prefixed', 'pre', '', 'z']],
    ['DOUBLE', 'BYTE_STREAM_SPLIT', [0.1, -2, Number.NaN]],
    ['INT32', 'BYTE_STREAM_SPLIT', [1, -1]],
    ['BOOLEAN', 'RLE', Array.from({ length: 40 }, (_, i) => i % 3 === 0)],
  ])('reads %s as %s, with nulls between', async (type, encoding, data) => {
    const text = type === 'BYTE_ARRAY' ? ({ converted_type: 'UTF8' } as const) : {};
    const element = { ...optional, type: type as 'INT32', ...text };
    const stored = data.flatMap((value) => [value, null]);
    const expected = stored.map((value) => (typeof value === 'bigint' ? Number(value) : value));
    expect(await values(await fileWith([element], stored, encoding))).toEqual(expected);
  });
});

describe('a schema that is not the file’s', () => {
  const int = { ...optional, type: 'INT32' } as const;

  it.each(['INT', 'BIGINT', 'DOUBLE'])('may widen INT to %s', async (ddl) => {
    expect(await values(await fileWith([int], [1, null]), ddl)).toEqual([1, null]);
  });

  it('may widen INT to BIGINT as bigint, FLOAT to DOUBLE, DATE to TIMESTAMP', async () => {
    const path = await fileWith([int], [7]);
    expect(await values(path, 'BIGINT', { bigints: 'bigint' })).toEqual([7n]);
    const float = await fileWith([{ ...required, type: 'FLOAT' }], [0.5]);
    expect(await values(float, 'DOUBLE')).toEqual([0.5]);
    const day = { ...required, type: 'INT32', converted_type: 'DATE' } as const;
    expect(await values(await fileWith([day], [1]), 'TIMESTAMP')).toEqual([new Date(86_400_000)]);
  });

  // As Spark 4.3 reads them (with its vectorized reader, the default).
  it.each([
    ['INT32', 1, 'DECIMAL(10,0)', '1'],
    ['INT32', -1, 'DECIMAL(12,2)', '-1.00'],
    ['INT64', -(2n ** 63n), 'DECIMAL(20,0)', '-9223372036854775808'],
    ['INT64', 7n, 'DECIMAL(22,2)', '7.00'],
  ] as const)('may widen %s %s to %s', async (type, stored, ddl, text) => {
    const path = await fileWith([{ ...optional, type }], [stored, null]);
    const [value, none] = await values(path, ddl);
    expect([String(value), none]).toEqual([text, null]);
    expect(value).toBeInstanceOf(Decimal);
  });

  it('takes an unsigned INT for a DECIMAL without a sign', async () => {
    const unsigned = { ...required, type: 'INT32', converted_type: 'UINT_32' } as const;
    const path = await fileWith([unsigned], [4_294_967_295]);
    expect((await values(path, 'DECIMAL(10,0)')).map(String)).toEqual(['4294967295']);
  });

  it.each(['DECIMAL(19,0)', 'DECIMAL(20,1)'])('may not take BIGINT for %s', async (ddl) => {
    const path = await fileWith([{ ...optional, type: 'INT64' }], [1n]);
    await expect(values(path, ddl)).rejects.toMatchObject({ code: 'SOURCE_COLUMN_TYPE' });
  });

  it.each([
    'SMALLINT',
    'STRING',
    'TIMESTAMP',
    'DECIMAL(9,0)',
    'DECIMAL(10,1)',
    'ARRAY<INT>',
    'MAP<INT, INT>',
  ])('may not take INT for %s', async (ddl) => {
    await expect(values(await fileWith([int], [1]), ddl)).rejects.toMatchObject({
      code: 'SOURCE_COLUMN_TYPE',
      params: { column: 'c', found: 'INT' },
    });
  });

  it('gives null for columns that the file does not have, and refuses NOT NULL ones', async () => {
    const path = await fileWith([int], [1]);
    const schema = parseDdl('c INT, later STRING');
    expect(await readRows(path, { schema })).toEqual([{ c: 1, later: null }]);
    const strict = parseDdl('c INT, later STRING NOT NULL');
    await expect(readRows(path, { schema: strict })).rejects.toMatchObject({
      code: 'SOURCE_COLUMN_TYPE',
      params: { column: 'later', wanted: 'STRING NOT NULL' },
    });
  });

  it('makes bad records of nulls in NOT NULL columns', async () => {
    const path = await fileWith([int], [1, null, 3]);
    const report = new Reported();
    const schema = parseDdl('c INT NOT NULL');
    const rows = await readRows(path, { schema }, undefined, undefined, report);
    expect(rows).toEqual([{ c: 1 }, { c: 3 }]);
    expect(report.failures[0]?.error.message).toMatch(/c is null, the schema says NOT NULL/);
  });
});
