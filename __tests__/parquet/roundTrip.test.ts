import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { Decimal } from '../../lib/schema/decimal.js';
import type { DataType, StructField, StructType } from '../../lib/schema/types.js';
import { encoded, fileOf, readRows, removeFolder } from './parquetFile.js';

afterAll(removeFolder);

const leaves = [
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
] as const;

const decimalType = fc
  .integer({ min: 1, max: 38 })
  .chain((precision) => fc.record({ precision: fc.constant(precision), scale: fc.nat(precision) }))
  .map((shape): DataType => ({ type: 'decimal', ...shape }));
const leafType = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...leaves).map((type): DataType => ({ type })) },
  { weight: 1, arbitrary: decimalType },
);
const fieldName = fc.oneof(
  fc.constantFrom('a', 'b', '__proto__', 'constructor', 'key', 'list', 'a.b', 'ü 名'),
  fc.string({ minLength: 1, maxLength: 4 }).filter((name) => !/\p{Surrogate}/u.test(name)),
);

function dataType(depth: number): fc.Arbitrary<DataType> {
  if (depth === 0) return leafType;
  const inner = dataType(depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: leafType },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('array' as const),
        element: inner,
        containsNull: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('map' as const),
        key: fc.constantFrom<DataType>({ type: 'string' }, { type: 'int' }, { type: 'boolean' }),
        value: inner,
        valueContainsNull: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: structType(depth - 1) },
  );
}

function structType(depth: number): fc.Arbitrary<StructType> {
  const field = fc.record({
    name: fieldName,
    dataType: fc.constant(null).chain(() => dataType(depth)),
    nullable: fc.boolean(),
  });
  return fc
    .uniqueArray(field, { minLength: 1, maxLength: 3, selector: (each) => each.name })
    .map((fields) => ({ type: 'struct', fields }));
}

function fieldValue(field: Omit<StructField, 'name'>): fc.Arbitrary<unknown> {
  const value = presentValue(field.dataType);
  return field.nullable ? fc.option(value, { nil: null, freq: 3 }) : value;
}

function presentValue(type: DataType): fc.Arbitrary<unknown> {
  switch (type.type) {
    case 'boolean':
      return fc.boolean();
    case 'tinyint':
      return fc.integer({ min: -128, max: 127 });
    case 'smallint':
      return fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 });
    case 'int':
      return fc.integer();
    case 'bigint':
      return fc.maxSafeInteger();
    case 'float':
      return fc.float();
    case 'double':
      return fc.double();
    case 'string':
      return fc.string({ unit: 'binary' });
    case 'binary':
      return fc.uint8Array({ maxLength: 5 });
    case 'date':
      return fc.integer({ min: -100_000, max: 100_000 }).map((day) => new Date(day * 86_400_000));
    case 'timestamp':
      return fc.date({ noInvalidDate: true });
    case 'decimal': {
      const most = 10n ** BigInt(type.precision) - 1n;
      const unscaled = fc.bigInt({ min: -most, max: most });
      return unscaled.map((digits) => new Decimal(digits, type.scale, type.precision));
    }
    case 'array':
      return fc.array(fieldValue({ dataType: type.element, nullable: type.containsNull }), {
        maxLength: 3,
      });
    case 'map':
      return fc
        .array(
          fc.tuple(
            presentValue(type.key),
            fieldValue({ dataType: type.value, nullable: type.valueContainsNull }),
          ),
          { maxLength: 3 },
        )
        .map((entries) => new Map(entries));
    case 'struct':
      return rowOf(type);
  }
}

/** An object as JSON.parse makes it: every name is an own property. */
function rowOf(schema: StructType): fc.Arbitrary<object> {
  const values = schema.fields.map((field) => fieldValue(field));
  return fc
    .tuple(...values)
    .map((row) => Object.fromEntries(schema.fields.map((field, i) => [field.name, row[i]])));
}

/** jest's own equality takes a column named `constructor` for the class of the row. */
function expectSame(found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return;
  expect(found).toStrictEqual(expected); // shows the difference, if jest sees one
  throw new Error('not deeply equal');
}

const table = structType(2).chain((schema) =>
  fc.record({
    schema: fc.constant(schema),
    rows: fc.array(rowOf(schema), { maxLength: 12 }),
    rowGroupRows: fc.integer({ min: 1, max: 13 }),
    compression: fc.constantFrom('snappy' as const, 'gzip' as const, 'none' as const),
  }),
);

describe('rows written as Parquet', () => {
  it('are read back equal, with the same schema given and with that of the file', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ schema, rows, rowGroupRows, compression }) => {
        const path = await fileOf(await encoded(schema, rows, { rowGroupRows, compression }));
        expectSame(await readRows(path, { schema }), rows);
        expectSame(await readRows(path), rows);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('are read in any split into ranges, each row once', async () => {
    const rows = Array.from({ length: 50 }, (_, n) => ({ n, list: Array(n % 4).fill(n) }));
    const path = await fileOf(
      await encoded('n INT NOT NULL, list ARRAY<INT>', rows, { rowGroupRows: 7 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(50)), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), 50];
        const read: unknown[] = [];
        for (let i = 1; i < at.length; i++) {
          const [from, to] = [at[i - 1] ?? 0, at[i] ?? 0];
          read.push(...(await readRows(path, {}, { byte: 0, row: from }, { byte: 0, row: to })));
        }
        expect(read).toEqual(rows);
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});
