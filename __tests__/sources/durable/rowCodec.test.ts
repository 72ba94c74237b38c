import * as util from 'node:util';
import fc from 'fast-check';
import { Decimal } from '../../../lib/schema/decimal.js';
import { decodeRow, encodeRow, NotEncodable } from '../../../lib/sources/durable/rowCodec.js';

const roundTrip = (row: unknown): unknown => decodeRow(encodeRow(row));

describe('rowCodec', () => {
  it('gives back what a row may hold', () => {
    const row = {
      at: new Date(5),
      none: undefined,
      nil: null,
      big: 2n ** 70n,
      odd: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0],
      bytes: new Uint8Array([0, 255]),
      map: new Map<unknown, unknown>([[{ a: 1 }, new Set(['x'])]]),
      price: new Decimal(12345n, 2, 10),
      lone: '\ud800',
      $: 'mine',
      nested: { $: { $: 'date', v: 1 } },
    };
    expect(roundTrip(row)).toStrictEqual(row);
    expect(Object.is((roundTrip(row) as typeof row).odd[3], -0)).toBe(true);
  });

  it('keeps an invalid Date invalid', () => {
    expect((roundTrip(new Date(Number.NaN)) as Date).getTime()).toBeNaN();
  });

  it('takes __proto__ and constructor as keys like any other', () => {
    const row = JSON.parse('{"__proto__":{"polluted":1},"constructor":2,"$":3}') as object;
    const back = roundTrip(row) as object;
    expect(JSON.stringify(back)).toBe(JSON.stringify(row));
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('gives back any plain value', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: false,
      withNullPrototype: false,
    });
    // Object.is of two invalid Dates is false: they have their own test above.
    const value = anything.filter(
      (one) => !util.inspect(one, { depth: null }).includes('Invalid Date'),
    );
    fc.assert(fc.property(value, (one) => expect(roundTrip(one)).toEqual(one)));
  });

  it.each([
    [{ f: () => 1 }, 'row.f', 'a function'],
    [[{ s: Symbol('x') }], 'row[0].s', 'a symbol'],
    [{ u: new URL('http://x') }, 'row.u', 'a URL'],
  ])('refuses %p and says where', (row, path, found) => {
    expect(() => encodeRow(row)).toThrow(new NotEncodable(path, found));
  });

  it('refuses a cycle', () => {
    const row: { self?: unknown } = {};
    row.self = row;
    expect(() => encodeRow(row)).toThrow(/nested deeper than 200/);
  });

  it('refuses bytes of another format', () => {
    expect(() => decodeRow(Buffer.from('{"$":"future","v":1}'))).toThrow(/unknown kind "future"/);
    expect(() => decodeRow(Buffer.from('nonsense'))).toThrow(SyntaxError);
  });
});
