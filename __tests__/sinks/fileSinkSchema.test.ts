import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { map, type OperatorFunction } from 'rxjs';
import {
  availableNow,
  consoleSink,
  csvFiles,
  distinct,
  dropDuplicates,
  type FileSinkOptions,
  fileSink,
  jsonFiles,
  limit,
  memoryStream,
  readBatch,
  readStream,
  type StreamSink,
  select,
  union,
  where,
  withColumns,
  withWatermark,
  writeStream,
} from '../../index.js';
import { parquetFileSink, parquetFiles } from '../../lib/parquet/index.js';

interface Event {
  readonly d: Date | null;
  readonly s: string | null;
  readonly n: bigint | null;
}

describe('a sink knows the type of the rows that a source declares', () => {
  let path = '';
  const schema = 'd DATE, s STRING, n BIGINT';
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'millrace-schema-'));
    mkdirSync(join(path, 'in'));
    writeFileSync(join(path, 'in', 'a.json'), '{"d":"2020-02-03","s":"x","n":9007199254740993}\n');
  });
  afterEach(() => rmSync(path, { recursive: true }));

  const input = () => readStream(jsonFiles(join(path, 'in'), { schema, bigints: 'bigint' }));

  async function run(
    pipe: OperatorFunction<Event, unknown>,
    sink: StreamSink<unknown>,
  ): Promise<void> {
    await writeStream(input().pipe(pipe), { sink, trigger: availableNow() }).awaitTermination();
  }

  async function text(
    pipe: OperatorFunction<Event, unknown>,
    options: FileSinkOptions,
  ): Promise<string> {
    await run(pipe, fileSink(join(path, 'out'), options));
    const names = readdirSync(join(path, 'out'), { recursive: true, encoding: 'utf8' });
    const file = names.find((name) => /\.(json|csv)$/.test(name)) ?? '';
    return readFileSync(join(path, 'out', file), 'utf8');
  }

  const same = where<Event>(() => true);

  it.each<[string, OperatorFunction<Event, unknown>]>([
    ['where', same],
    ['limit', limit(5)],
    ['withWatermark', withWatermark((row) => row.d, '1 minute')],
    ['distinct', distinct()],
    ['dropDuplicates', dropDuplicates(['s'])],
  ])('%s hands rows on as they are: a DATE is written as one', async (_, pipe) => {
    expect(await text(pipe, { format: 'json' })).toBe(
      '{"d":"2020-02-03","s":"x","n":9007199254740993}\n',
    );
  });

  it('CSV takes its columns from it', async () => {
    expect(await text(same, { format: 'csv', header: true })).toBe(
      'd,s,n\n2020-02-03,x,9007199254740993\n',
    );
  });

  it('a null that is alone in its row of CSV comes back', async () => {
    writeFileSync(join(path, 'in', 'a.json'), '{"n":1}\n{}\n{"n":3}\n');
    await run(select('n'), fileSink(join(path, 'out'), { format: 'csv' }));
    const back = csvFiles(join(path, 'out'), { schema: 'n BIGINT', bigints: 'bigint' });
    expect(await readBatch(readStream(back))).toEqual([{ n: 1n }, { n: null }, { n: 3n }]);
  });

  it('a folder of a DATE has its name', async () => {
    await run(same, fileSink(join(path, 'out'), { partitionBy: 'd' }));
    expect(readdirSync(join(path, 'out'))).toContain('d=2020-02-03');
  });

  it('a folder of a DATE that only the sink declares has its name, and no time of day', async () => {
    const options = { schema: 'd DATE, n BIGINT', partitionBy: 'd' };
    const at = (time: string) => select((row: Event) => ({ d: new Date(time), n: row.n }));
    await run(at('2020-02-03'), parquetFileSink(join(path, 'out'), options));
    expect(readdirSync(join(path, 'out'))).toContain('d=2020-02-03');
    const late = run(at('2020-02-03T01:00:00Z'), parquetFileSink(join(path, 'late'), options));
    await expect(late).rejects.toMatchObject({ cause: { code: 'SINK_PARTITION' } });
  });

  it.each([
    ['json', new Date('2020-02-03T00:00:00.001Z')],
    ['json', Date.UTC(2020, 1, 3, 23)],
    ['csv', new Date('1969-12-31T23:59:59Z')],
    ['csv', 1],
  ] as const)('%s refuses a DATE that would lose its time of day: %p', async (format, d) => {
    const source = memoryStream<{ d: Date | number }>({ schema: 'd DATE' });
    source.addData({ d });
    const sink = fileSink(join(path, 'out'), { format });
    const query = writeStream(readStream(source), { sink, trigger: availableNow() });
    await expect(query.awaitTermination()).rejects.toMatchObject({
      cause: {
        code: 'SINK_ROW',
        params: { value: 'd', reason: expect.stringContaining('lose its time of day') },
      },
    });
  });

  it.each([
    ['json', [], '{"d":"2020-02-03","at":"2020-02-03T04:05:06.007Z","all":["1969-12-31"]}\n'],
    ['json', ['d', 'at'], '{"all":["1969-12-31"]}\n'],
    ['csv', ['at'], '2020-02-03,\n'],
    ['parquet', ['d', 'at'], undefined],
  ] as const)(
    'times in ms come back from %s, with folders %p',
    async (format, folders, content) => {
      const isCsv = format === 'csv';
      const csv = { schema: 'd DATE, at TIMESTAMP, n INT', timestamps: 'ms' } as const;
      const json = { ...csv, schema: 'd DATE, at TIMESTAMP, all ARRAY<DATE>' } as const;
      const row = '{"d":"2020-02-03","at":"2020-02-03T04:05:06.007Z","all":["1969-12-31"]}\n';
      writeFileSync(join(path, 'in', 'a.json'), row);
      const source = readStream<unknown>(jsonFiles(join(path, 'in'), isCsv ? csv : json));
      const out = join(path, 'out');
      const partitionBy = [...folders];
      const sink =
        format === 'parquet'
          ? parquetFileSink(out, { partitionBy })
          : fileSink(out, { format, partitionBy });
      await writeStream(source, { sink, trigger: availableNow() }).awaitTermination();
      const written = readdirSync(out, { recursive: true, encoding: 'utf8' });
      const file = written.find((name) => /part-[^/]*$/.test(name)) ?? '';
      if (content !== undefined) expect(readFileSync(join(out, file), 'utf8')).toBe(content);
      const back = isCsv
        ? csvFiles(out, csv)
        : format === 'json'
          ? jsonFiles(out, json)
          : parquetFiles(out, json);
      expect(await readBatch(readStream<unknown>(back))).toEqual(await readBatch(source));
    },
  );

  it('Parquet takes the types, and select of names picks them', async () => {
    await run(select('n', 'd'), parquetFileSink(join(path, 'out')));
    const back = readStream(
      parquetFiles(join(path, 'out'), { schema: 'n BIGINT, d DATE', bigints: 'bigint' }),
    );
    expect(await readBatch(back)).toEqual([{ n: 9007199254740993n, d: new Date('2020-02-03') }]);
  });

  it('a union of equal schemas has theirs, another has none', async () => {
    await run(union(input()), parquetFileSink(join(path, 'out')));
    const other = readStream(csvFiles(join(path, 'in'), { schema: 'd DATE, s STRING, n INT' }));
    await expect(run(union(other), parquetFileSink(join(path, 'other')))).rejects.toMatchObject({
      code: 'SINK_SCHEMA',
    });
  });

  it.each<[string, OperatorFunction<Event, unknown>]>([
    ['a function of select', select((row: Event) => row)],
    ['withColumns', withColumns(() => ({ m: 1 }))],
    ['an operator of RxJS', map((row: Event) => row)],
  ])('nothing is guessed behind %s', async (_, pipe) => {
    await expect(run(pipe, parquetFileSink(join(path, 'out')))).rejects.toMatchObject({
      code: 'SINK_SCHEMA',
    });
  });

  it('texts of folders come back: names beyond ASCII, and the one that stands for null', async () => {
    const texts = ['é😀', 'e\u0301', 'a/b%', '__HIVE_DEFAULT_PARTITION__', null, '%C3%A9'];
    const rows = texts.map((s, n) => `${JSON.stringify({ s, n })}\n`);
    writeFileSync(join(path, 'in', 'a.json'), rows.join(''));
    await run(same, fileSink(join(path, 'out'), { partitionBy: 's' }));
    expect(readdirSync(join(path, 'out'))).toContain('s=é😀');
    const back = jsonFiles(join(path, 'out'), { schema: 's STRING, n INT' });
    const read = await readBatch(readStream(back).pipe(select('s', 'n')));
    expect([...read].sort((a, b) => (a.n ?? 0) - (b.n ?? 0))).toEqual(
      texts.map((s, n) => ({ s, n })),
    );
  });

  it('columns of folders that no schema declares are refused by CSV, taken by partitionBy', async () => {
    mkdirSync(join(path, 'in', 'k=1'));
    writeFileSync(join(path, 'in', 'k=1', 'b.json'), '{"s":"y"}\n');
    await expect(run(same, fileSink(join(path, 'out'), { format: 'csv' }))).rejects.toMatchObject({
      cause: { code: 'SINK_ROW' },
    });
    rmSync(join(path, 'in', 'a.json'));
    await run(same, fileSink(join(path, 'parts'), { format: 'csv', partitionBy: 'k' }));
    expect(readdirSync(join(path, 'parts'))).toContain('k=1');
  });

  it('the console shows a DATE as one; late rows have another type', async () => {
    let shown = '';
    const out = (text: string) => {
      shown += text;
    };
    const sink = consoleSink({ out });
    await writeStream(input(), {
      sink,
      lateSink: fileSink(join(path, 'late')),
      trigger: availableNow(),
    }).awaitTermination();
    expect(shown).toContain('2020-02-03');
    expect(shown).not.toContain('T00:00');
  });
});
