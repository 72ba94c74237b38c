import { gzipSync } from 'node:zlib';
import { readStream, StreamingError, writeStream } from '../../index.js';
import { memorySink } from '../../lib/sinks/memorySink.js';
import { type JsonFilesOptions, jsonFiles } from '../../lib/sources/jsonFiles.js';
import type { Source } from '../../lib/sources/source.js';
import type { SourceUnderTest } from '../../lib/testing/sourceContract.js';
import { sourceContract } from '../contracts/source.contract.js';
import { fileSubject } from './files/fileSubject.js';
import { testFolder } from './files/folder.js';
import { collect, MemoryFileSystem, Reported, sourceContext } from './sourceContext.js';

const folder = testFolder();

type Options = Omit<JsonFilesOptions, 'schema'>;

async function opened(schema: string, options: Options = {}, context = {}) {
  const source = jsonFiles(folder.path, { ...options, schema });
  return (await source.open(sourceContext(context))) as Source<object>;
}

/** Rows of all batches after an offset, and what became of bad records. */
async function read(schema: string, options: Options = {}, context = {}, from: unknown = null) {
  const source = await opened(schema, options, context);
  const report = new Reported();
  const batches: object[][] = [];
  for (let after = from as never; ; ) {
    const end = (await source.latestOffset(after, 'one batch')) as never;
    if (end === null || end === after) break;
    batches.push(await collect(source, after, end, report));
    after = end;
  }
  return { rows: batches.flat(), batches, report };
}

const lines = (...records: readonly unknown[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

describe('jsonFiles', () => {
  it('reads blank lines, CRLF, a byte order mark and a last line without an end', async () => {
    folder.write('a.json', '\ufeff{"n":1}\r\n\r\n   \n{"n":2}\n\n{"n":3}');
    expect((await read('n INT')).rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('reads empty files, and files of blanks only', async () => {
    folder.write('a.json', '');
    folder.write('b.json', '\n \n');
    folder.write('c.json', '\ufeff');
    expect((await read('n INT', { maxRowsPerTrigger: 1 })).rows).toEqual([]);
  });

  it('reads records that are longer than a block, and blocks that end anywhere', async () => {
    const texts = [10, 1_048_560, 3_000_000, 0, 1_048_576].map((n) => 'é"'.repeat(n / 2));
    folder.write('a.json', lines(...texts.map((s, n) => ({ s, n }))));
    const { rows } = await read('n INT, s STRING', { maxRowsPerTrigger: 2 });
    expect(rows.map((row) => (row as { n: number }).n)).toEqual([0, 1, 2, 3, 4]);
    expect(rows.map((row) => (row as { s: string }).s === texts[(row as { n: number }).n])).toEqual(
      texts.map(() => true),
    );
  });

  it('reads nested types exactly', async () => {
    folder.write(
      'a.json',
      '{"a":[[1],null],"s":{"d":0.1,"z":0},"m":{"__proto__":1,"k":null},"e":12345678901234567.89}\n',
    );
    const { rows } = await read(
      'a ARRAY<ARRAY<INT>>, s STRUCT<d: DECIMAL(3,1)>, m MAP<STRING, INT>, e DECIMAL(38,2)',
    );
    const [row] = rows as [{ a: unknown; s: { d: unknown }; m: unknown; e: unknown }];
    expect(row.a).toEqual([[1], null]);
    expect(String(row.s.d)).toBe('0.1');
    expect(row.m).toEqual(
      new Map([
        ['__proto__', 1],
        ['k', null],
      ]),
    );
    expect(String(row.e)).toBe('12345678901234567.89');
  });

  it('counts whole numbers of a TIMESTAMP in seconds or ms', async () => {
    folder.write('a.json', '{"t":1700000000}\n');
    expect((await read('t TIMESTAMP')).rows).toEqual([{ t: new Date(1_700_000_000_000) }]);
    expect((await read('t TIMESTAMP', { epochUnit: 'ms', timestamps: 'ms' })).rows).toEqual([
      { t: 1_700_000_000 },
    ]);
  });

  it('gives partition columns in the order of the schema, others behind', async () => {
    folder.write('y=2024/x=7/a.json', '{"n":1,"x":9}\n');
    const { rows } = await read('x INT, n INT');
    expect(rows).toEqual([{ x: 7, n: 1, y: 2024 }]);
    expect(Object.keys(rows[0] as object)).toEqual(['x', 'n', 'y']);
  });

  it.each([
    ['x=seven', 'x INT', undefined],
    ['x=seven', 'x INT', 'PERMISSIVE'],
    ['x=1', 'x ARRAY<INT>', 'DROPMALFORMED'],
    ['x=__HIVE_DEFAULT_PARTITION__', 'x INT NOT NULL', 'PERMISSIVE'],
  ] as const)('refuses a folder %s that is no %s in any mode', async (name, column, mode) => {
    folder.write(`${name}/a.json`, 'no json\n');
    const options = mode === undefined ? {} : { mode };
    await expect(read(`${column}, n INT`, options)).rejects.toMatchObject({
      code: 'SOURCE_COLUMN_TYPE',
      message: expect.stringMatching(/column x of .* as its folder says, the schema says/),
    });
  });

  it('takes a folder for the column whose name differs in case alone', async () => {
    folder.write('K=1/a.json', '{"v":1}\n');
    expect((await read('v INT, k INT')).rows).toEqual([{ v: 1, k: 1 }]);
    folder.write('K=1/a.json', '{"v":1}\n');
    expect((await read('v INT, kk INT')).rows).toEqual([{ v: 1, kk: null, K: 1 }]);
  });

  it.each([2, -1, 0.5, Number.NaN])('takes no other number of threads than 0 and 1: %p', (n) => {
    const decodeThreads = n as 0 | 1;
    expect(() => jsonFiles('x', { schema: 'a INT', decodeThreads })).toThrow(
      'jsonFiles: decodeThreads must be 0 or 1',
    );
  });

  it('types rows from the DDL', () => {
    const source = jsonFiles('x', { schema: 'a INT NOT NULL, t TIMESTAMP', timestamps: 'ms' });
    const row = undefined as unknown as NonNullable<typeof source.row>;
    const check = (): [number, number | null] => [row.a, row.t];
    expect(check).toThrow(TypeError);
    // @ts-expect-error -- no such type
    expect(() => jsonFiles('x', { schema: 'a NUMBR' })).toThrow(StreamingError);
    // @ts-expect-error -- no such column
    expect(() => row.b).toThrow(TypeError);
  });
});

describe('bad records of JSON', () => {
  const content = '{"n":1}\n{"n":"x","s":"k"}\n{"n":3\n[]\n{"n":5}\n';

  it('are rows with nulls in PERMISSIVE, with their text', async () => {
    folder.write('a.json', content);
    const { rows } = await read('n INT, s STRING, _corrupt_record STRING', { mode: 'PERMISSIVE' });
    expect(rows).toEqual([
      { n: 1, s: null, _corrupt_record: null },
      { n: null, s: 'k', _corrupt_record: '{"n":"x","s":"k"}' },
      { n: null, s: null, _corrupt_record: '{"n":3' },
      { n: null, s: null, _corrupt_record: '[]' },
      { n: 5, s: null, _corrupt_record: null },
    ]);
  });

  it('have their text without the end of the line, also where that is \\r\\n', async () => {
    folder.write('a.json', '{"n":"x"}\r\n{"n":\r\n{"n":1}\r\n\r\n[] \r');
    const { rows } = await read('n INT, _corrupt_record STRING', { mode: 'PERMISSIVE' });
    expect(rows).toEqual([
      { n: null, _corrupt_record: '{"n":"x"}' },
      { n: null, _corrupt_record: '{"n":' },
      { n: 1, _corrupt_record: null },
      { n: null, _corrupt_record: '[] ' },
    ]);
    const { report } = await read('n INT');
    expect(report.failures.map(({ raw }) => raw)).toEqual(['{"n":"x"}', '{"n":', '[] ']);
  });

  it('take their text from a column of another name, which records cannot fill', async () => {
    folder.write('a.json', '{"n":1,"bad":"x"}\n{\n');
    const options = { mode: 'PERMISSIVE', columnNameOfCorruptRecord: 'bad' } as const;
    expect((await read('n INT, bad STRING', options)).rows).toEqual([
      { n: 1, bad: null },
      { n: null, bad: '{' },
    ]);
  });

  it('are dropped and counted in DROPMALFORMED', async () => {
    folder.write('a.json', content);
    const { rows, report } = await read('n INT', { mode: 'DROPMALFORMED' });
    expect(rows).toEqual([{ n: 1 }, { n: 5 }]);
    expect(report.droppedRows).toBe(3);
  });

  it('go to the failed output without a mode', async () => {
    folder.write('a.json', content);
    const { rows, report } = await read('n INT');
    expect(rows).toEqual([{ n: 1 }, { n: 5 }]);
    expect(report.failures.map(({ raw }) => raw)).toEqual(['{"n":"x","s":"k"}', '{"n":3', '[]']);
  });

  it('go to the failed output in PERMISSIVE where NOT NULL forbids the row', async () => {
    folder.write('a.json', '{"n":null}\n{"n":2}\n');
    const { rows, report } = await read('n INT NOT NULL', { mode: 'PERMISSIVE' });
    expect(rows).toEqual([{ n: 2 }]);
    expect(report.failures).toHaveLength(1);
  });

  it.each([
    ['{"n":"x"}', /line 3 of .*bad\.json .*column n: "x" is no INT/],
    ['{"n":1', /line 3 of .*bad\.json .*no JSON/],
    ['{"n":9e99}', /line 3 of .*is no INT/],
    [`{"n":${'['.repeat(1000)}`, /line 3 of .*bad\.json/],
    [`{"n":1,"z":"${'x'.repeat(100)}"}`, /line 3 of .*the line is too long/],
  ])('stop the query in FAILFAST with file and line: %#', async (line, message) => {
    folder.write('bad.json', `{"n":1}\n\n${line}\n{"n":4}\n`);
    const options = { mode: 'FAILFAST', maxLineBytes: line.includes('xxx') ? 64 : 65_536 } as const;
    for (const limit of [{}, { maxRowsPerTrigger: 1 }, { maxRowsPerTrigger: 2 }]) {
      await expect(read('n INT', { ...options, ...limit })).rejects.toMatchObject({
        code: 'BAD_RECORD',
        message: expect.stringMatching(message),
        params: { line: 3 },
      });
    }
  });

  it('end a query with the batch, the file and the line', async () => {
    folder.write('bad.json', '{"n":1}\n{"n":2}\n{"n":x}\n');
    const source = jsonFiles(folder.path, {
      schema: 'n INT',
      mode: 'FAILFAST',
      maxRowsPerTrigger: 2,
    });
    const query = writeStream(readStream(source), { sink: memorySink() });
    const error: unknown = await query.awaitTermination().catch((each: unknown) => each);
    expect(error).toBeInstanceOf(StreamingError);
    expect(String(error)).toMatch(/line 3 of .*bad\.json/);
  });
});

describe('files that cannot be read', () => {
  it('names a folder that is missing', async () => {
    const source = jsonFiles(`${folder.path}/none`, { schema: 'n INT' });
    await expect(Promise.resolve(source.open(sourceContext()))).rejects.toMatchObject({
      code: 'SOURCE_PATH_MISSING',
      message: expect.stringMatching(/none does not exist .*: create the folder, or mend the path/),
    });
  });

  it('reads packed files, and names one that is damaged', async () => {
    folder.write('a.json.gz', gzipSync('{"n":1}\n{"n":2}\n'));
    expect((await read('n INT', { maxRowsPerTrigger: 1 })).batches).toEqual([
      [{ n: 1 }],
      [{ n: 2 }],
    ]);
    folder.write('b.json.gz', 'no archive');
    await expect(read('n INT')).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringMatching(/b\.json\.gz cannot be read: .*check that it is whole/),
    });
  });
});

describe('a restart in the middle of a file', () => {
  it('goes on behind the last row, and reads the batch before again as it was', async () => {
    const context = { fileSystem: new MemoryFileSystem(), directory: '/c' };
    folder.write('a.json', '{"n":1}\n\n{"n":2}\n{"n":3}\n');
    folder.write('b.json', '{"n":4}\n{"n":5}');
    const before = await opened('n INT', { maxRowsPerTrigger: 2 }, context);
    const first = (await before.latestOffset(null, 'one batch')) as never;
    expect(await collect(before, null, first)).toEqual([{ n: 1 }, { n: 2 }]);
    const again = { ...context, resumeFrom: first };
    const after = await opened('n INT', {}, again);
    expect(await collect(after, null, first)).toEqual([{ n: 1 }, { n: 2 }]);
    const { rows } = await read('n INT', { maxRowsPerTrigger: 1 }, again, first);
    expect(rows).toEqual([{ n: 3 }, { n: 4 }, { n: 5 }]);
  });
});

const numbers = [1, 2, 3, 4, 5, 6, 7].map((n) => ({ n, s: `"${n}"\né` }));

function subject(maxRowsPerTrigger?: number): SourceUnderTest<object> {
  const limit = maxRowsPerTrigger === undefined ? {} : { maxRowsPerTrigger };
  const source = jsonFiles(folder.path, { schema: 'n INT, s STRING', ...limit });
  const write = (file: number, rows: readonly object[]) =>
    void folder.write(`f${file}.json`, lines(...rows), 1_700_000_000 + file);
  return fileSubject<object>(source, write, true, maxRowsPerTrigger);
}

sourceContract('jsonFiles', numbers, () => subject());
sourceContract('jsonFiles, two rows a batch', numbers, () => subject(2));
