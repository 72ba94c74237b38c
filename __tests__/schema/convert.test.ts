import fc from 'fast-check';
import { BAD } from '../../lib/schema/bad.js';
import { bytesOfBase64 } from '../../lib/schema/base64.js';
import {
  cellConverter,
  cellsConverter,
  jsonConverter,
  rowConverter,
} from '../../lib/schema/convert.js';
import type { ConvertOptions } from '../../lib/schema/convertOptions.js';
import { parseDdl } from '../../lib/schema/ddl.js';
import { Decimal } from '../../lib/schema/decimal.js';
import { jsonParser } from '../../lib/schema/exactJson.js';
import { jsonReader, plainJson } from '../../lib/schema/jsonReader.js';
import { JsonText } from '../../lib/schema/numberText.js';
import { compileRow } from '../../lib/schema/rowShape.js';
import type { DataType } from '../../lib/schema/types.js';

const typeOf = (ddl: string): DataType =>
  parseDdl(`c ${ddl}`).fields[0]?.dataType ?? { type: 'string' };
const json = (ddl: string, value: unknown, options?: ConvertOptions): unknown =>
  jsonConverter(typeOf(ddl), options)(value);
const cell = (ddl: string, text: string, options?: ConvertOptions): unknown =>
  cellConverter(typeOf(ddl), options)(text);

describe('jsonConverter', () => {
  it.each<[string, unknown, unknown]>([
    ['BOOLEAN', true, true],
    ['BOOLEAN', 'true', BAD],
    ['BOOLEAN', 1, BAD],
    ['TINYINT', 127, 127],
    ['TINYINT', 128, BAD],
    ['TINYINT', -128, -128],
    ['TINYINT', -129, BAD],
    ['SMALLINT', 32_767, 32_767],
    ['SMALLINT', -32_769, BAD],
    ['INT', 2_147_483_647, 2_147_483_647],
    ['INT', 2_147_483_648, BAD],
    ['INT', 1.5, BAD],
    ['INT', '1', BAD],
    ['INT', true, BAD],
    ['BIGINT', 2 ** 53 - 1, 2 ** 53 - 1],
    ['BIGINT', 2 ** 53, BAD],
    ['BIGINT', -(2 ** 53), BAD],
    ['DOUBLE', 1.5, 1.5],
    ['DOUBLE', 'NaN', Number.NaN],
    ['DOUBLE', 'Infinity', Infinity],
    ['DOUBLE', '-INF', -Infinity],
    ['DOUBLE', '1.5', BAD],
    ['DOUBLE', '1e9999', BAD],
    ['DOUBLE', 'nan', BAD],
    ['DOUBLE', true, BAD],
    ['FLOAT', 0.1, Math.fround(0.1)],
    ['FLOAT', 'x', BAD],
    ['STRING', 'x', 'x'],
    ['STRING', 1.5, BAD], // its text is gone: exactJson keeps it
    ['STRING', new JsonText('1.50'), '1.50'],
    ['BINARY', 'AQID', new Uint8Array([1, 2, 3])],
    ['BINARY', 'A', BAD],
    ['BINARY', 5, BAD],
    ['DATE', '2024-01-02', new Date('2024-01-02')],
    ['DATE', '2024-02-30', BAD],
    ['DATE', 5, BAD],
    ['TIMESTAMP', '2024-01-02 03:04:05', new Date('2024-01-02T03:04:05Z')],
    ['TIMESTAMP', 1_469_501_107, new Date(1_469_501_107_000)],
    ['TIMESTAMP', 1.5, BAD],
    ['TIMESTAMP', 8.64e12 + 1, BAD],
    ['TIMESTAMP', 'x', BAD],
    ['DECIMAL(5,2)', 9.95, new Decimal(995n, 2, 5)],
    ['DECIMAL(5,2)', '9.955', new Decimal(996n, 2, 5)],
    ['DECIMAL(5,2)', 1000, BAD],
    ['DECIMAL(5,2)', 'x', BAD],
    ['DECIMAL(5,2)', {}, BAD],
    ['ARRAY<INT>', [1, null, 3], [1, null, 3]],
    ['ARRAY<INT>', [1, 'x'], BAD],
    ['ARRAY<INT>', { 0: 1 }, BAD],
    ['ARRAY<INT NOT NULL>', [1, null], BAD],
    [
      'MAP<STRING, INT>',
      { a: 1, b: null },
      new Map([
        ['a', 1],
        ['b', null],
      ]),
    ],
    ['MAP<INT, STRING>', { 5: 'x' }, new Map([[5, 'x']])],
    ['MAP<INT, STRING>', { x: 'x' }, BAD],
    ['MAP<STRING, INT>', { a: 'x' }, BAD],
    ['MAP<STRING, INT NOT NULL>', { a: null }, BAD],
    ['MAP<STRING, INT>', [1], BAD],
    ['STRUCT<a: INT, b: STRING>', { b: 'x', z: 1 }, { a: null, b: 'x' }],
    ['STRUCT<a: INT>', { a: 'x' }, BAD],
    ['STRUCT<a: INT>', [1], BAD],
    ['STRUCT<a: INT NOT NULL>', {}, BAD],
  ])('%s reads %j', (ddl, value, result) => {
    expect(json(ddl, value)).toEqual(result);
  });

  it('follows the options', () => {
    expect(json('TIMESTAMP', 5, { epochUnit: 'ms' })).toEqual(new Date(5));
    expect(json('TIMESTAMP', 5, { timestamps: 'ms' })).toBe(5000);
    expect(json('DATE', '1970-01-02', { timestamps: 'ms' })).toBe(86_400_000);
    expect(
      json('TIMESTAMP', '02.01.1970 01', {
        timestampFormat: 'dd.MM.yyyy HH',
        timeZone: '+01:00',
        timestamps: 'ms',
      }),
    ).toBe(86_400_000);
    expect(json('DATE', '2/1/70', { dateFormat: 'd/M/yy', timestamps: 'ms' })).toBe(
      Date.UTC(2070, 0, 2),
    );
    expect(json('BIGINT', 5, { bigints: 'bigint' })).toBe(5n);
    expect(json('BIGINT', 2 ** 53, { bigints: 'bigint' })).toBe(BAD);
    expect(json('BIGINT', 1.5, { bigints: 'bigint' })).toBe(BAD);
    expect(json('ARRAY<STRUCT<t: TIMESTAMP>>', [{ t: 1 }], { timestamps: 'ms' })).toEqual([
      { t: 1000 },
    ]);
  });

  it('reads long digits exactly from jsonParser', () => {
    const read = (ddl: string, text: string, options: ConvertOptions = {}): unknown => {
      const schema = parseDdl(`c ${ddl}, d DECIMAL(38,10)`);
      return rowConverter(schema, options).row(jsonParser(schema, options)(`{"c": ${text}}`));
    };
    const c = (value: unknown): object => ({ c: value, d: null });
    expect(read('DECIMAL(38,10)', '1234567890123456789012345678.0123456789')).toEqual(
      c(new Decimal(12345678901234567890123456780123456789n, 10, 38)),
    );
    expect(read('BIGINT', '9223372036854775807', { bigints: 'bigint' })).toEqual(
      c(9223372036854775807n),
    );
    expect(read('BIGINT', '9223372036854775808', { bigints: 'bigint' })).toBe(BAD);
    expect(read('BIGINT', '9223372036854775807')).toBe(BAD);
    expect(read('DOUBLE', '0.12345678901234567890')).toEqual(c(Number('0.1234567890123456789')));
    expect(read('INT', '1.0000000000000000000')).toEqual(c(1));
    expect(read('BOOLEAN', '12345678901234567890')).toBe(BAD);
    expect(read('STRUCT<a: INT>', '12345678901234567890')).toBe(BAD);
    expect(read('MAP<STRING, INT>', '12345678901234567890')).toBe(BAD);
    expect(read('TIMESTAMP', '12345678901234567890')).toBe(BAD);
    expect(read('TIMESTAMP', '1700000000.00000000')).toEqual(c(new Date(1_700_000_000_000)));
  });
});

describe('cellConverter', () => {
  it.each<[string, string, unknown]>([
    ['STRING', ' x ', ' x '],
    ['BOOLEAN', 'TRUE', true],
    ['BOOLEAN', 'false', false],
    ['BOOLEAN', 'yes', BAD],
    ['INT', '12', 12],
    ['INT', '+12', 12],
    ['INT', '-0', 0],
    ['INT', ' 12', BAD],
    ['INT', '1.0', BAD],
    ['INT', '0x10', BAD],
    ['INT', '', BAD],
    ['INT', '2147483648', BAD],
    ['TINYINT', '-128', -128],
    ['TINYINT', '-129', BAD],
    ['BIGINT', '9007199254740991', 2 ** 53 - 1],
    ['BIGINT', '9007199254740992', BAD],
    ['BIGINT', '9007199254740993', BAD],
    ['DOUBLE', '1.5e3', 1500],
    ['DOUBLE', ' 1.5', 1.5],
    ['DOUBLE', '\t-Infinity ', -Infinity],
    ['DOUBLE', '1 5', BAD],
    ['DOUBLE', ' ', BAD],
    ['FLOAT', '1.5 ', 1.5],
    ['INT', ' 1', BAD],
    ['DOUBLE', '.5', 0.5],
    ['DOUBLE', '-Inf', -Infinity],
    ['DOUBLE', 'NaN', Number.NaN],
    ['DOUBLE', '1,5', BAD],
    ['DOUBLE', '1e', BAD],
    ['DOUBLE', '--1', BAD],
    ['DOUBLE', '', BAD],
    ['DOUBLE', '.', BAD],
    ['DOUBLE', '0x10', BAD],
    ['FLOAT', '0.1', Math.fround(0.1)],
    ['FLOAT', 'e', BAD],
    ['DECIMAL(5,2)', '9.955', new Decimal(996n, 2, 5)],
    ['DECIMAL(5,2)', '', BAD],
    ['BINARY', 'abcd', new Uint8Array([0x61, 0x62, 0x63, 0x64])],
    ['BINARY', 'é"', new Uint8Array([0xc3, 0xa9, 0x22])],
    ['DATE', '2024-01-02', new Date('2024-01-02')],
    ['TIMESTAMP', '2024-01-02 03:04', new Date('2024-01-02T03:04Z')],
    ['TIMESTAMP', '5', BAD],
  ])('%s reads %j', (ddl, text, result) => {
    const value = cell(ddl, text);
    expect(value).toEqual(result);
    expect(Object.is(value, -0)).toBe(false);
  });

  it('follows the options and refuses nested types', () => {
    expect(cell('BIGINT', '-9223372036854775808', { bigints: 'bigint' })).toBe(-(2n ** 63n));
    expect(cell('BIGINT', '+5', { bigints: 'bigint' })).toBe(5n);
    expect(cell('BIGINT', '9223372036854775808', { bigints: 'bigint' })).toBe(BAD);
    expect(cell('TIMESTAMP', '1970-01-01 01:00', { timeZone: '+01:00', timestamps: 'ms' })).toBe(0);
    for (const ddl of ['ARRAY<INT>', 'MAP<INT, INT>', 'STRUCT<a: INT>']) {
      expect(() => cellConverter(typeOf(ddl))).toThrow(/has no text form/);
    }
    expect(() => cellConverter(typeOf('TIMESTAMP'), { timeZone: 'Mars' })).toThrow(RangeError);
  });

  it('answers a number of the range, or BAD, for any text', () => {
    const read = cellConverter(typeOf('SMALLINT'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String)), (text) => {
        const value = read(text);
        const fits = /^[+-]?\d+$/.test(text) && Math.abs(Number(text) + 0.5) < 32_768;
        expect(value).toBe(fits ? Number(text) + 0 : BAD);
      }),
    );
  });
});

describe('rowConverter', () => {
  const schema = parseDdl(
    'a INT, b STRING NOT NULL, raw STRING, `__proto__` INT, constructor STRING',
  );
  const rows = rowConverter(schema, { corruptColumn: 'raw' });
  const record = (text: string): unknown => JSON.parse(text);

  it('gives rows of the schema’s columns in its order, as own properties', () => {
    const row = rows.row(
      record('{"z": 1, "constructor": "c", "__proto__": 7, "b": "x", "raw": "no"}'),
    ) as object;
    expect(Object.keys(row)).toEqual(['a', 'b', 'raw', '__proto__', 'constructor']);
    expect(Object.values(row)).toEqual([null, 'x', null, 7, 'c']);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  it('reads own fields only', () => {
    const row = rows.row(record('{"b": "x"}')) as object;
    expect(Object.values(row)).toEqual([null, 'x', null, null, null]);
  });

  // Each as Spark 4.3 answers in PERMISSIVE mode.
  it.each([
    ['s STRUCT<x: INT, y: STRING>', '{"s":{"x":"no","y":"t"}}', { x: null, y: 't' }],
    ['s STRUCT<x: INT, y: STRING>', '{"s":[1]}', null],
    ['s ARRAY<INT>', '{"s":[1,"no"]}', null],
    [
      's ARRAY<STRUCT<x: INT, y: INT>>',
      '{"s":[{"x":1,"y":"no"},{"x":2,"y":2}]}',
      [
        { x: 1, y: null },
        { x: 2, y: 2 },
      ],
    ],
    ['s ARRAY<STRUCT<x: INT>>', '{"s":[{"x":1},5]}', null],
    ['s MAP<STRING, INT>', '{"s":{"p":1,"q":"no"}}', null],
    ['s MAP<STRING, STRUCT<x: INT>>', '{"s":{"p":{"x":"no"}}}', new Map([['p', { x: null }]])],
    ['s STRUCT<t: STRUCT<x: INT>, z: INT>', '{"s":{"t":5,"z":3}}', { t: null, z: 3 }],
    ['s STRUCT<t: STRUCT<x: INT NOT NULL>>', '{"s":{"t":{"x":"no"}}}', { t: null }],
    ['s STRUCT<x: INT NOT NULL>', '{"s":{"x":"no"}}', null],
  ])('keeps of a bad %s in %s what can be read', (ddl, text, kept) => {
    expect(rowConverter(parseDdl(ddl)).salvage(JSON.parse(text), text)).toEqual({ s: kept });
  });

  it('says which column is bad, and salvages the others', () => {
    const wrong = record('{"a": "five", "b": "x"}');
    expect(rows.row(wrong)).toBe(BAD);
    expect(rows.problem(wrong)).toBe('column a: "five" is no INT');
    expect(Object.values(rows.salvage(wrong, 'RAW') ?? {})).toEqual([null, 'x', 'RAW', null, null]);
    expect(rows.problem(record('{"a": 1}'))).toBe('column b is NOT NULL, and there is no value');
    expect(rows.salvage(record('{"a": 1}'), 'RAW')).toBeUndefined();
    expect(rows.row(record('[1]'))).toBe(BAD);
    expect(rows.problem(record('[1]'))).toBe('[1] is no object');
    expect(rows.problem(record('null'))).toBe('null is no object');
    expect(rows.salvage(undefined, 'RAW')).toBeUndefined();
    const loose = rowConverter(parseDdl('a INT, raw STRING'), { corruptColumn: 'raw' });
    expect(loose.salvage(undefined, '{')).toEqual({ a: null, raw: '{' });
    expect(loose.problem({ a: 1 })).toBe('it is of the schema');
  });

  it('refuses a corrupt column that could not take the text', () => {
    expect(() => rowConverter(parseDdl('raw INT'), { corruptColumn: 'raw' })).toThrow(
      /must be a STRING that may be null, it is INT/,
    );
    expect(() => rowConverter(parseDdl('raw STRING NOT NULL'), { corruptColumn: 'raw' })).toThrow(
      /STRING NOT NULL/,
    );
    expect(() => rowConverter(parseDdl('a INT'), { corruptColumn: 'raw' })).not.toThrow();
  });

  it('generates and walks to the same rows, whatever the columns are called', () => {
    const odd = ['__proto__', 'constructor', 'a', '"];}', '\u2028', '$x', 'toString', '0'];
    const names = fc.uniqueArray(fc.oneof(fc.string(), fc.constantFrom(...odd)), { maxLength: 6 });
    const value = fc.oneof(fc.string(), fc.integer(), fc.constantFrom(undefined, null, BAD));
    const cells = fc.array(fc.tuple(value, fc.boolean()), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(names, cells, fc.boolean(), (drawn, given, byName) => {
        const columns = drawn.map((name, i) => {
          const read = (each: unknown): unknown => (each === BAD ? BAD : [each]);
          return { name, nullable: given[i]?.[1] ?? true, plain: undefined, read };
        });
        const values = given.map(([each]) => each);
        const input = byName
          ? Object.fromEntries(drawn.map((name, i) => [name, values[i]]))
          : values;
        const access = byName ? 'by name' : 'by index';
        const [generated, walked] = [true, false].map((each) =>
          compileRow(columns, access, each)(input),
        );
        expect(generated).toEqual(walked);
        if (typeof generated !== 'object' || typeof walked !== 'object') return;
        expect(Object.entries(generated ?? {})).toEqual(Object.entries(walked ?? {}));
      }),
    );
  });

  it.each(['toString', 'valueOf'])('takes an object with a %s of its own for bad', (name) => {
    const rows = rowConverter(parseDdl('a INT'));
    const record = { a: JSON.parse(`{"${name}":false}`) };
    expect(rows.row(record)).toBe(BAD);
    expect(rows.problem(record)).toBe(`column a: {"${name}":false} is no INT`);
  });

  it('generates and walks to the same values', () => {
    const columns = parseDdl('a INT, b DOUBLE, c STRING, d BOOLEAN NOT NULL').fields.map(
      ({ name, nullable, dataType }) => ({
        name,
        nullable,
        plain: plainJson(dataType),
        read: jsonReader(dataType),
      }),
    );
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constantFrom(-0, 2 ** 31, 'NaN'),
    );
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        const [generated, walked] = [true, false].map((each) =>
          compileRow(columns, 'by name', each)({ a, b, c, d }),
        );
        expect(generated).toEqual(walked);
      }),
    );
  });

  it('walks where code from strings is forbidden, with the same rows', () => {
    const allowed = globalThis.Function;
    globalThis.Function = class {
      constructor() {
        throw new EvalError('forbidden');
      }
    } as never;
    try {
      const walking = rowConverter(schema, { corruptColumn: 'raw' });
      expect(walking.row({ a: 5, b: 'x' })).toEqual(rows.row({ a: 5, b: 'x' }));
      expect(walking.row({ a: 5 })).toBe(BAD);
      expect(walking.row([])).toBe(BAD);
    } finally {
      globalThis.Function = allowed;
    }
  });

  it('takes rows wider than are generated', () => {
    const wide = parseDdl(Array.from({ length: 1500 }, (_, i) => `c${i} INT`).join());
    const row = rowConverter(wide).row({ c0: 1, c1499: 2 }) as Record<string, unknown>;
    expect([row.c0, row.c1, row.c1499]).toEqual([1, null, 2]);
    expect(rowConverter(wide).row({ c7: 'x' })).toBe(BAD);
  });
});

describe('cellsConverter', () => {
  const rows = cellsConverter(parseDdl('a INT, b STRING NOT NULL, raw STRING'), {
    corruptColumn: 'raw',
  });

  it('reads cells by index', () => {
    expect(rows.row(['1', 'x', null])).toEqual({ a: 1, b: 'x', raw: null });
    expect(rows.row(['1', 'x', 'taken', 'more'])).toEqual({ a: 1, b: 'x', raw: null });
    expect(rows.row([null, 'x'])).toEqual({ a: null, b: 'x', raw: null });
    expect(rows.row(['1', null])).toBe(BAD);
    expect(rows.row(['1.5', 'x'])).toBe(BAD);
    expect(rows.problem(['1.5', 'x'])).toBe('column a: "1.5" is no INT');
    expect(cellsConverter(parseDdl('l BIGINT')).problem(['9007199254740993'])).toBe(
      `column l: "9007199254740993" is beyond 2^53: read it with bigints: 'bigint'`,
    );
    expect(rows.salvage(['1.5', 'x'], '1.5,x')).toEqual({ a: null, b: 'x', raw: '1.5,x' });
    expect(rows.salvage(['1.5'], '1.5')).toBeUndefined();
  });
});

describe('base64', () => {
  it('is read as Node writes it, padded or not', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(bytesOfBase64(text)).toEqual(bytes);
        expect(bytesOfBase64(text.replaceAll('=', ''))).toEqual(bytes);
      }),
    );
    for (const bad of ['A', 'AA=A', '====', 'A?==', 'Aä==', 'AAAA='])
      expect(bytesOfBase64(bad)).toBeUndefined();
  });
});
