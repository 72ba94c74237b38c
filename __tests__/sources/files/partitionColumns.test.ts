import { readBatch, readStream, textFiles } from '../../../index.js';
import { csvFiles } from '../../../lib/sources/csvFiles.js';
import { testFolder } from './folder.js';

const folder = testFolder();

/** The value of `p` in the row of a file in the folder `p=<written>`. */
async function valueIn(written: string): Promise<unknown> {
  folder.write(`p=${written}/f.txt`, 'x\n');
  const [row] = await readBatch(readStream(textFiles(folder.path)));
  return (row as { readonly p?: unknown } | undefined)?.p;
}

describe('a folder key=value that no schema declares', () => {
  // As a Spark 4.3 takes each of them alone, DECIMAL(n,0) being a number.
  it.each([
    ['1', 1],
    ['-2', -2],
    ['-0', 0],
    ['007', 7],
    ['+2', 2],
    ['2147483648', 2_147_483_648],
    ['1.50', 1.5],
    ['+1.5', 1.5],
    ['.5', 0.5],
    ['5.', 5],
    ['-0.0', -0],
    ['1e3', 1000],
    ['1e+3', 1000],
    ['1.5E3', 1500],
    ['1e-3', 0.001],
    ['1.0E10', 1e10],
    ['1e400', Number.POSITIVE_INFINITY],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['2024-01-01', new Date('2024-01-01T00:00:00Z')],
    ['2024-01-01 10%3A00%3A00', new Date('2024-01-01T10:00:00Z')],
    ['2024-01-01 10%3A00%3A00.5', new Date('2024-01-01T10:00:00.500Z')],
    ['__HIVE_DEFAULT_PARTITION__', null],
    ['2024-01-01 10%3A00%3A00.123', '2024-01-01 10:00:00.123'],
    ['2024-01-01T10%3A00%3A00', '2024-01-01T10:00:00'],
    ['2024-01-01 24%3A00%3A00', '2024-01-01 24:00:00'],
    ['2024-02-30', '2024-02-30'],
    ['2024-1-1', '2024-1-1'],
    ['%2B2', '+2'],
    ['%31', '1'],
    ['1%2E5', '1.5'],
    ['1e', '1e'],
    ['.', '.'],
    ['-', '-'],
    ['1L', '1L'],
    ['inf', 'inf'],
    ['true', 'true'],
    ['a', 'a'],
  ])('p=%s', async (written, value) => {
    expect(await valueIn(written)).toEqual(value);
  });

  it('is text where a number would not have all the digits', async () => {
    expect(await valueIn('9007199254740993')).toBe('9007199254740993');
  });

  it('takes times in the zone and the form of the other columns', async () => {
    folder.write('p=2024-07-01 10%3A00%3A00/q=2024-07-01/f.csv', '1\n');
    const schema = 'n INT';
    const read = (options: object) =>
      readBatch(readStream(csvFiles(folder.path, { schema, ...options })));
    const q = new Date('2024-07-01T00:00:00Z');
    const p = new Date('2024-07-01T08:00:00Z');
    expect(await read({ timeZone: 'Europe/Paris' })).toEqual([{ n: 1, p, q }]);
    expect(await read({ timeZone: 'Europe/Paris', timestamps: 'ms' })).toEqual([
      { n: 1, p: p.getTime(), q: q.getTime() },
    ]);
  });
});

describe('a folder key=value that the schema declares', () => {
  // As a Spark 4.3: by the pattern of the cells 2024-02-03 would be the second of March.
  it('is read as ISO 8601, whatever the formats of the cells are', async () => {
    folder.write('day=2024-02-03/at=2024-02-03 10%3A00%3A00/f.csv', '2024-03-02,2024-03-02\n');
    const source = csvFiles(folder.path, {
      schema: 'd DATE, t TIMESTAMP, day DATE, at TIMESTAMP',
      dateFormat: 'yyyy-dd-MM',
      timestampFormat: 'yyyy-dd-MM',
    });
    const day = new Date('2024-02-03T00:00:00Z');
    expect(await readBatch(readStream(source))).toEqual([
      { d: day, t: day, day, at: new Date('2024-02-03T10:00:00Z') },
    ]);
  });
});
