import fc from 'fast-check';
import { StreamingError } from '../../lib/errors.js';
import { parseDdl } from '../../lib/schema/ddl.js';
import { formatDdl } from '../../lib/schema/formatDdl.js';
import type { DataType, StructType } from '../../lib/schema/types.js';

const failure = (text: string): StreamingError => {
  try {
    parseDdl(text);
  } catch (error) {
    if (error instanceof StreamingError) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
};

/** Any struct of at most `depth` levels. */
const structs = (depth: number): fc.Arbitrary<StructType> =>
  fc
    .uniqueArray(
      fc.tuple(
        fc.oneof(
          fc.string({ minLength: 1 }),
          fc.constantFrom('__proto__', 'constructor', 'struct', 'a b', '`', 'NOT'),
        ),
        types(depth),
        fc.boolean(),
      ),
      {
        selector: ([name]) => name,
        maxLength: 4,
      },
    )
    .map((fields) => ({
      type: 'struct',
      fields: fields.map(([name, dataType, nullable]) => ({ name, dataType, nullable })),
    }));

const plain = fc.constantFrom<DataType[]>(
  ...(
    [
      'boolean',
      'tinyint',
      'smallint',
      'int',
      'bigint',
      'float',
      'double',
      'string',
      'binary',
      'date',
      'timestamp',
    ] as const
  ).map((type) => ({ type })),
);
const decimals = fc.tuple(fc.integer({ min: 1, max: 38 }), fc.nat(38)).map(
  ([precision, scale]): DataType => ({
    type: 'decimal',
    precision,
    scale: Math.min(scale, precision),
  }),
);

function types(depth: number): fc.Arbitrary<DataType> {
  if (depth === 0) return fc.oneof(plain, decimals);
  return fc.oneof(
    plain,
    decimals,
    fc
      .tuple(types(depth - 1), fc.boolean())
      .map(([element, containsNull]): DataType => ({ type: 'array', element, containsNull })),
    fc.tuple(fc.oneof(plain, decimals), types(depth - 1), fc.boolean()).map(
      ([key, value, valueContainsNull]): DataType => ({
        type: 'map',
        key,
        value,
        valueContainsNull,
      }),
    ),
    structs(depth - 1),
  );
}

describe('parseDdl', () => {
  it('reads columns, nested types and NOT NULL', () => {
    expect(
      parseDdl(
        'a INT, b STRING NOT NULL, c ARRAY<STRUCT<x: DOUBLE, y: ARRAY<STRING>>>, d MAP<STRING, DECIMAL(10,2)>',
      ),
    ).toEqual({
      type: 'struct',
      fields: [
        { name: 'a', dataType: { type: 'int' }, nullable: true },
        { name: 'b', dataType: { type: 'string' }, nullable: false },
        {
          name: 'c',
          nullable: true,
          dataType: {
            type: 'array',
            containsNull: true,
            element: {
              type: 'struct',
              fields: [
                { name: 'x', dataType: { type: 'double' }, nullable: true },
                {
                  name: 'y',
                  dataType: { type: 'array', element: { type: 'string' }, containsNull: true },
                  nullable: true,
                },
              ],
            },
          },
        },
        {
          name: 'd',
          nullable: true,
          dataType: {
            type: 'map',
            key: { type: 'string' },
            value: { type: 'decimal', precision: 10, scale: 2 },
            valueContainsNull: true,
          },
        },
      ],
    });
  });

  it.each([
    [
      'a byte, b Short, c INTEGER, d long, e REAL',
      'a TINYINT, b SMALLINT, c INT, d BIGINT, e FLOAT',
    ],
    [
      'a DEC, b NUMERIC(5), c decimal( 38 , 38 )',
      'a DECIMAL(10,0), b DECIMAL(5,0), c DECIMAL(38,38)',
    ],
    ['b timestamp_ltz', 'b TIMESTAMP'],
    ['a:INT,b : STRING', 'a INT, b STRING'],
    [
      "`odd name` BIGINT COMMENT 'it''s \\' odd', `b``c` INT NOT NULL COMMENT \"x\"",
      '`odd name` BIGINT, `b``c` INT NOT NULL',
    ],
    ['-- when\na INT, /* , b FOO */ c\n\tDOUBLE -- end', 'a INT, c DOUBLE'],
    ['struct<a: int, b: string not null>', 'a INT, b STRING NOT NULL'],
    ['struct INT, array STRUCT<map: INT>', '`struct` INT, array STRUCT<map: INT>'],
    [
      'a STRUCT<>, größe INT, 名前 STRING, 1a INT',
      'a STRUCT<>, `größe` INT, `名前` STRING, `1a` INT',
    ],
    [
      'a ARRAY<INT NOT NULL>, b MAP<INT, STRING NOT NULL>',
      'a ARRAY<INT NOT NULL>, b MAP<INT, STRING NOT NULL>',
    ],
    ['__proto__ INT, constructor STRING', '__proto__ INT, constructor STRING'],
    ['', ''],
    ['  \n -- nothing', ''],
  ])('reads %s', (text, formatted) => {
    expect(formatDdl(parseDdl(text))).toBe(formatted);
  });

  it('reads back what formatDdl writes', () => {
    fc.assert(
      fc.property(structs(3), (schema) => {
        const text = formatDdl(schema);
        expect(parseDdl(text)).toEqual(schema);
        expect(formatDdl(parseDdl(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['a', 'expected the type of column "a", found the end', 2],
    ['a INT b STRING', 'expected "," or the end, found "b"', 7],
    ['a INT,', 'expected a column name, found the end', 7],
    [', a INT', 'expected a column name, found ","', 1],
    ['a DUBLE', 'unknown type "DUBLE", did you mean DOUBLE?', 3],
    ['a STRNG', 'did you mean STRING?', 3],
    ['a timestamp_ntz', 'unknown type "timestamp_ntz": use TIMESTAMP and leave timeZone', 3],
    ['a VARCHAR(10)', 'unknown type "VARCHAR": use STRING', 3],
    ['a GEOGRAPHY', 'types are BOOLEAN, TINYINT', 3],
    ['a INT NOT', 'expected NULL behind NOT, found the end', 10],
    ['a INT, a STRING', 'column "a" is there twice', 8],
    ['a ARRAY<INT', 'expected ">" at the end of ARRAY<…>, found the end', 12],
    ['a ARRAY INT', 'expected "<" behind ARRAY, found "INT"', 9],
    ['a MAP<STRING>', 'expected "," behind the key type', 13],
    ['a MAP<ARRAY<INT>, INT>', 'a map key cannot be ARRAY', 7],
    ['a STRUCT<x: INT', 'expected "," or ">" in STRUCT<…>', 16],
    ['a DECIMAL(0)', 'a whole number from 1 to 38', 11],
    ['a DECIMAL(39,2)', 'a whole number from 1 to 38', 11],
    ['a DECIMAL(5,6)', 'a whole number from 0 to 5', 13],
    ['a DECIMAL(5,2', 'expected ")"', 14],
    ['`a INT', 'a column name has no closing `', 1],
    ['odd-name INT', 'expected the type of column "odd", found "-"', 4],
    ['a INT COMMENT x', 'expected quoted text behind COMMENT', 15],
    ["a INT COMMENT 'x", "a comment has no closing '", 15],
    ['a INT /* x', 'a comment has no closing */', 7],
    ['STRUCT<a INT> x', 'expected the end', 15],
    ['a INT 😀', 'expected "," or the end, found "😀"', 7],
  ])('points at what is wrong in %j', (text, problem, column) => {
    const error = failure(text);
    expect(error.code).toBe('DDL_INVALID');
    expect(error.message).toContain(problem);
    expect(error.params).toMatchObject({ line: 1, column });
    const [shown, caret] = (error.params as { excerpt: string }).excerpt.split('\n');
    expect(shown?.slice(2)).toBe(text);
    expect(caret).toBe(`${' '.repeat(column + 1)}^`);
  });

  it('shows the line and keeps the caret in place on long lines and behind tabs', () => {
    const error = failure(`a INT,\r\n\tb\tFOO,\r\nc INT`);
    expect(error.message).toBe(
      'schema is no DDL: unknown type "FOO"; types are BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL, STRING, BINARY, DATE, TIMESTAMP, ARRAY, MAP, STRUCT at line 2, column 4\n  \tb\tFOO,\n  \t \t^'.replace(
        '"FOO";',
        '"FOO";',
      ),
    );
    const long = failure(`${'a'.repeat(500)} INT, b FOO, ${'c'.repeat(500)} INT`).params as {
      excerpt: string;
    };
    const [shown, caret] = long.excerpt.split('\n');
    expect(shown?.length).toBeLessThan(130);
    expect(shown?.slice((caret?.length ?? 0) - 1)).toMatch(/^FOO/);
  });

  it('is bounded in length and depth', () => {
    expect(failure('a'.repeat(1_000_001)).message).toContain('more than 1000000 characters');
    expect(failure(`a ${'ARRAY<'.repeat(5000)}`).message).toContain('nested deeper than 100 types');
    const deep = `a ${'ARRAY<'.repeat(90)}INT${'>'.repeat(90)}`;
    expect(formatDdl(parseDdl(deep))).toBe(deep);
    expect(
      parseDdl(Array.from({ length: 5000 }, (_, i) => `c${i} INT`).join()).fields,
    ).toHaveLength(5000);
  });

  it('reads or refuses any text, and nothing else', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      'INT',
      ',',
      'ARRAY<',
      'STRUCT<',
      'MAP<',
      '>',
      '(',
      '10',
      ')',
      '`',
      "'",
      'NOT NULL',
      'COMMENT',
      ':',
      '--',
      '/*',
      '*/',
      '\n',
      'DECIMAL',
      '\\',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece, { maxLength: 30 }).map((p) => p.join('')),
        ),
        (text) => {
          try {
            expect(parseDdl(formatDdl(parseDdl(text)))).toEqual(parseDdl(text));
          } catch (error) {
            expect(error instanceof StreamingError && error.code).toBe('DDL_INVALID');
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
