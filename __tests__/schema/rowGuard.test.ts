import { parseDdl } from '../../lib/schema/ddl.js';
import { Decimal } from '../../lib/schema/decimal.js';
import { rowGuard } from '../../lib/schema/rowGuard.js';
import type { RowOptions } from '../../lib/schema/rowOf.js';

const accepts = (ddl: string, value: unknown, options?: RowOptions): boolean =>
  rowGuard(parseDdl(`c ${ddl}`), options).accepts({ c: value });

describe('rowGuard', () => {
  it.each<[string, unknown[], unknown[]]>([
    ['BOOLEAN', [true, null, undefined], [1, 'true']],
    ['STRING', ['', 'x'], [1, {}]],
    ['TINYINT', [127, -128], [128, 1.5, '1']],
    ['BIGINT', [2 ** 53 - 1], [2 ** 53, 5n]],
    ['DOUBLE', [1.5, Number.NaN], ['1', 1n]],
    [
      'DECIMAL(5,2)',
      [Decimal.of('999.99'), Decimal.of(5), Decimal.of('0.5')],
      [Decimal.of('1000'), Decimal.of('1.001'), 5],
    ],
    ['BINARY', [new Uint8Array(2), Buffer.from('x')], [[1], 'x']],
    ['DATE', [new Date(0)], [new Date(Number.NaN), 0]],
    ['TIMESTAMP', [new Date(0)], ['2024-01-01']],
    ['ARRAY<INT>', [[], [1, null]], [['x'], {}]],
    ['ARRAY<INT NOT NULL>', [[1]], [[null]]],
    [
      'MAP<STRING, INT>',
      [new Map([['a', 1]]), new Map()],
      [{ a: 1 }, new Map([[1, 1]]), new Map([['a', 'x']])],
    ],
    ['STRUCT<a: INT NOT NULL>', [{ a: 1 }, { a: 1, z: 2 }], [{}, [], 5]],
    ['INT NOT NULL', [1], [null, undefined]],
  ])('%s', (ddl, good, bad) => {
    for (const value of good) expect([value, accepts(ddl, value)]).toEqual([value, true]);
    for (const value of bad) expect([value, accepts(ddl, value)]).toEqual([value, false]);
  });

  it('follows the options', () => {
    expect(accepts('TIMESTAMP', 5, { timestamps: 'ms' })).toBe(true);
    expect(accepts('TIMESTAMP', new Date(5), { timestamps: 'ms' })).toBe(false);
    expect(accepts('BIGINT', 5n, { bigints: 'bigint' })).toBe(true);
    expect(accepts('BIGINT', 2n ** 63n, { bigints: 'bigint' })).toBe(false);
  });

  it('names the first column that is wrong', () => {
    const guard = rowGuard(parseDdl('a INT, b STRUCT<x: INT> NOT NULL, constructor STRING'));
    expect(guard.problem({ a: 1, b: { x: 1 } })).toBeUndefined();
    expect(guard.problem({ a: '1', b: { x: 1 } })).toBe('column a must be INT, got "1"');
    expect(guard.problem({ a: 1 })).toBe('column b is NOT NULL, got undefined');
    expect(guard.problem({ a: 1, b: { x: 5n } })).toBe(
      'column b must be STRUCT<x: INT>, got a value of type Object',
    );
    expect(guard.problem(null)).toBe('a row must be an object, got null');
    expect(guard.problem({ a: new Date(Number.NaN), b: {} })).toBe(
      'column a must be INT, got an invalid Date',
    );
    expect(guard.accepts(5)).toBe(false);
  });
});
