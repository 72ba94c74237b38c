import fc from 'fast-check';
import { rowConverter } from '../../../lib/schema/convert.js';
import type { ConvertOptions } from '../../../lib/schema/convertOptions.js';
import { parseDdl } from '../../../lib/schema/ddl.js';
import { exactJson } from '../../../lib/schema/exactJson.js';
import type { AnyRow } from '../../../lib/schema/rowOf.js';
import type { StructType } from '../../../lib/schema/types.js';
import { BadRecords } from '../../../lib/sources/files/badRecords.js';
import { CellDecoder } from '../../../lib/sources/files/cellDecoder.js';
import { cellLayout } from '../../../lib/sources/files/cellLayout.js';
import { DecodeSlot } from '../../../lib/sources/files/decodeSlot.js';
import { JsonLineDecoder, jsonRules } from '../../../lib/sources/files/jsonLines.js';
import { structArbitrary, valueText } from './jsonArbitrary.js';

interface Read {
  readonly rows: readonly unknown[];
  readonly bad: readonly string[];
}

/** `row by row`: as where the host forbids code from strings. `cells`: as another thread decodes. */
type Way = 'bytes' | 'row by row' | 'cells';

/** What the reader of bytes gives for some lines. */
function read(
  lines: Buffer,
  schema: StructType,
  options: ConvertOptions,
  way: Way = 'bytes',
  mode?: 'PERMISSIVE' | 'DROPMALFORMED',
): Read {
  const bad: string[] = [];
  const records = new BadRecords<AnyRow>('test', 'file', mode, {
    failed: (_, error) => void bad.push(error.message),
    dropped: () => undefined,
  });
  const rules = jsonRules(schema, options);
  const decoder = new JsonLineDecoder(
    way === 'row by row' ? { ...rules, read: undefined } : rules,
    undefined,
    0,
    records,
  );
  const rows: AnyRow[] = [];
  let at = 0;
  if (way === 'cells') {
    const slot = decodedSlot(lines, schema, options);
    const chunks = decoder.decoded(slot);
    for (let chunk = chunks.next(); ; chunk = chunks.next()) {
      if (chunk.done) at = chunk.value;
      if (chunk.done) break;
      rows.push(...chunk.value);
    }
  }
  while (at < lines.length) at = decoder.decode(lines, at, lines.length, rows);
  return { rows, bad };
}

const slot = DecodeSlot.create();

function decodedSlot(lines: Buffer, schema: StructType, options: ConvertOptions): DecodeSlot {
  slot.fill(lines, 0);
  slot.claim();
  CellDecoder.of(schema, options)?.decode(slot);
  return slot;
}

/** The same without the types that have no cells. */
function flat({ fields }: StructType): StructType {
  const kept = fields.flatMap((field) => {
    const { dataType } = field;
    if (dataType.type === 'struct') return [{ ...field, dataType: flat(dataType) }];
    const whole = { type: 'struct' as const, fields: [field] };
    return cellLayout(whole, { bigints: 'number' }) ? [field] : [];
  });
  return { type: 'struct', fields: kept };
}

/** What the careful parser and the converter of the schema give: the row, or undefined for a bad record. */
function oracle(schema: StructType, options: ConvertOptions): (line: string) => unknown {
  const { row: rowOf } = rowConverter(schema, options);
  return (line) => {
    try {
      const row = rowOf(exactJson(line, schema));
      return typeof row === 'symbol' ? undefined : row;
    } catch {
      return undefined;
    }
  };
}

function agree(lines: readonly Buffer[], schema: StructType, options: ConvertOptions = {}): void {
  const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
  const { rows, bad } = read(bytes, schema, options);
  const texts = lines.map((line) => line.toString('utf8')).filter((text) => /[^ \t\r]/.test(text));
  const wanted = texts.map(oracle(schema, options));
  const good = wanted.filter((row) => row !== undefined);
  expect(rows).toEqual(good);
  expect(rows.map((row) => Object.keys(row as object))).toEqual(
    good.map((row) => Object.keys(row as object)),
  );
  expect(bad).toHaveLength(wanted.length - good.length);
  expect(read(bytes, schema, options, 'row by row')).toEqual({ rows, bad });
  const struct = flat(schema);
  const numbers: ConvertOptions = { ...options, bigints: 'number' };
  if (struct.fields.length === 0) return;
  expect(read(bytes, struct, numbers, 'cells')).toEqual(read(bytes, struct, numbers));
}

const schema = parseDdl(
  'a INT, b STRING, c DOUBLE, d BIGINT, e BOOLEAN, f ARRAY<INT>, g STRUCT<x: INT, y: STRING>, h MAP<STRING, DOUBLE>, i DECIMAL(20,4), t TIMESTAMP',
);

describe('a line of JSON is read as JSON.parse and the schema say', () => {
  it.each([
    '{}',
    ' { "a" : 1 , "b" : "x" } ',
    '\t{"a":1}\r',
    '{"a":1,"a":2}',
    '{"a":"x","a":2}',
    '{"a":2,"a":null}',
    '{"b":"x","a":1}',
    '{"z":{"a":1,"q":["]","\\"}"]},"a":1}',
    '{"\\u0061":7}',
    '{"a\\u0000":7}',
    '{"b":"\\u00e9\\ud83d\\ude00"}',
    '{"b":"\\ud83d"}',
    '{"b":"é😀"}',
    '{"é":1,"b":"longer than twelve characters, é"}',
    '{"b":"tab\\tquote\\" slash\\/ back\\\\ "}',
    '{"b":"a\\\\"}',
    '{"b":"\\x"}',
    '{"b":"\\u12g4"}',
    '{"b":"raw\ttab"}',
    '{"b":"open',
    '{"b":"open\\',
    '{"b":1}',
    '{"b":{"x":[1, 2]}}',
    '{"b":true}',
    '{"a":1.0}',
    '{"a":1e2}',
    '{"a":1.5}',
    '{"a":-0}',
    '{"a":01}',
    '{"a":-}',
    '{"a":+1}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":1e}',
    '{"a":2147483647}',
    '{"a":2147483648}',
    '{"a":-2147483648}',
    '{"d":9007199254740991}',
    '{"d":9007199254740993}',
    '{"d":123456789012345}',
    '{"d":1234567890123456}',
    '{"d":-999999999}',
    '{"d":9999999999}',
    '{"c":0.1}',
    '{"c":-0.0}',
    '{"c":1e400}',
    '{"c":123456789.123456789}',
    '{"c":1.7976931348623157e308}',
    '{"c":5e-324}',
    '{"c":"NaN"}',
    '{"c":"-Infinity"}',
    '{"c":NaN}',
    '{"i":12345678901234567890.12345}',
    '{"i":"0.00005"}',
    '{"i":0.1}',
    '{"e":true,"a":1}',
    '{"e":tru}',
    '{"e":nul}',
    '{"f":[]}',
    '{"f":[ 1 , null,2 ]}',
    '{"f":[1,]}',
    '{"f":[1 2]}',
    '{"g":{"y":"k","x":3}}',
    '{"g":{"x":3,}}',
    '{"g":[]}',
    '{"h":{"k":1,"__proto__":2}}',
    '{"__proto__":{"a":1}}',
    '{"t":"2024-02-29T12:00:00Z"}',
    '{"t":1700000000}',
    '{"t":1700000000.5}',
    '{"a":1}x',
    '{"a":1}{"a":2}',
    '{"a" 1}',
    '{"a":1 "b":"x"}',
    '{,}',
    '{"a":1,}',
    '[]',
    '1',
    'null',
    '"x"',
    '{',
    '{"',
    '{"a',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '   ',
    '',
  ])('%j', (line) => {
    agree([Buffer.from(line)], schema);
    agree([Buffer.from('{"a":3}'), Buffer.from(line), Buffer.from('{"a":4,"b":"y"}')], schema);
  });

  it.each([
    ['NOT NULL', 'a INT NOT NULL, b STRING', ['{"b":"x"}', '{"a":null}', '{"a":1}']],
    [
      'a column called __proto__',
      '`__proto__` INT, constructor STRING',
      ['{"__proto__":1,"constructor":"x"}', '{}'],
    ],
    [
      'names that JSON escapes',
      '`a"b` INT, `c\\d` INT, `é` INT',
      ['{"a\\"b":1,"c\\\\d":2,"é":3}', '{"\\u00e9":4}', '{"a"b":1}'],
    ],
    ['an empty name', '`` INT, a INT', ['{"":1,"a":2}']],
    [
      'names of which one begins another',
      'a INT, ab INT, abc INT',
      ['{"abc":1,"ab":2,"a":3}', '{"a":1,"abcd":2}'],
    ],
    [
      'several columns that are long',
      `${'x'.repeat(300)} INT, b INT`,
      [`{"b":1,"${'x'.repeat(300)}":2}`],
    ],
  ] as const)('with %s', (_, ddl, lines) => {
    agree(
      lines.map((line) => Buffer.from(line)),
      parseDdl(ddl),
    );
  });

  it('with bytes that are no UTF-8', () => {
    const lines = [
      Buffer.from([...Buffer.from('{"b":"a'), 0xff, 0xc3, ...Buffer.from('","a":1}')]),
      Buffer.from([...Buffer.from('{"b":"'), 0xe2, 0x82, ...Buffer.from('","a":1}')]),
      Buffer.from([...Buffer.from('{"'), 0xff, ...Buffer.from('":1,"a":1}')]),
      Buffer.from([0xff, ...Buffer.from('{"a":1}')]),
    ];
    agree(lines, schema);
  });

  it('with whole numbers exact beyond 2^53 when they are asked for', () => {
    const lines = [
      '{"d":9223372036854775807}',
      '{"d":-9223372036854775808}',
      '{"d":9223372036854775808}',
      '{"d":1}',
    ];
    agree(
      lines.map((line) => Buffer.from(line)),
      parseDdl('d BIGINT'),
      { bigints: 'bigint' },
    );
    expect(
      read(Buffer.from(`${lines[0]}\n`), parseDdl('d BIGINT'), { bigints: 'bigint' }).rows,
    ).toEqual([{ d: 9223372036854775807n }]);
  });

  it('and names the option that reads whole numbers beyond 2^53, with the digits of the file', () => {
    const nested = parseDdl('a STRUCT<d: BIGINT>, d BIGINT');
    const bad = (line: string) => read(Buffer.from(`${line}\n`), nested, {}).bad[0];
    const remedy = "is beyond 2^53: read it with bigints: 'bigint'";
    expect(bad('{"d":9007199254740993}')).toContain(`column d: 9007199254740993 ${remedy}`);
    expect(bad('{"a":{"d":-9007199254740993}}')).toContain(remedy);
    expect(bad('{"d":9223372036854775808}')).toContain('9223372036854775808 is no BIGINT');
    expect(bad('{"d":"9007199254740993"}')).toContain('"9007199254740993" is no BIGINT');
  });

  it('nested as deep as a record may be, and refused beyond', () => {
    const nested = (depth: number) => `{"z":${'['.repeat(depth)}${']'.repeat(depth)},"a":1}`;
    expect(read(Buffer.from(`${nested(400)}\n`), schema, {}).rows).toHaveLength(1);
    const deep = read(Buffer.from(`${nested(100_000)}\n`), schema, {});
    expect(deep.rows).toHaveLength(0);
    expect(deep.bad[0]).toMatch(/nested deeper than 500/);
  });

  it('for any schema, any record of it, keys in any order, and any damage to the bytes', () => {
    const property = fc.property(
      structArbitrary.chain((struct) =>
        fc.record({
          struct: fc.constant(struct),
          texts: fc.array(valueText(struct), { minLength: 1, maxLength: 4 }),
          damage: fc.array(
            fc.tuple(
              fc.nat(400),
              fc.oneof(
                fc.nat(255),
                fc.constantFrom(34, 44, 58, 92, 123, 125, 91, 93, 32, 45, 46, 48, 101),
              ),
              fc.nat(2),
            ),
          ),
          options: fc.record({
            bigints: fc.constantFrom('number' as const, 'bigint' as const),
            timestamps: fc.constantFrom('date' as const, 'ms' as const),
            epochUnit: fc.constantFrom('seconds' as const, 'ms' as const),
          }),
        }),
      ),
      ({ struct, texts, damage, options }) => {
        const whole = texts.map((text) => Buffer.from(text));
        agree(whole, struct, options);
        agree(
          whole.map((line) => damaged(line, damage)),
          struct,
          options,
        );
      },
    );
    fc.assert(property, { numRuns: 120 });
  });
});

it('reads usual lines without JSON.parse, whatever the order of keys (generated code)', () => {
  const rules = jsonRules(schema, {});
  const refuse = () => {
    throw new TypeError('not from the bytes');
  };
  const bad = new BadRecords<AnyRow>('test', 'file', undefined, {
    failed: refuse,
    dropped: refuse,
  });
  const decoder = new JsonLineDecoder({ ...rules, parse: refuse }, undefined, 0, bad);
  const lines = [
    '{"a":1,"b":"x \\"y\\" é","c":0.25,"d":1700000000000,"e":true,"f":[1,2],"g":{"x":1,"y":"z"},"h":{"k":1},"i":1.5,"t":1700000000}',
    '{"z":[1,{}],"t":"2024-01-01T00:00:00Z","g": {"y": "z", "x": 1}, "a": -7}\r',
    ' {"b":"\\u00e9"} ',
  ];
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const rows: AnyRow[] = [];
  expect(decoder.decode(bytes, 0, bytes.length, rows)).toBe(bytes.length);
  expect(rows).toEqual(lines.map(oracle(schema, {})));
  expect(decoder.line).toBe(3);
});

/** Changes, removes or doubles bytes; never makes a line feed. */
function damaged(line: Buffer, damage: readonly (readonly [number, number, number])[]): Buffer {
  const bytes = [...line];
  for (const [place, byte, what] of damage) {
    const at = place % Math.max(1, bytes.length);
    if (what === 0) bytes.splice(at, 1);
    else bytes.splice(at, what - 1, byte === 10 ? 32 : byte);
  }
  return Buffer.from(bytes);
}

describe('a STRING takes what is no string as it is written, as in Spark', () => {
  const strings = parseDdl('s STRING, n DECIMAL(20,2), t TIMESTAMP');
  it.each([
    ['9007199254740993'],
    ['1e400'],
    ['1.10'],
    ['-0'],
    ['-0.0'],
    ['1E3'],
    ['{"id":9007199254740993,"p":1.10}'],
    ['{ "a" :  [1 , 2.50 ], "a":1e400 , "u":"\\u00e9\\/x\\n" }'],
    ['[ ]'],
    ['true'],
    ['[1, {"b" : "é"}]'],
  ])('%s', (written) => {
    const line = Buffer.from(`{"s":  ${written} }`);
    agree([line], strings);
    agree([line], parseDdl('s STRING'));
    expect(read(Buffer.concat([line, Buffer.from('\n')]), strings, {}).rows).toEqual([
      { s: written, n: null, t: null },
    ]);
  });

  it('in arrays, maps and structs, beside a long number for a TIMESTAMP', () => {
    const nested = parseDdl(
      'a ARRAY<STRING>, m MAP<STRING,STRING>, u STRUCT<v: STRING>, t TIMESTAMP',
    );
    const line = Buffer.from(
      '{"a":[1.10, {"x" : 1e3}, "q", null],"m":{"k":1.10,"l":{ "a":1}},"u":{"v":-0},"t":1700000000.00000000}\n',
    );
    expect(read(line, nested, {}).rows).toEqual([
      {
        a: ['1.10', '{"x" : 1e3}', 'q', null],
        m: new Map([
          ['k', '1.10'],
          ['l', '{ "a":1}'],
        ]),
        u: { v: '-0' },
        t: new Date(1_700_000_000_000),
      },
    ]);
    expect(read(line, nested, {}, 'row by row')).toEqual(read(line, nested, {}));
  });
});

describe('a key that stands twice gives its last value that can be read, and a bad record if one cannot', () => {
  const day = new Date('2024-01-01T00:00:00Z');
  // As a Spark 4.3 answers.
  it.each([
    ['a INT', '{"a":1,"a":"x"}', { a: 1 }, 'bad'],
    ['a INT', '{"a":"x","a":1}', { a: 1 }, 'bad'],
    ['a INT', '{"a":1,"a":2}', { a: 2 }, 'good'],
    ['a INT', '{"a":1,"a":null}', { a: null }, 'good'],
    ['a INT', '{"a":null,"a":1}', { a: 1 }, 'good'],
    ['a INT', '{"a":"x","a":null}', { a: null }, 'bad'],
    ['a INT', '{"a":"x","a":"y"}', { a: null }, 'bad'],
    ['a INT', '{"a":1,"a":"x","a":3}', { a: 3 }, 'bad'],
    ['a INT', '{"a":1,"a":2,"a":"x","a":"y"}', { a: 2 }, 'bad'],
    ['a INT', '{"a":1,"a":2147483648}', { a: 1 }, 'bad'],
    ['a INT', '{"a":1,"\\u0061":"x"}', { a: 1 }, 'bad'],
    ['a INT, b STRING', '{"a":"x","b":"p","a":2}', { a: 2, b: 'p' }, 'bad'],
    ['a INT, b STRING', '{"z":1,"z":[1],"a":3,"b":{"z":1},"b":"q"}', { a: 3, b: 'q' }, 'good'],
    ['s STRUCT<a: INT>', '{"s":{"a":1,"a":"x"}}', { s: { a: 1 } }, 'bad'],
    ['s STRUCT<a: INT>', '{"s":{"a":"x","a":1}}', { s: { a: 1 } }, 'bad'],
    ['s STRUCT<a: INT>', '{"s":{"a":1},"s":{"a":"x"}}', { s: { a: null } }, 'bad'],
    ['s STRUCT<a: INT>', '{"s":{"a":1},"s":{}}', { s: { a: null } }, 'good'],
    ['s STRUCT<a: INT>', '{"s":{"a":1},"s":null}', { s: null }, 'good'],
    ['s STRUCT<a: INT>', '{"s":{"a":1},"s":5}', { s: { a: 1 } }, 'bad'],
    ['s STRUCT<a: INT>', '{"s":5,"s":{"a":1}}', { s: { a: 1 } }, 'bad'],
    ['m MAP<STRING, INT>', '{"m":{"a":1,"a":2}}', { m: new Map([['a', 2]]) }, 'good'],
    ['m MAP<STRING, INT>', '{"m":{"a":1,"a":null}}', { m: new Map([['a', null]]) }, 'good'],
    ['m MAP<STRING, INT>', '{"m":{"a":1,"a":"x"}}', { m: null }, 'bad'],
    ['m MAP<STRING, INT>', '{"m":{"a":"x","a":2}}', { m: null }, 'bad'],
    ['m MAP<STRING, INT>', '{"m":{"a":1},"m":{"b":2}}', { m: new Map([['b', 2]]) }, 'good'],
    ['m MAP<STRING, INT>', '{"m":{"a":"x"},"m":{"b":2}}', { m: new Map([['b', 2]]) }, 'bad'],
    ['m MAP<STRING, INT>', '{"m":{"a":1},"m":{"b":"x"}}', { m: new Map([['a', 1]]) }, 'bad'],
    [
      'r ARRAY<STRUCT<a: INT>>',
      '{"r":[{"a":1,"a":"x"},{"a":2}]}',
      { r: [{ a: 1 }, { a: 2 }] },
      'bad',
    ],
    ['r ARRAY<STRUCT<a: INT>>', '{"r":[{"a":1}],"r":[{"a":"x"}]}', { r: [{ a: null }] }, 'bad'],
    ['r ARRAY<STRUCT<a: INT>>', '{"r":[{"a":1}],"r":[{"a":2,"a":3}]}', { r: [{ a: 3 }] }, 'good'],
    ['k ARRAY<INT>', '{"k":["x"],"k":[1]}', { k: [1] }, 'bad'],
    ['k ARRAY<INT>', '{"k":[1],"k":5}', { k: [1] }, 'bad'],
    ['d DOUBLE, f BOOLEAN', '{"d":true,"d":1.5,"f":true,"f":1}', { d: 1.5, f: true }, 'bad'],
    ['t TIMESTAMP', '{"t":"x","t":"2024-01-01"}', { t: day }, 'bad'],
    ['t TIMESTAMP', '{"t":"2023-01-01","t":"2024-01-01"}', { t: day }, 'good'],
  ] as const)('%s: %s', (ddl, line, row, what) => {
    const schema = parseDdl(`${ddl}, bad STRING`);
    const lines = Buffer.from(`${line}\n`);
    const threaded = cellLayout(schema, {}) ? (['cells'] as const) : [];
    for (const way of ['bytes', 'row by row', ...threaded] as const) {
      const rowsOf = (mode?: 'PERMISSIVE' | 'DROPMALFORMED') =>
        read(lines, schema, { corruptColumn: 'bad' }, way, mode);
      const kept = { ...row, bad: what === 'bad' ? line : null };
      expect(rowsOf('PERMISSIVE').rows).toEqual([kept]);
      expect(rowsOf('DROPMALFORMED').rows).toEqual(what === 'bad' ? [] : [kept]);
      expect(rowsOf().bad).toHaveLength(what === 'bad' ? 1 : 0);
    }
  });

  it('and the error names the value that cannot be read', () => {
    const { bad } = read(Buffer.from('{"a":1,"a":"x","a":3}\n'), parseDdl('a INT'), {});
    expect(bad[0]).toContain('column a: "x" is no INT');
  });
});
