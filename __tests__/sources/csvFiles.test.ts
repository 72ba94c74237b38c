import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { cellsConverter } from '../../lib/schema/convert.js';
import { parseDdl } from '../../lib/schema/ddl.js';
import { type CsvFilesOptions, csvFiles } from '../../lib/sources/csvFiles.js';
import type { Source } from '../../lib/sources/source.js';
import type { SourceUnderTest } from '../../lib/testing/sourceContract.js';
import { sourceContract } from '../contracts/source.contract.js';
import { fileSubject } from './files/fileSubject.js';
import { testFolder } from './files/folder.js';
import { collect, Reported, sourceContext } from './sourceContext.js';

const folder = testFolder();

type Options = Omit<CsvFilesOptions, 'schema'>;

async function opened(schema: string, options: Options = {}): Promise<Source<object>> {
  return (await csvFiles(folder.path, { ...options, schema }).open(
    sourceContext(),
  )) as Source<object>;
}

/** Rows of all batches, and what became of bad records. */
async function read(schema: string, options: Options = {}) {
  const source = await opened(schema, options);
  const report = new Reported();
  const batches: object[][] = [];
  for (let after = null as never; ; ) {
    const end = (await source.latestOffset(after, 'one batch')) as never;
    if (end === null || end === after) break;
    batches.push(await collect(source, after, end, report));
    after = end;
  }
  return { rows: batches.flat(), batches, report };
}

async function rowsOf(content: string | Uint8Array, schema: string, options: Options = {}) {
  folder.write('a.csv', content);
  const { rows, report } = await read(schema, options);
  expect(report.failures).toEqual([]);
  return rows;
}

describe('csvFiles', () => {
  // As a Spark 4.3 answers, but for the lines of separators, which are nulls.
  it.each([
    ['spaces and tabs', 'a,1\n  \t \n\n\t\nb,2\n', {}],
    ['other control characters', 'a,1\n\v\nb,2\n\0\n', {}],
    ['spaces, separated by tabs', '  \na\t1\n   \nb\t2\n', { sep: '\t' }],
  ])('leaves out lines of nothing but %s', async (_, text, options) => {
    const rows = [
      { s: 'a', n: 1 },
      { s: 'b', n: 2 },
    ];
    expect(await rowsOf(text, 's STRING, n INT', options)).toEqual(rows);
  });

  it('takes a line of nothing but separators for nulls', async () => {
    const nulls = [{ s: null, n: null }];
    for (const sep of [',', '\t', ' ']) {
      expect(await rowsOf(`${sep}\n`, 's STRING, n INT', { sep })).toEqual(nulls);
    }
  });

  it('reads every type that has a text', async () => {
    const schema =
      'b BOOLEAN, i INT, l BIGINT, d DOUBLE, e DECIMAL(10,3), s STRING, t TIMESTAMP, y DATE';
    const line = 'true,-7,9007199254740991,1.5e3,12.3456,text,2024-02-29 12:30:00,2024-02-29\n';
    const [row] = await rowsOf(line, schema);
    expect(row).toMatchObject({
      b: true,
      i: -7,
      l: 9_007_199_254_740_991,
      d: 1500,
      s: 'text',
      t: new Date('2024-02-29T12:30:00Z'),
      y: new Date('2024-02-29T00:00:00Z'),
    });
    expect(String((row as { e: unknown }).e)).toBe('12.346');
    expect(Object.keys(row as object)).toEqual(['b', 'i', 'l', 'd', 'e', 's', 't', 'y']);
  });

  it('says that lines end in a carriage return alone, where all were one', async () => {
    const text = 'n,s\r1,x\r2,y';
    for (const options of [{ header: true }, { header: true, enforceSchema: true }]) {
      for (const schema of ['n INT', 'n INT, s STRING']) {
        await expect(rowsOf(text, schema, options)).rejects.toMatchObject({
          code: expect.stringMatching(/SOURCE_UNREADABLE|SOURCE_COLUMN_MISSING/),
          message: expect.stringMatching(/carriage return without a line feed|no column s/),
        });
      }
    }
    for (const multiLine of [false, true]) {
      await expect(
        rowsOf('a\rb\n', 's STRING', { mode: 'FAILFAST', multiLine }),
      ).rejects.toMatchObject({
        code: 'BAD_RECORD',
        message: expect.stringContaining('carriage return without a line feed'),
      });
      expect(await rowsOf('"a\rb"\r\nc\r\n', 's STRING', { multiLine })).toEqual([
        { s: 'a\rb' },
        { s: 'c' },
      ]);
    }
  });

  it('takes an empty cell as null, and a quoted one as text in a STRING column only', async () => {
    expect(await rowsOf(',\n"",""\n', 'n INT, s STRING')).toEqual([
      { n: null, s: null },
      { n: null, s: '' },
    ]);
  });

  it.each([
    ['1,x\r\n2,y\r\n', {}],
    ['\ufeff1,x\n\n   \n2,y', {}],
    ['1;x\n2;y\n', { sep: ';' }],
    ['1\tx\n2\ty\n', { sep: '\t' }],
    ['1||x\n2||y\n', { sep: '||' }],
    ["1,'x'\n'2',y\n", { quote: "'" }],
    ['"1","x"\n"2","y"\n', {}],
    ['s,n\nx,1\ny,2\n', { header: true }],
    ['"s","n",other\nx,1,\ny,2,\n', { header: true }],
    ['a,b\n1,x\n2,y\n', { header: true, enforceSchema: true }],
  ] as const)('reads %j with %j', async (content, options) => {
    expect(await rowsOf(content, 'n INT, s STRING', options)).toEqual([
      { n: 1, s: 'x' },
      { n: 2, s: 'y' },
    ]);
  });

  it.each([
    ['"a ""b"", c",1', 'a "b", c', {}],
    ['"a \\"b\\" \\n \\\\",1', 'a "b" \\n \\', { escape: '\\' }],
    ['5" disk,1', '5" disk', {}],
    ['"""quoted""",1', '"quoted"', {}],
    ['"a,b",1', 'a,b', {}],
    ['"a",1', '"a"', { quote: '' }],
    ['NA,1', null, { nullValue: 'NA' }],
    [',1', null, { nullValue: 'NA' }],
    [',"1"', null, { nullValue: 'NA' }],
    ['"",1', '', { nullValue: 'NA' }],
    ['"NA",1', 'NA', { nullValue: 'NA' }],
    ['é😀,1', 'é😀', {}],
    ['"é,😀",1', 'é,😀', {}],
  ] as const)('reads the text of %j as %j with %j', async (line, s, options) => {
    expect(await rowsOf(`${line}\n`, 's STRING, n INT', options)).toEqual([{ s, n: 1 }]);
  });

  it('reads times by their pattern and zone', async () => {
    const options = { timestampFormat: 'dd.MM.yyyy HH:mm', timeZone: 'Europe/Paris' };
    expect(await rowsOf('29.02.2024 12:30\n', 't TIMESTAMP', options)).toEqual([
      { t: new Date('2024-02-29T11:30:00Z') },
    ]);
  });

  it('reads line breaks in quotes when they are meant', async () => {
    const content = 'n,s\r\n1,"a\nb"\r\n\r\n2,"c\r\n\r\n""d"", e"\r\n3,f';
    expect(await rowsOf(content, 'n INT, s STRING', { header: true, multiLine: true })).toEqual([
      { n: 1, s: 'a\nb' },
      { n: 2, s: 'c\r\n\r\n"d", e' },
      { n: 3, s: 'f' },
    ]);
  });

  it('gives partition columns by the types of the schema', async () => {
    folder.write('day=2024-02-29/x=007/a.csv', 's\nv\n');
    const { rows } = await read('s STRING, day DATE, x INT', { header: true });
    expect(rows).toEqual([{ s: 'v', day: new Date('2024-02-29T00:00:00Z'), x: 7 }]);
  });

  it('splits a file where the limit of rows falls, and the header is no row', async () => {
    folder.write('a.csv', 'n,s\n1,"x\ny"\n\n2,b\n3,c\n4,d\n5,e');
    const options = { header: true, multiLine: true, maxRowsPerTrigger: 2 };
    const { batches } = await read('n INT, s STRING', options);
    expect(batches.map((rows) => rows.map((row) => (row as { n: number }).n))).toEqual([
      [1, 2],
      [3, 4],
      [5],
    ]);
  });

  it('reads what a file sink writes for any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.integer()), { minLength: 1 }),
        fc.constantFrom(',', ';', '\t'),
        async (rows, sep) => {
          const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
          const cell = (text: string) => (/^[\w ]+$/.test(text) ? text : quoted(text));
          const lines = rows.map(([s, n]) => `${cell(s)}${sep}${n}`);
          const found = await rowsOf(lines.join('\n'), 's STRING, n INT', { sep, multiLine: true });
          expect(found).toEqual(rows.map(([s, n]) => ({ s, n })));
        },
      ),
      { numRuns: 40 },
    );
  });
});

it('reads any bytes as csv-parse and the schema say, line by line', async () => {
  const schema = parseDdl('n INT, s STRING, d DOUBLE');
  const rowOf = cellsConverter(schema).row;
  const wanted = (line: string): object | undefined => {
    try {
      const [cells = []] = parse(line, { relax_column_count: true, record_delimiter: '\n' });
      const row = rowOf(cells.map((cell, i) => (cell === '' && i !== 1 ? null : cell)));
      return cells.length === 3 && typeof row === 'object' ? row : undefined;
    } catch {
      return undefined;
    }
  };
  const cell = fc.oneof(
    fc.integer().map(String),
    fc.constantFrom('1', 'x', '"a"', '"a,b"', '"a""b"', '"a', 'a"b', '"a"b', '""', 'é', ' '),
    fc.string({ unit: fc.constantFrom('"', ',', 'a', '1', ' ') }),
  );
  // An empty cell without quotes is null here and text there; quotes inside a cell are text here only.
  const isSame = (line: string) =>
    !/(^|,)(,|$)/.test(line) && !/[^,"]"/.test(line.replace(/"[^"]*"/g, '""'));
  const line = fc.array(cell, { minLength: 2, maxLength: 4 }).map((cells) => cells.join(','));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line.filter(isSame), { minLength: 1, maxLength: 8 }),
      async (lines) => {
        folder.write('a.csv', lines.map((each) => `${each}\n`).join(''));
        const { rows, report } = await read('n INT, s STRING, d DOUBLE');
        const good = lines.map(wanted).filter((row) => row !== undefined);
        expect(rows).toEqual(good);
        expect(report.failures).toHaveLength(lines.length - good.length);
      },
    ),
    { numRuns: 100 },
  );
});

describe('bad records of CSV', () => {
  const content = 'n,s\n1,a\nx,b\n3,"c"d\n4\n5,e,f\n6,"open\n7,g\n';
  const schema = 'n INT, s STRING, _corrupt_record STRING';

  it('are rows with nulls in PERMISSIVE, with their text', async () => {
    folder.write('a.csv', content);
    const { rows } = await read(schema, { header: true, mode: 'PERMISSIVE' });
    expect(rows).toEqual([
      { n: 1, s: 'a', _corrupt_record: null },
      { n: null, s: 'b', _corrupt_record: 'x,b' },
      { n: null, s: null, _corrupt_record: '3,"c"d' },
      { n: 4, s: null, _corrupt_record: '4' },
      { n: 5, s: 'e', _corrupt_record: '5,e,f' },
      { n: null, s: null, _corrupt_record: '6,"open' },
      { n: 7, s: 'g', _corrupt_record: null },
    ]);
  });

  it('are those that are longer than maxLineBytes, too', async () => {
    folder.write('a.csv', `n,s\n1,${'x'.repeat(100)}\n2,ok\n`);
    const options = { mode: 'PERMISSIVE', maxLineBytes: 64 } as const;
    const { rows } = await read(schema, { ...options, header: true });
    expect(rows).toEqual([
      { n: null, s: null, _corrupt_record: expect.stringMatching(/^1,x+$/) },
      { n: 2, s: 'ok', _corrupt_record: null },
    ]);
  });

  it('are dropped and counted in DROPMALFORMED', async () => {
    folder.write('a.csv', content);
    const { rows, report } = await read(schema, { header: true, mode: 'DROPMALFORMED' });
    expect(rows).toHaveLength(2);
    expect(report.droppedRows).toBe(5);
  });

  it.each([
    ['x,b', /column n: "x" is no INT/],
    ['3,"c"d', /text follows a closing quote/],
    ['4', /it has 1 cell, 2 are expected/],
    ['5,e,f', /it has 3 cells, 2 are expected/],
    ['6,"open', /a quote is not closed/],
    ['6,"open\n7,"', /a quote is not closed: set multiLine: true/],
  ])('stop the query in FAILFAST: %j', async (line, message) => {
    folder.write('bad.csv', `1,a\n${line}\n8,h\n`);
    await expect(read('n INT, s STRING', { mode: 'FAILFAST' })).rejects.toMatchObject({
      code: 'BAD_RECORD',
      message: expect.stringMatching(message),
      params: { file: expect.stringMatching(/bad\.csv$/), line: 2 },
    });
  });

  it.each([false, true])(
    'are cells whose closing quote is escaped, multiLine %p',
    async (multiLine) => {
      folder.write('bad.csv', '"a\\"b",x\n"C:\\dir\\",x\n"C:\\dir\\\\",x\n');
      const options = { escape: '\\', multiLine, mode: 'DROPMALFORMED' } as const;
      const { rows, report } = await read('a STRING, b STRING', options);
      const [first, ...others] = rows;
      expect(first).toEqual({ a: 'a"b', b: 'x' });
      expect(others).toEqual(multiLine ? [] : [{ a: 'C:\\dir\\', b: 'x' }]);
      expect(report.droppedRows).toBe(1);
    },
  );

  it('keep their line after a split, and behind records of several lines', async () => {
    folder.write('bad.csv', 'n,s\n1,"a\nb"\n2,c\nx,d\n');
    const options = {
      header: true,
      multiLine: true,
      maxRowsPerTrigger: 1,
      mode: 'FAILFAST',
    } as const;
    await expect(read('n INT, s STRING', options)).rejects.toMatchObject({
      code: 'BAD_RECORD',
      params: { line: 5 },
    });
  });

  it('are found by a header in another case, where no other column has that name', async () => {
    folder.write('a.csv', 'N,S\n1,x\n');
    expect((await read('s STRING, n INT', { header: true })).rows).toEqual([{ s: 'x', n: 1 }]);
    folder.write('a.csv', 'n,N,S\n1,2,3\n');
    expect((await read('N INT', { header: true })).rows).toEqual([{ N: 2 }]);
    await expect(read('s INT, S INT', { header: true })).rejects.toMatchObject({
      code: 'SOURCE_COLUMN_MISSING',
    });
    folder.write('a.csv', 'AT,At\n1,2\n');
    await expect(read('at INT', { header: true })).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringMatching(/column at twice/),
    });
  });

  it('are refused as a whole where the header lacks a column, or has it twice', async () => {
    folder.write('a.csv', 'n,t,t\n1,2,3\n');
    await expect(read('n INT, s STRING', { header: true })).rejects.toMatchObject({
      code: 'SOURCE_COLUMN_MISSING',
      message: expect.stringMatching(/no column s, it has n, t, t/),
    });
    await expect(read('n INT, t STRING', { header: true })).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringMatching(/column t twice/),
    });
  });
});

describe('options of csvFiles', () => {
  it.each([
    [{ sep: '' }, /sep must be text/],
    [{ sep: '\n' }, /sep must be text/],
    [{ sep: '"' }, /sep .* contains quote/],
    [{ quote: '""' }, /quote must be one visible/],
    [{ quote: 'é' }, /quote must be one visible/],
    [{ escape: ' ' }, /escape must be one visible/],
    [{ columnNameOfCorruptRecord: 'bad' }, /"bad", which the schema does not have/],
    [{ columnNameOfCorruptRecord: 'n' }, /must be a STRING/],
    [{ timeZone: 'Mars/Base' }, /Mars/],
    [{ maxLineBytes: 0 }, /maxLineBytes/],
    [{ timestamps: 'iso' }, /timestamps must be one of/],
  ] as [Options, RegExp][])('refuses %j', (options, message) => {
    expect(() => csvFiles('/data', { ...options, schema: 'n INT, t TIMESTAMP' })).toThrow(message);
  });

  it('refuses columns that have no text, and DDL that is none', () => {
    expect(() => csvFiles('/data', { schema: 'n ARRAY<INT>' })).toThrow(/has no text form/);
    expect(() => csvFiles('/data', { schema: 'n NUMBR' as string })).toThrow(
      expect.objectContaining({ code: 'DDL_INVALID' }),
    );
  });
});

const numbers = [1, 2, 3, 4, 5, 6, 7].map((n) => ({ n, s: `row "${n}"\nof it` }));

function subject(maxRowsPerTrigger?: number): SourceUnderTest<object> {
  const limit = maxRowsPerTrigger === undefined ? {} : { maxRowsPerTrigger };
  const source = csvFiles(folder.path, {
    schema: 'n INT, s STRING',
    header: true,
    multiLine: true,
    ...limit,
  });
  const line = ({ n, s }: { n: number; s: string }) => `${n},"${s.replaceAll('"', '""')}"\n`;
  const write = (file: number, rows: readonly object[]) => {
    const text = (rows as typeof numbers).map(line).join('');
    folder.write(`f${file}.csv`, `n,s\n${text}`, 1_700_000_000 + file);
  };
  return fileSubject<object>(source, write, true, maxRowsPerTrigger);
}

sourceContract('csvFiles', numbers, () => subject());
sourceContract('csvFiles, two rows a batch', numbers, () => subject(2));
