import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { Decimal } from '../../../lib/schema/decimal.js';
import { canonicalKey, sortedNames } from '../../../lib/state/canonicalKey.js';
import { ByteWriter } from '../../../state/codec/byteWriter.js';
import { decodeKey, writeKey } from '../../../state/codec/keyCodec.js';
import { NotEncodable } from '../../../state/codec/notEncodable.js';
import { key } from './keyArbitrary.js';

function bytesOf(value: unknown): Buffer {
  const out = new ByteWriter(1);
  writeKey(out, value);
  return Buffer.from(out.content());
}

function rankOf(value: unknown): number {
  const kinds = [
    'null',
    'boolean',
    'number',
    'bigint',
    'Decimal',
    'string',
    'Date',
    'bytes',
    'array',
  ];
  const kind =
    value === null || value === undefined
      ? 'null'
      : typeof value !== 'object'
        ? typeof value
        : Array.isArray(value)
          ? 'array'
          : value instanceof Uint8Array
            ? 'bytes'
            : value.constructor.name;
  return kinds.indexOf(kind) < 0 ? kinds.length : kinds.indexOf(kind);
}

const numbers = (a: number, b: number) =>
  Number.isNaN(a) || Number.isNaN(b)
    ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
    : Number(a > b) - Number(a < b);

/** The order that the bytes must have, written down plainly. */
function compare(a: never, b: never): number {
  const rank = rankOf(a);
  if (rank !== rankOf(b)) return rank - rankOf(b);
  if (typeof a === 'number') return numbers(a, b);
  if ((a as unknown) instanceof Date) return numbers(+a, +b);
  if ((a as unknown) instanceof Uint8Array) return Buffer.compare(a, b);
  if ((a as unknown) instanceof Decimal) return compareDecimals(a, b);
  if (Array.isArray(a)) return compareLists(a, b);
  if (rank === 0) return 0;
  if (typeof a !== 'object') return Number(a > b) - Number(a < b);
  return compareLists(fieldsOf(a), fieldsOf(b));
}

const fieldsOf = (record: object) =>
  sortedNames(record).flatMap((name) => [name, Reflect.get(record, name)]);

function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.scale !== b.scale) return a.scale - b.scale;
  if (a.unscaled !== b.unscaled) return a.unscaled < b.unscaled ? -1 : 1;
  return a.precision - b.precision;
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i] as never, b[i] as never);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

describe('the codec of keys', () => {
  it('keeps the order of keys', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(Buffer.compare(bytesOf(a), bytesOf(b)))).toBe(
          Math.sign(compare(a as never, b as never)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the order of tuples, whatever is behind', () => {
    const text = fc
      .array(fc.constantFrom('\u0000', '\u0001', 'a', 'b', '\uffff'))
      .map((c) => c.join(''));
    fc.assert(
      fc.property(fc.tuple(text, text), fc.tuple(text, text), (a, b) => {
        expect(Math.sign(Buffer.compare(bytesOf(a), bytesOf(b)))).toBe(
          Math.sign(compareLists(a, b)),
        );
      }),
    );
  });

  it('gives back what was written', () => {
    fc.assert(
      fc.property(key, (value) => {
        expect(decodeKey(bytesOf(value))).toEqual(E.right(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('tells apart what canonicalKey tells apart, and only that', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const same = Object.is(canonicalKey(a, 'op'), canonicalKey(b, 'op'));
        expect(bytesOf(a).equals(bytesOf(b))).toBe(same || (a === 0 && b === 0));
      }),
      { numRuns: 1000 },
    );
  });

  it('makes no key a prefix of another', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const [x, y] = [bytesOf(a), bytesOf(b)];
        expect(x.length < y.length && x.equals(y.subarray(0, x.length))).toBe(false);
      }),
    );
  });

  it('orders numbers exactly', () => {
    const sorted = [
      Number.NEGATIVE_INFINITY,
      -1.5,
      -1,
      -5e-324,
      0,
      5e-324,
      1,
      2 ** 53,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ];
    expect(
      sorted
        .map(bytesOf)
        .sort(Buffer.compare)
        .map((b) => E.toUnion(decodeKey(b))),
    ).toEqual(sorted);
    expect(bytesOf(-0)).toEqual(bytesOf(0));
  });

  it.each([
    ['nothing', []],
    ['an unknown tag', [0x7f]],
    ['a number cut short', [0x10, 1, 2]],
    ['text without end', [0x20, 0x61]],
    ['a wrong escape', [0x20, 1, 7, 0]],
    ['an array without end', [0x38, 0x05]],
    ['a bigint longer than its bytes', [0x14, 1, 0xff, 0xff, 0xff, 0xff, 1]],
    ['a key with something behind', [0x05, 0x05]],
    ['endless nesting', new Array(1000).fill(0x38)],
  ])('refuses %s', (_name, bytes) => {
    expect(E.isLeft(decodeKey(Uint8Array.from(bytes)))).toBe(true);
  });

  it('never throws and never hangs on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        decodeKey(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([[() => 1], [Symbol('s')], [new Map()], [/a/]])('refuses to write %p', (value) => {
    expect(() => bytesOf(value)).toThrow(NotEncodable);
  });
});
