import fc from 'fast-check';
import { Decimal } from '../../lib/schema/decimal.js';
import { divideHalfUp } from '../../lib/schema/decimalMath.js';

/** A Decimal of at most `digits` digits. */
const decimals = (digits: number): fc.Arbitrary<Decimal> =>
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** BigInt(digits) - 1n }), fc.boolean(), fc.nat(digits))
    .map(([n, negative, scale]) => new Decimal(negative ? -n : n, scale, digits));

/** Both values as whole numbers of a common scale. */
const common = (a: Decimal, b: Decimal): [bigint, bigint, number] => {
  const scale = Math.max(a.scale, b.scale);
  const up = (d: Decimal): bigint => d.unscaled * 10n ** BigInt(scale - d.scale);
  return [up(a), up(b), scale];
};

describe('Decimal.of', () => {
  it.each([
    ['0', 0n, 0, 1],
    ['-0', 0n, 0, 1],
    ['1.50', 150n, 2, 3],
    ['0.05', 5n, 2, 2],
    ['.5', 5n, 1, 1],
    ['5.', 5n, 0, 1],
    ['+12.34', 1234n, 2, 4],
    [' -7 ', -7n, 0, 1],
    ['1e3', 1000n, 0, 4],
    ['1.5E-3', 15n, 4, 4],
    ['1.25e1', 125n, 1, 3],
    ['0e999999', 0n, 0, 1],
    ['1e-999999', 0n, 0, 1],
    ['12345678901234567890123456789012345678', 12345678901234567890123456789012345678n, 0, 38],
  ])('reads %s', (text, unscaled, scale, precision) => {
    const read = Decimal.of(text);
    expect([read.unscaled, read.scale, read.precision]).toEqual([unscaled, scale, precision]);
  });

  it.each([
    '',
    ' ',
    '.',
    '-',
    '+.',
    '1.2.3',
    '1e',
    '1e+',
    'e5',
    '1,5',
    '0x10',
    'NaN',
    'Infinity',
    '1 2',
    '--1',
    '1e40',
    '1e9999999',
    '１',
    `${'9'.repeat(39)}`,
    '1'.repeat(2000),
  ])('refuses %j', (text) => {
    expect(Decimal.tryParse(text)).toBeUndefined();
    expect(() => Decimal.of(text)).toThrow(RangeError);
  });

  it('takes numbers by their shortest digits, and bigints', () => {
    expect(Decimal.of(0.1).toString()).toBe('0.1');
    expect(Decimal.of(1e21).toString()).toBe('1000000000000000000000');
    expect(Decimal.of(1.5e-7).toString()).toBe('0.00000015');
    expect(Decimal.of(-42n).toString()).toBe('-42');
    for (const none of [Number.NaN, Infinity, 10n ** 38n]) {
      expect(() => Decimal.of(none)).toThrow(RangeError);
    }
    expect(() => Decimal.of(null as never)).toThrow(TypeError);
  });

  it('gives short numbers and text the value that their digits have', () => {
    const shapes = fc
      .nat(15)
      .chain((scale) =>
        fc.integer({ min: Math.max(1, scale), max: 38 }).map((precision) => ({ precision, scale })),
      );
    const digits = fc
      .tuple(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.nat(12))
      .map(([n, s]) => n / 10 ** s);
    const show = (d: Decimal | undefined): unknown => d && [d.unscaled, d.scale, d.precision];
    fc.assert(
      fc.property(fc.oneof(digits, fc.double({ noNaN: true })), shapes, (n, shape) => {
        // a blank in front keeps text off the short cut
        const exact = show(Decimal.tryParse(` ${n}`, shape));
        expect(show(Decimal.tryNumber(n, shape))).toEqual(exact);
        expect(show(Decimal.tryParse(String(n), shape))).toEqual(exact);
      }),
      { numRuns: 2000 },
    );
    expect(Decimal.tryNumber(1.005, { precision: 5, scale: 2 })?.toString()).toBe('1.01');
    expect(Decimal.tryNumber(-0, { precision: 5, scale: 2 })?.toString()).toBe('0.00');
    expect(Decimal.tryNumber(Number.NaN, { precision: 5, scale: 2 })).toBeUndefined();
  });

  it('rounds half up to the scale of a column, away from zero', () => {
    const shape = { precision: 5, scale: 2 };
    expect(String(Decimal.tryParse('1.005', shape))).toBe('1.01');
    expect(String(Decimal.tryParse('-1.005', shape))).toBe('-1.01');
    expect(String(Decimal.tryParse('1.00499', shape))).toBe('1.00');
    expect(String(Decimal.tryParse('7', shape))).toBe('7.00');
    expect(String(Decimal.tryParse('999.99', shape))).toBe('999.99');
    expect(Decimal.tryParse('999.995', shape)).toBeUndefined();
    expect(Decimal.tryParse('1000', shape)).toBeUndefined();
  });
});

describe('Decimal arithmetic', () => {
  it('has the types of Spark', () => {
    const shapeOf = (d: Decimal): string => `${d.precision},${d.scale}`;
    const price = new Decimal(995n, 2, 10);
    const rate = new Decimal(5n, 3, 4);
    expect(shapeOf(price.add(rate))).toBe('12,3');
    expect(shapeOf(price.mul(rate))).toBe('15,5');
    expect(shapeOf(price.div(rate))).toBe('18,7');
    expect(shapeOf(new Decimal(1n, 10, 38).mul(new Decimal(1n, 10, 38)))).toBe('38,6');
    expect(Decimal.sumShape({ precision: 10, scale: 2 })).toEqual({ precision: 20, scale: 2 });
    expect(Decimal.sumShape({ precision: 38, scale: 2 })).toEqual({ precision: 38, scale: 2 });
    expect(Decimal.avgShape({ precision: 10, scale: 2 })).toEqual({ precision: 14, scale: 6 });
    expect(Decimal.avgShape({ precision: 38, scale: 37 })).toEqual({ precision: 38, scale: 38 });
  });

  it('refuses what does not fit, and division by zero', () => {
    const largest = new Decimal(10n ** 38n - 1n, 0, 38);
    expect(() => largest.add(1)).toThrow(/more than 38 digits/);
    expect(() => largest.mul(10)).toThrow(/more than 38 digits/);
    expect(() => largest.div(0)).toThrow(/divided by zero/);
    expect(() => largest.rescale(1)).toThrow(/does not fit DECIMAL\(38,1\)/);
    expect(() => Decimal.of('12.34').rescale(2, 3)).toThrow(/does not fit DECIMAL\(3,2\)/);
    expect(() => Decimal.of(1).rescale(-1)).toThrow(/is no type/);
    expect(() => Decimal.of(1).rescale(3, 2)).toThrow(/is no type/);
  });

  it('adds and subtracts as whole numbers do', () => {
    fc.assert(
      fc.property(decimals(15), decimals(15), (a, b) => {
        const [x, y, scale] = common(a, b);
        const sum = a.add(b);
        expect([sum.unscaled, sum.scale]).toEqual([x + y, scale]);
        expect(a.sub(b).unscaled).toBe(x - y);
        expect(a.add(b).equals(b.add(a))).toBe(true);
        expect(a.add(b).sub(b).equals(a)).toBe(true);
      }),
    );
  });

  it('multiplies and divides as whole numbers do', () => {
    fc.assert(
      fc.property(decimals(12), decimals(12), (a, b) => {
        const product = a.mul(b);
        expect([product.unscaled, product.scale]).toEqual([
          a.unscaled * b.unscaled,
          a.scale + b.scale,
        ]);
        if (b.unscaled === 0n) return;
        const quotient = a.div(b);
        const error = quotient.unscaled * b.unscaled * 10n ** BigInt(a.scale) * 2n;
        const exact = a.unscaled * 10n ** BigInt(quotient.scale + b.scale) * 2n;
        const bound = (b.unscaled < 0n ? -b.unscaled : b.unscaled) * 10n ** BigInt(a.scale);
        expect(exact - error <= bound && error - exact <= bound).toBe(true);
      }),
    );
  });

  it('orders by value', () => {
    fc.assert(
      fc.property(decimals(18), decimals(18), (a, b) => {
        const [x, y] = common(a, b);
        expect(a.compare(b)).toBe(x === y ? 0 : x < y ? -1 : 1);
        expect(a.compare(b) + b.compare(a)).toBe(0);
        expect(a.equals(b)).toBe(x === y);
      }),
    );
    expect(Decimal.of('1.50').equals('1.5')).toBe(true);
    expect(Decimal.of('10') > Decimal.of('9')).toBe(true);
    expect(Decimal.of(-3).abs().equals(3)).toBe(true);
    expect([-2, 0, 5].map((n) => Decimal.of(n).sign())).toEqual([-1, 0, 1]);
  });

  it('rounds halves away from zero', () => {
    const cases = [
      [5n, 2n, 3n],
      [-5n, 2n, -3n],
      [5n, -2n, -3n],
      [4n, 3n, 1n],
      [-4n, 3n, -1n],
      [0n, 7n, 0n],
    ] as const;
    for (const [a, b, result] of cases) expect(divideHalfUp(a, b)).toBe(result);
  });

  it('writes text that reads back to the same value', () => {
    fc.assert(
      fc.property(decimals(38), (d) => {
        const read = Decimal.of(d.toString());
        expect([read.unscaled, read.scale]).toEqual([d.unscaled, d.scale]);
        expect(d.toNumber()).toBe(Number(d.toString()));
      }),
    );
    expect(JSON.stringify({ d: Decimal.of('-0.050') })).toBe('{"d":"-0.050"}');
    expect(`${Decimal.of('2.10')}`).toBe('2.10');
  });

  it('agrees with the sum of a list at any scale', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), { maxLength: 50 }),
        fc.nat(6),
        (list, scale) => {
          const sum = list.reduce(
            (d, n) => d.add(new Decimal(n, scale, 20)).rescale(scale, 30),
            Decimal.of(0).rescale(scale, 30),
          );
          expect(sum.unscaled).toBe(list.reduce((a, b) => a + b, 0n));
        },
      ),
    );
  });
});
