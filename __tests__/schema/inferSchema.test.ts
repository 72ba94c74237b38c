import fc from 'fast-check';
import { BAD } from '../../lib/schema/bad.js';
import { cellsConverter, rowConverter } from '../../lib/schema/convert.js';
import { exactJson } from '../../lib/schema/exactJson.js';
import { formatDdl } from '../../lib/schema/formatDdl.js';
import {
  type InferOptions,
  inferCellsSchema,
  inferJsonSchema,
} from '../../lib/schema/inferSchema.js';

const ofJson = (samples: unknown[], options?: InferOptions): string =>
  formatDdl(inferJsonSchema(samples, options));
const ofCells = (column: (string | null)[], options?: InferOptions): string =>
  formatDdl(
    inferCellsSchema(
      ['c'],
      column.map((text) => [text]),
      options,
    ),
  );

describe('inferJsonSchema', () => {
  it.each<[unknown[], string]>([
    [[], ''],
    [[5, null, 'x', [1]], ''],
    [[{ a: 1 }], 'a BIGINT'],
    [[{ a: 1 }, { a: 1.5 }], 'a DOUBLE'],
    [[{ a: 1e300 }], 'a DOUBLE'],
    [[{ a: 1 }, { a: 'x' }], 'a STRING'],
    [[{ a: true }, { a: 1 }], 'a STRING'],
    [[{ a: null }], 'a STRING'],
    [[{ a: null }, { a: 1 }, { a: null }], 'a BIGINT'],
    [[{ b: 'x' }, { a: true, b: 'y' }], 'b STRING, a BOOLEAN'],
    [[{ a: [] }], 'a ARRAY<STRING>'],
    [[{ a: [] }, { a: [1, null] }, { a: [1.5] }], 'a ARRAY<DOUBLE>'],
    [[{ a: [{ x: 1 }, { y: 'z' }] }], 'a ARRAY<STRUCT<x: BIGINT, y: STRING>>'],
    [[{ a: { x: null } }, { a: { x: { y: 1 } } }], 'a STRUCT<x: STRUCT<y: BIGINT>>'],
    [[{ a: { x: 1 } }, { a: 5 }], 'a STRING'],
    [[JSON.parse('{"__proto__": 1, "constructor": "x"}')], '__proto__ BIGINT, constructor STRING'],
    [[{ t: '2024-01-01T00:00:00Z' }], 't STRING'],
  ])('%j', (samples, ddl) => {
    expect(ofJson(samples)).toBe(ddl);
  });

  it.each([
    ['1716979200000000', 'n BIGINT'],
    ['9007199254740993', 'n DECIMAL(16,0)'],
    ['-18446744073709551616', 'n DECIMAL(20,0)'],
    ['1.000000000000001', 'n DOUBLE'],
    ['12345678901234567e3', 'n DOUBLE'],
  ])('takes %s for %s: no digit of a whole number is lost', (text, ddl) => {
    expect(ofJson([exactJson(`{"n":${text}}`)])).toBe(ddl);
  });

  it('finds times on request', () => {
    const inferTimestamp = true;
    expect(ofJson([{ t: '2024-01-01T00:00:00Z' }], { inferTimestamp })).toBe('t TIMESTAMP');
    expect(ofJson([{ t: '2024-01-01' }, { t: '2024-01-01 10:00:00' }], { inferTimestamp })).toBe(
      't TIMESTAMP',
    );
    expect(ofJson([{ t: '2024-01-01' }, { t: 'x' }], { inferTimestamp })).toBe('t STRING');
  });

  it('gives a schema that takes every sample', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), { maxLength: 8 }),
        (samples) => {
          const schema = inferJsonSchema(samples);
          const rows = rowConverter(schema);
          for (const written of samples) {
            const sample = exactJson(JSON.stringify(written), schema);
            expect([rows.problem(sample), rows.row(sample) === BAD]).toEqual([
              'it is of the schema',
              false,
            ]);
          }
        },
      ),
    );
  });
});

describe('inferCellsSchema', () => {
  it.each<[(string | null)[], string]>([
    [[], 'c STRING'],
    [[null], 'c STRING'],
    [['1', null, '-2'], 'c INT'],
    [['1', '2147483648'], 'c BIGINT'],
    [['1', '9007199254740993'], 'c DECIMAL(16,0)'],
    [['2147483648', '9007199254740993'], 'c DECIMAL(20,0)'],
    [['9007199254740993', '1.5'], 'c DOUBLE'],
    [['1', '1.5'], 'c DOUBLE'],
    [['NaN', '1'], 'c DOUBLE'],
    [['Infinity', '-Infinity', '-Inf'], 'c DOUBLE'],
    [[' 1', '2 '], 'c DOUBLE'], // as a DOUBLE, but not as an INT, blanks around it are read
    [[' '], 'c STRING'],
    [['9'.repeat(50)], 'c DOUBLE'],
    [['true', 'FALSE'], 'c BOOLEAN'],
    [['true', '1'], 'c STRING'],
    [['2024-01-01'], 'c DATE'],
    [['2024-01-01', '2024-01-01 10:00:00'], 'c TIMESTAMP'],
    [['2024-01-01', '5'], 'c STRING'],
    [['x', '1'], 'c STRING'],
    [['2024'], 'c INT'],
    [['10:30'], 'c STRING'],
    [[''], 'c STRING'],
  ])('%j', (column, ddl) => {
    expect(ofCells(column)).toBe(ddl);
  });

  it('follows the options', () => {
    expect(ofCells(['2024-01-01'], { inferTimestamp: false })).toBe('c STRING');
    expect(ofCells(['01.02.2024 10:00'], { timestampFormat: 'dd.MM.yyyy HH:mm' })).toBe(
      'c TIMESTAMP',
    );
    expect(ofCells(['01.02.24'], { dateFormat: 'dd.MM.yy' })).toBe('c DATE');
    expect(formatDdl(inferCellsSchema(['a', 'b'], [['1'], ['2', 'x', 'more']]))).toBe(
      'a INT, b STRING',
    );
  });

  it('gives a schema that takes every cell', () => {
    const cell = fc.option(
      fc.oneof(
        fc.string(),
        fc.integer().map(String),
        fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
        fc.double().map(String),
        fc.constantFrom('true', 'NaN', '2024-01-01', '2024-01-01 10:00', '1e5', '+1'),
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (cells) => {
        const rows = cellsConverter(inferCellsSchema(['a', 'b'], cells));
        for (const each of cells) expect(rows.problem(each)).toBe('it is of the schema');
      }),
    );
  });
});
