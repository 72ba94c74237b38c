import type { DataType, StructType } from '../../../lib/schema/types.js';
import { csvFormat } from '../../../lib/sinks/file/csvFormat.js';
import type { FileFormat, FileShape } from '../../../lib/sinks/file/format.js';
import { jsonFormat } from '../../../lib/sinks/file/jsonFormat.js';
import { textFormat } from '../../../lib/sinks/file/textFormat.js';

const plain: FileShape = { schema: undefined, partitionBy: new Set() };
const schemaOf = (columns: Record<string, DataType>): StructType => ({
  type: 'struct',
  fields: Object.entries(columns).map(([name, dataType]) => ({ name, dataType, nullable: true })),
});
const shaped = (columns: Record<string, DataType>): FileShape => ({
  ...plain,
  schema: schemaOf(columns),
});
const written = (format: FileFormat, rows: readonly unknown[], shape = plain): string =>
  Buffer.from(format.encode(rows, shape) as Uint8Array).toString('utf8');

describe('json files', () => {
  const json = jsonFormat();

  it('writes one line per row and leaves null out', () => {
    expect(written(json, [])).toBe('');
    expect(written(json, [{ a: 1, b: null, c: undefined }, { b: 'x\n"' }, {}])).toBe(
      '{"a":1}\n{"b":"x\\n\\""}\n{}\n',
    );
  });

  it('loses no number, date or byte', () => {
    const row = {
      big: 9007199254740993n,
      nan: Number.NaN,
      inf: Number.NEGATIVE_INFINITY,
      at: new Date('2024-01-02T03:04:05.006Z'),
      bytes: new Uint8Array([255, 0]),
      map: new Map([[1, { x: null, y: [1, null] }]]),
      set: new Set(['a']),
    };
    expect(written(json, [row])).toBe(
      '{"big":9007199254740993,"nan":"NaN","inf":"-Infinity","at":"2024-01-02T03:04:05.006Z",' +
        '"bytes":"/wA=","map":{"1":{"y":[1,null]}},"set":["a"]}\n',
    );
  });

  it('writes a DATE of the schema without its time, nested too', () => {
    const day = new Date('2024-01-02T00:00:00Z');
    const date: DataType = { type: 'date' };
    const shape = shaped({
      day: date,
      days: { type: 'array', element: date, containsNull: true },
      by: { type: 'map', key: { type: 'string' }, value: date, valueContainsNull: true },
      in: schemaOf({ day: date }),
    });
    expect(
      written(json, [{ day, days: [day], by: new Map([['k', day]]), in: { day } }], shape),
    ).toBe(
      '{"day":"2024-01-02","days":["2024-01-02"],"by":{"k":"2024-01-02"},"in":{"day":"2024-01-02"}}\n',
    );
  });

  it('keeps fields named as Object members', () => {
    expect(written(json, [JSON.parse('{"__proto__":1,"constructor":2}')])).toBe(
      '{"__proto__":1,"constructor":2}\n',
    );
  });

  it('refuses a row without columns', () => {
    for (const row of [1, null, [1], new Date(0), new Map(), new Set([1]), Promise.resolve({})]) {
      expect(() => written(json, [row])).toThrow(expect.objectContaining({ code: 'SINK_ROW' }));
    }
  });
});

describe('what a file cannot hold', () => {
  const by = (...keys: readonly unknown[]) => new Map(keys.map((key) => [key, 0]));
  const noDate = new Date(Number.NaN);

  it.each<readonly [path: string, row: object, reason: string]>([
    ['b', { b: Promise.resolve(1) }, 'is a Promise: await it before the sink'],
    ['b', { b: Promise.reject(new Error('never handled')) }, 'is a Promise'],
    ['b.c[1]', { a: 1, b: { c: [1, () => 1] } }, 'is a function'],
    ['b', { b: Symbol('s') }, 'is a symbol'],
    ['b[0]', { b: new Set([noDate]) }, 'is an invalid Date: give null instead'],
    ['b[k].at', { b: new Map([['k', { at: noDate }]]) }, 'is an invalid Date'],
    ['b', { b: by(1, '1') }, 'has two keys with the text "1"'],
    ['b', { b: by(new Date(0), '1970-01-01T00:00:00.000Z') }, 'has two keys with the text'],
    ['b[key [object Object]]', { b: by({}) }, 'is a Object, which is no data'],
    ['b[key Invalid Date]', { b: by(noDate) }, 'is an invalid Date'],
    ['b', { b: new WeakMap() }, 'is a WeakMap, which is no data'],
  ])('is refused by JSON: %s', (value, row, reason) => {
    const params = { format: 'json', value, reason: expect.stringContaining(reason) };
    expect(() => written(jsonFormat(), [{ a: 1 }, row])).toThrow(
      expect.objectContaining({ code: 'SINK_ROW', params }),
    );
  });

  it.each<readonly [value: unknown, reason: string]>([
    [Promise.resolve(1), 'is a Promise'],
    [() => 1, 'is a function'],
    [Symbol('s'), 'is a symbol'],
    [noDate, 'is an invalid Date'],
  ])('is refused by CSV: %s', (value, reason) => {
    const params = { format: 'csv', value: 'a', reason: expect.stringContaining(reason) };
    expect(() => written(csvFormat({ columns: ['a'] }), [{ a: value }])).toThrow(
      expect.objectContaining({ code: 'SINK_ROW', params }),
    );
  });

  it('is not an object without fields, nor a Map whose keys have texts of their own', () => {
    const row = { a: {}, b: Object.create(null), c: [undefined], d: by(1, 'a', null, 2n) };
    expect(written(jsonFormat(), [row])).toBe(
      '{"a":{},"b":{},"c":[null],"d":{"1":0,"a":0,"null":0,"2":0}}\n',
    );
  });
});

describe('csv files', () => {
  const rows = [
    { a: 'x', b: 1 },
    { a: 'p,"q"', b: null },
    { a: '', b: -0 },
    { a: null, b: 1.5 },
    { a: ' s', b: 2n },
    { a: 'l\n2', b: true },
  ];

  it('quotes what needs it and tells null from an empty text', () => {
    expect(written(csvFormat({ columns: ['a', 'b'], header: true }), rows)).toBe(
      'a,b\nx,1\n"p,""q""",\n"",0\n,1.5\n" s",2\n"l\n2",true\n',
    );
  });

  it('takes separator, quote and a word for null', () => {
    const format = csvFormat({ columns: ['b', 'a'], sep: '||', quote: "'", nullValue: 'NULL' });
    expect(
      written(format, [
        { a: "it's", b: null },
        { a: 'NULL', b: 1 },
      ]),
    ).toBe("NULL||'it''s'\n1||'NULL'\n");
  });

  it('takes columns from the schema, and dates by their type', () => {
    const at = new Date('2024-01-02T00:00:00Z');
    const shape = shaped({ day: { type: 'date' }, at: { type: 'timestamp' } });
    expect(written(csvFormat(), [{ at, day: at }], shape)).toBe(
      '2024-01-02,2024-01-02T00:00:00.000Z\n',
    );
  });

  it('refuses before the start what it cannot know or hold', () => {
    expect(() => csvFormat().check?.(plain)).toThrow(
      expect.objectContaining({ code: 'SINK_SCHEMA' }),
    );
    const nested = shaped({
      list: { type: 'array', element: { type: 'int' }, containsNull: true },
    });
    expect(() => csvFormat().check?.(nested)).toThrow('column list is ARRAY');
    expect(csvFormat({ columns: ['a'] }).check?.(plain)).toBeUndefined();
  });

  it('refuses a row that it would write in part', () => {
    const format = csvFormat({ columns: ['a'] });
    expect(() => written(format, [{ a: 1, extra: 2 }])).toThrow('has the column extra');
    expect(() => written(format, [{ a: [1] }])).toThrow('a: [1] is nested');
  });

  it('refuses options that cannot be read back', () => {
    for (const options of [
      { sep: '' },
      { sep: '\n' },
      { sep: '"' },
      { quote: '' },
      { quote: 'ab' },
      { nullValue: ',' },
      { nullValue: 'a;b', sep: ';' },
      { nullValue: '"' },
      { nullValue: '\n' },
    ]) {
      expect(() => csvFormat(options)).toThrow(RangeError);
    }
  });
});

describe('a csv row that would be a blank line', () => {
  const nulls = [{ n: 1 }, { n: null }, { n: 3 }];
  const int = shaped({ n: { type: 'int' } });

  it('is quoted in a column that is no STRING', () => {
    expect(written(csvFormat(), nulls, int)).toBe('1\n""\n3\n');
    expect(written(csvFormat({ columns: ['n'], nullValue: ' ' }), nulls, int)).toBe('1\n" "\n3\n');
    expect(written(csvFormat({ columns: ['n'], nullValue: '\t' }), nulls, int)).toBe(
      '1\n"\t"\n3\n',
    );
    expect(written(csvFormat({ columns: ['n'] }), [{ n: '\0' }], plain)).toBe('"\0"\n');
    expect(written(csvFormat({ columns: ['n'], nullValue: '-' }), nulls, plain)).toBe('1\n-\n3\n');
    expect(written(csvFormat({ columns: ['n', 'm'] }), nulls, plain)).toBe('1,\n,\n3,\n');
  });

  it('is refused where "" would be the empty text, or nobody knows', () => {
    for (const shape of [plain, shaped({ n: { type: 'string' } })]) {
      expect(() => written(csvFormat({ columns: ['n'] }), nulls, shape)).toThrow(
        expect.objectContaining({
          code: 'SINK_ROW',
          message: expect.stringContaining('nullValue'),
        }),
      );
    }
    const parts: FileShape = { ...plain, partitionBy: new Set(['n']) };
    expect(() => csvFormat({ columns: ['n'] }).check?.(parts)).toThrow(
      expect.objectContaining({ code: 'SINK_SCHEMA' }),
    );
  });

  it.each(['x\ud800', '\udc00'])('half of a surrogate pair is refused: %j', (text) => {
    for (const format of [csvFormat({ columns: ['a'] }), textFormat()]) {
      expect(() => written(format, [{ a: text }])).toThrow('half of a surrogate pair');
    }
    expect(written(jsonFormat(), [{ a: text }])).toBe(`{"a":${JSON.stringify(text)}}\n`);
    expect(written(csvFormat({ columns: ['a'] }), [{ a: '😀' }])).toBe('😀\n');
  });
});

describe('text files', () => {
  it('writes strings and the only column of a row', () => {
    expect(written(textFormat(), ['a', { value: 'b' }, null, { x: null }])).toBe('a\nb\n\n\n');
    const shape: FileShape = { ...plain, partitionBy: new Set(['k']) };
    expect(written(textFormat({ lineSep: ';' }), [{ k: 1, v: 'a\n' }], shape)).toBe('a\n;');
  });

  it('refuses what would read back as other rows', () => {
    for (const row of ['a\nb', 'b\r', '\r', 1, { a: 'x', b: 'y' }, {}]) {
      expect(() => written(textFormat(), [row])).toThrow(
        expect.objectContaining({ code: 'SINK_ROW' }),
      );
    }
    expect(() => textFormat({ lineSep: '' })).toThrow(RangeError);
  });

  it('refuses a schema that is not one text before the start', () => {
    expect(textFormat().check?.(shaped({ a: { type: 'string' } }))).toBeUndefined();
    expect(() => textFormat().check?.(shaped({ a: { type: 'int' } }))).toThrow('a is int');
    expect(() =>
      textFormat().check?.(shaped({ a: { type: 'string' }, b: { type: 'string' } })),
    ).toThrow('2 columns');
  });
});
