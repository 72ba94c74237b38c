import { parseDdl } from '../../lib/schema/ddl.js';
import { formatDdl } from '../../lib/schema/formatDdl.js';
import { field, structType, toStructType } from '../../lib/schema/structType.js';

describe('structType', () => {
  it('builds what the DDL says', () => {
    const inner = structType({ x: 'DOUBLE' });
    expect(structType({ a: 'INT', b: 'STRING NOT NULL', c: inner, d: { type: 'date' } })).toEqual(
      parseDdl('a INT, b STRING NOT NULL, c STRUCT<x: DOUBLE>, d DATE'),
    );
    expect(
      structType([
        field('1', 'INT'),
        field('__proto__', 'INT'),
        field('c', inner, { nullable: false }),
      ]),
    ).toEqual(parseDdl('`1` INT, `__proto__` INT, c STRUCT<x: DOUBLE> NOT NULL'));
    expect(structType({})).toEqual(parseDdl(''));
  });

  it('refuses what is no type', () => {
    expect(() => structType({ a: 'INT, b INT' as 'INT' })).toThrow(/must be one type/);
    expect(() => structType({ a: 5 as never })).toThrow(TypeError);
    expect(() => structType({ 'at home': 'INTT' as 'INT' })).toThrow(
      /unknown type "INTT".* column 11\n {2}`at home` INTT\n/,
    );
    expect(() => structType(null as never)).toThrow(TypeError);
    expect(() => structType([field('a', 'INT'), field('a', 'INT')])).toThrow(/field "a" twice/);
    expect(() => field(5 as never, 'INT')).toThrow(TypeError);
  });
});

describe('toStructType', () => {
  it('takes DDL and structs', () => {
    expect(formatDdl(toStructType('a int', 'schema'))).toBe('a INT');
    const struct = parseDdl('a MAP<STRING, ARRAY<DECIMAL(5,2)>>');
    expect(toStructType(struct, 'schema')).toBe(struct);
  });

  it.each<[unknown, RegExp]>([
    [5, /schema is no type, got 5/],
    [null, /schema is no type, got null/],
    [{}, /schema has unknown type undefined/],
    [{ type: 'int' }, /schema must be a struct, got INT/],
    [{ type: 'struct' }, /schema is a struct without fields/],
    [{ type: 'struct', fields: [null] }, /field without a name/],
    [{ type: 'struct', fields: [{ name: 'a', nullable: true }] }, /schema.a is no type/],
    [
      { type: 'struct', fields: [{ name: 'a', dataType: { type: 'int' } }] },
      /schema.a must say nullable/,
    ],
    [
      { type: 'struct', fields: [{ name: 'a', nullable: true, dataType: { type: 'foo' } }] },
      /schema.a has unknown type "foo"/,
    ],
    [
      {
        type: 'struct',
        fields: [
          { name: 'a', nullable: true, dataType: { type: 'decimal', precision: 40, scale: 0 } },
        ],
      },
      /precision of a DECIMAL/,
    ],
    [
      {
        type: 'struct',
        fields: [
          { name: 'a', nullable: true, dataType: { type: 'decimal', precision: 5, scale: 6 } },
        ],
      },
      /scale of a DECIMAL/,
    ],
    [
      {
        type: 'struct',
        fields: [
          {
            name: 'a',
            nullable: true,
            dataType: {
              type: 'map',
              key: { type: 'array', element: { type: 'int' }, containsNull: true },
              value: { type: 'int' },
              valueContainsNull: true,
            },
          },
        ],
      },
      /map key cannot be ARRAY/,
    ],
  ])('refuses %j', (input, message) => {
    expect(() => toStructType(input as never, 'schema')).toThrow(TypeError);
    expect(() => toStructType(input as never, 'schema')).toThrow(message);
  });

  it('refuses a struct that contains itself', () => {
    const cycle = { type: 'struct' as const, fields: [] as unknown[] };
    cycle.fields.push({ name: 'a', nullable: true, dataType: cycle });
    expect(() => toStructType(cycle as never, 'schema')).toThrow(/nested too deep/);
  });
});
