import fc from 'fast-check';
import * as N from 'fp-ts/lib/number.js';
import { Decimal } from '../../lib/schema/decimal.js';
import type { Aggregate } from '../../operators/aggregates/aggregate.js';
import { type Aggregates, aggregatesFor } from '../../operators/aggregates/aggregates.js';
import { fromMonoid } from '../../operators/aggregates/fromMonoid.js';

type Make<T> = (rows: Aggregates<T>) => Aggregate<T, unknown, unknown>;

function resultOf<T>(make: Make<T>, ...values: T[]): unknown {
  const aggregate = make(aggregatesFor<T>());
  return aggregate.result(values.reduce((acc, v) => aggregate.add(acc, v), aggregate.zero()));
}

const itself = <T>(value: T): T => value;

describe('aggregate functions', () => {
  const numbers = [3, null, 1, undefined, 4];
  it.each<[string, Make<number | null | undefined>, unknown, unknown]>([
    ['count()', (r) => r.count(), 5, 0],
    ['count(value)', (r) => r.count(itself), 3, 0],
    ['count where', (r) => r.count({ where: (v) => (v ?? 0) > 2 }), 2, 0],
    ['count(value) where', (r) => r.count(itself, { where: (v) => v !== 3 }), 2, 0],
    ['sum', (r) => r.sum(itself), 8, null],
    ['avg', (r) => r.avg(itself), 8 / 3, null],
    ['min', (r) => r.min(itself), 1, null],
    ['max', (r) => r.max(itself), 4, null],
    ['first', (r) => r.first(itself), 3, null],
    ['last', (r) => r.last(itself), 4, null],
    ['first takes nulls', (r) => r.first(itself, { where: (v) => v !== 3 }), null, null],
    ['last takes nulls', (r) => r.last(itself, { where: (v) => v !== 4 }), null, null],
    ['collectList', (r) => r.collectList(itself), [3, 1, 4], []],
    ['collectSet', (r) => r.collectSet((v) => v && v % 2), [0, 1], []],
    ['countDistinct', (r) => r.countDistinct((v) => v && v % 2), 2, 0],
    ['approxCountDistinct', (r) => r.approxCountDistinct(itself), 3, 0],
    ['varPop', (r) => r.varPop(itself), 14 / 9, null],
    ['varSamp', (r) => r.varSamp(itself), 7 / 3, null],
    ['stddevPop', (r) => r.stddevPop(itself), Math.sqrt(14 / 9), null],
    ['stddevSamp', (r) => r.stddevSamp(itself), Math.sqrt(7 / 3), null],
    ['minBy', (r) => r.minBy((v) => v && -v, itself), -1, null],
    ['maxBy', (r) => r.maxBy((v) => v && -v, itself), -4, null],
    ['fromMonoid', () => fromMonoid(N.MonoidSum)((v) => v ?? 100), 208, 0],
  ])('%s', (_name, make, expected, ofNothing) => {
    const got = resultOf(make, ...numbers);
    if (typeof expected === 'number') expect(got).toBeCloseTo(expected, 12);
    else expect(got).toEqual(expected);
    expect(resultOf(make)).toEqual(ofNothing);
  });

  it('of nulls only is as of nothing', () => {
    for (const make of [
      (r: Aggregates<null>) => r.sum(itself),
      (r: Aggregates<null>) => r.avg(itself),
      (r: Aggregates<null>) => r.max(itself),
      (r: Aggregates<null>) => r.stddevPop(itself),
    ]) {
      expect(resultOf<null>(make, null, null)).toBeNull();
    }
  });

  it('sample deviations of one value are null, population ones 0', () => {
    expect(resultOf<number>((r) => r.stddevSamp(itself), 5)).toBeNull();
    expect(resultOf<number>((r) => r.varSamp(itself), 5)).toBeNull();
    expect(resultOf<number>((r) => r.stddevPop(itself), 5)).toBe(0);
    expect(resultOf<number>((r) => r.varPop(itself), 5)).toBe(0);
  });

  it('variance keeps its digits far from 0', () => {
    expect(resultOf<number>((r) => r.varSamp(itself), 1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16)).toBe(
      30,
    );
  });

  it('sums bigints exactly; their mean is a number', () => {
    const big = 2n ** 64n;
    expect(resultOf<bigint | null>((r) => r.sum(itself), big, null, 1n)).toBe(big + 1n);
    expect(resultOf<bigint>((r) => r.avg(itself), 1n, 2n)).toBe(1.5);
    expect(resultOf<bigint>((r) => r.stddevPop(itself), 1n, 3n)).toBe(1);
  });

  // Both as Spark 4.3 answers.
  it('has the variance of large numbers that are near each other, and of numbers far apart', () => {
    const near = [1000000000000.1, 1000000000000.2, 1000000000000.3];
    expect(resultOf<number>((r) => r.varSamp(itself), ...near)).toBe(0.010013435035943985);
    expect(resultOf<number>((r) => r.varSamp(itself), 1e16, 1, -1e16)).toBe(1e32);
  });

  // As Spark 4.3 orders BINARY, ARRAY and STRUCT.
  it('takes bytes and lists for min and max: by the first element that differs, null first', () => {
    const bytes = [Uint8Array.of(1, 255), Uint8Array.of(128), Uint8Array.of(1)];
    expect(resultOf<Uint8Array>((r) => r.max(itself), ...bytes)).toEqual(Uint8Array.of(128));
    expect(resultOf<Uint8Array>((r) => r.min(itself), ...bytes)).toEqual(Uint8Array.of(1));
    type Bid = readonly [at: number | null, by: string];
    const bids: Bid[] = [
      [2, 'a'],
      [2, 'b'],
      [null, 'z'],
      [1, 'y'],
    ];
    expect(resultOf<Bid>((r) => r.max(itself), ...bids)).toEqual([2, 'b']);
    expect(resultOf<Bid>((r) => r.min(itself), ...bids)).toEqual([null, 'z']);
    expect(resultOf<Bid>((r) => r.maxBy(([, by]) => by, itself), ...bids)).toBe('b');
    const lists = [[1, 2], [1], [1, 2, 0], []];
    expect(resultOf<number[]>((r) => r.max(itself), ...lists)).toEqual([1, 2, 0]);
    expect(resultOf<number[]>((r) => r.min(itself), ...lists)).toEqual([]);
  });

  it('refuses a sum or mean of Decimals that no DECIMAL holds', () => {
    const most = new Decimal(10n ** 38n - 1n, 0, 38);
    const one = new Decimal(1n, 0, 38);
    const refused = expect.objectContaining({ code: 'AGGREGATE_VALUE_INVALID' });
    expect(() => resultOf<Decimal>((r) => r.sum(itself), most, one)).toThrow(refused);
    expect(() => resultOf<Decimal>((r) => r.sum(itself), most, one)).toThrow('fits DECIMAL(38,0)');
    expect(() => resultOf<Decimal>((r) => r.sum(itself), most.negated(), one.negated())).toThrow(
      refused,
    );
    expect(() => resultOf<Decimal>((r) => r.avg(itself), most)).toThrow('fits DECIMAL(38,4)');
    expect(resultOf<Decimal>((r) => r.sum(itself), most, one, one.negated())).toEqual(most);
  });

  it('sums Decimals exactly, widened by ten digits, means by four', () => {
    const price = (unscaled: bigint, scale = 2) => new Decimal(unscaled, scale, 10);
    expect(resultOf<Decimal>((r) => r.sum(itself), price(10n), price(20n))).toEqual(
      new Decimal(30n, 2, 20),
    );
    expect(resultOf<Decimal>((r) => r.sum(itself), price(1n), price(1n, 3))).toMatchObject({
      unscaled: 11n,
      scale: 3,
    });
    expect(resultOf<Decimal>((r) => r.avg(itself), price(100n), price(0n), price(0n))).toEqual(
      new Decimal(333_333n, 6, 14), // 0.333333
    );
    expect(resultOf<Decimal>((r) => r.avg(itself), price(200n), price(0n), price(0n))).toEqual(
      new Decimal(666_667n, 6, 14), // half up
    );
    const minus = resultOf<Decimal>((r) => r.avg(itself), price(-200n), price(0n), price(0n));
    expect(minus).toEqual(new Decimal(-666_667n, 6, 14));
    expect(resultOf<Decimal>((r) => r.max(itself), price(1n), price(9n, 3))).toEqual(price(1n));
  });

  it('orders as SQL: NaN above all, strings by code point, Dates, booleans', () => {
    expect(resultOf<number>((r) => r.max(itself), 1, Number.NaN, 2)).toBeNaN();
    expect(resultOf<number>((r) => r.min(itself), Number.NaN, 2)).toBe(2);
    expect(resultOf<string>((r) => r.max(itself), 'a', '\u{1F600}', '\uFFFD', 'b')).toBe(
      '\u{1F600}',
    );
    expect(resultOf<string>((r) => r.min(itself), 'ab', 'a', 'b')).toBe('a');
    const [early, late] = [new Date(1), new Date(2)];
    expect(resultOf<Date>((r) => r.max(itself), early, late)).toBe(late);
    expect(resultOf<boolean>((r) => r.min(itself), true, false)).toBe(false);
  });

  it('minBy and maxBy take the first among equals and skip a null order', () => {
    type Row = readonly [name: string, order: number | null];
    const rows: Row[] = [
      ['none', null],
      ['a', 2],
      ['b', 2],
      ['c', 1],
      ['d', 1],
    ];
    expect(
      resultOf<Row>(
        (r) =>
          r.maxBy(
            ([name]) => name,
            ([, order]) => order,
          ),
        ...rows,
      ),
    ).toBe('a');
    expect(
      resultOf<Row>(
        (r) =>
          r.minBy(
            ([name]) => name,
            ([, order]) => order,
          ),
        ...rows,
      ),
    ).toBe('c');
  });

  it('tells values apart as state keys do', () => {
    const values = [
      1,
      '1',
      1n,
      true,
      null,
      Number.NaN,
      Number.NaN,
      0,
      -0,
      new Date(1),
      new Date(1),
    ];
    const more = [[1], [1], { a: 1, b: 2 }, { b: 2, a: 1 }, '__proto__'];
    expect(resultOf<unknown>((r) => r.countDistinct(itself), ...values, ...more)).toBe(10);
    expect(resultOf<unknown>((r) => r.collectSet(itself), 'b', 'a', 'b')).toEqual(['a', 'b']);
    expect(resultOf<unknown>((r) => r.collectSet(itself), [2], [1], [2])).toEqual([[2], [1]]);
    expect(resultOf<unknown>((r) => r.collectSet(itself), -0, 0)).toStrictEqual([0]);
    const [day, price] = [new Date(5), Decimal.of('1.5')];
    expect(resultOf<unknown>((r) => r.collectSet(itself), day, price, day)).toEqual([day, price]);
    expect(resultOf<unknown>((r) => r.collectSet(itself), price, day)).toEqual([price, day]);
  });

  it('a result does not change with what comes later', () => {
    const list = aggregatesFor<number>().collectList(itself);
    const acc = list.add(list.zero(), 1);
    const before = list.result(acc);
    list.add(acc, 2);
    expect(before).toEqual([1]);
  });

  it.each<[string, Make<unknown>, unknown[]]>([
    ['sum of text', (r) => r.sum(itself as never), ['1']],
    ['sum of numbers and bigints', (r) => r.sum(itself as never), [1, 1n]],
    ['sum of bigints and numbers', (r) => r.sum(itself as never), [1n, 1]],
    ['avg of a Date', (r) => r.avg(itself as never), [new Date(0)]],
    ['max of lists of two types', (r) => r.max(itself as never), [[1], ['a']]],
    ['max of lists of objects', (r) => r.max(itself as never), [[{}]]],
    ['max of bytes and lists', (r) => r.max(itself as never), [Uint8Array.of(1), [1]]],
    ['max of two types', (r) => r.max(itself as never), [1, 'a']],
    ['stddevSamp of text', (r) => r.stddevSamp(itself as never), ['1']],
    ['maxBy objects', (r) => r.maxBy(itself, itself as never), [{}]],
  ])('%s is refused', (_name, make, values) => {
    expect(() => resultOf(make, ...values)).toThrow(
      expect.objectContaining({ code: 'AGGREGATE_VALUE_INVALID' }),
    );
  });

  it('refuses bad arguments when it is built', () => {
    const rows = aggregatesFor<number>();
    expect(() => rows.sum('ms' as never)).toThrow('rows.sum((row) => row.column)');
    expect(() => rows.count(itself, { where: true as never })).toThrow('option where');
    expect(() => rows.approxCountDistinct(itself, { relativeError: 0 })).toThrow(RangeError);
    expect(() => rows.approxCountDistinct(itself, { relativeError: 0.5 })).toThrow(RangeError);
  });
});

describe('approxCountDistinct', () => {
  it.each([10, 100, 1000, 20_000])('is within three standard errors of %d', (n) => {
    for (const relativeError of [0.05, 0.01]) {
      const values = Array.from({ length: n }, (_, i) => `user-${i * 7919}`);
      const make = (r: Aggregates<string>) => r.approxCountDistinct(itself, { relativeError });
      const got = resultOf<string>(make, ...values, ...values) as number;
      expect(Math.abs(got - n)).toBeLessThanOrEqual(Math.max(1, 3 * relativeError * n));
    }
  });

  it.each([
    [10, 20],
    [20, 20],
    [500, 10],
    [10, 500],
    [500, 500],
  ])('of %d and %d values merged, also after both were stored, is that of all', (n, m) => {
    const aggregate = aggregatesFor<number>().approxCountDistinct(itself);
    const fold = (from: number, upTo: number) => {
      let acc: unknown = aggregate.zero();
      for (let value = from; value < upTo; value++) acc = aggregate.add(acc as never, value);
      return acc as never;
    };
    const again = (acc: never) =>
      aggregate.fromStored?.(structuredClone(aggregate.toStored?.(acc))) as never;
    const all = aggregate.result(fold(0, n + m));
    expect(aggregate.result(aggregate.merge(fold(0, n), fold(n, n + m)))).toBe(all);
    expect(aggregate.result(aggregate.merge(again(fold(0, n)), again(fold(n, n + m))))).toBe(all);
  });

  it('counts numbers, halves and bigints as well', () => {
    const values = Array.from({ length: 3000 }, (_, i) => i / 2);
    const got = resultOf<number>((r) => r.approxCountDistinct(itself), ...values) as number;
    expect(Math.abs(got - 3000)).toBeLessThan(450);
  });
});

/** Every function, over rows whose order and value are numbers or null. */
const everyFunction: readonly [string, Make<number | null>][] = [
  ['count', (r) => r.count(itself)],
  ['sum', (r) => r.sum(itself)],
  ['sum of bigints', (r) => r.sum((v) => (v === null ? null : BigInt(v)))],
  ['avg', (r) => r.avg(itself)],
  ['avg of bigints', (r) => r.avg((v) => (v === null ? null : BigInt(v)))],
  ['min', (r) => r.min(itself)],
  ['max', (r) => r.max(itself)],
  [
    'minBy',
    (r) =>
      r.minBy(
        (v) => v && -v,
        (v) => v && v % 3,
      ),
  ],
  [
    'maxBy',
    (r) =>
      r.maxBy(
        (v) => v && -v,
        (v) => v && v % 3,
      ),
  ],
  ['first', (r) => r.first(itself)],
  ['last', (r) => r.last(itself)],
  ['collectList', (r) => r.collectList(itself)],
  ['collectSet', (r) => r.collectSet(itself)],
  ['countDistinct', (r) => r.countDistinct(itself)],
  ['approxCountDistinct', (r) => r.approxCountDistinct(itself)],
  ['stddevSamp', (r) => r.stddevSamp(itself)],
  ['varPop', (r) => r.varPop(itself)],
  ['filtered', (r) => r.collectList(itself, { where: (v) => v !== 1 })],
  ['fromMonoid', () => fromMonoid({ empty: '', concat: (a: string, b: string) => a + b })(String)],
];

const value = fc.option(fc.integer({ min: -50, max: 50 }));

describe.each(everyFunction)('laws of %s', (_name, make) => {
  const aggregate = make(aggregatesFor<number | null>());
  const fold = (values: readonly (number | null)[]) =>
    values.reduce((acc: unknown, v) => aggregate.add(acc, v), aggregate.zero());
  const same = (a: unknown, b: unknown) =>
    typeof a === 'number' ? expect(b).toBeCloseTo(a, 9) : expect(b).toEqual(a);

  it('merging parts gives what all rows give', () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), fc.array(value), (a, b, c) => {
        const whole = aggregate.result(fold([...a, ...b, ...c]));
        const left = aggregate.merge(aggregate.merge(fold(a), fold(b)), fold(c));
        const right = aggregate.merge(fold(a), aggregate.merge(fold(b), fold(c)));
        same(whole, aggregate.result(left));
        same(whole, aggregate.result(right));
      }),
    );
  });

  it('merge leaves its second argument alone', () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), value, (a, b, more) => {
        const second = fold(b);
        aggregate.add(aggregate.merge(fold(a), second), more);
        same(aggregate.result(fold(b)), aggregate.result(second));
      }),
    );
  });

  it('stored and read again it goes on', () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (a, b) => {
        const acc = fold(a);
        const stored = aggregate.toStored ? aggregate.toStored(acc) : acc;
        const copy: unknown = structuredClone(stored);
        const again = aggregate.fromStored ? aggregate.fromStored(copy) : copy;
        const gone = b.reduce((x: unknown, v) => aggregate.add(x, v), again);
        same(aggregate.result(fold([...a, ...b])), aggregate.result(gone));
      }),
    );
  });

  it('keeps what it says of order', () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        if (aggregate.anyOrder !== true) return;
        same(aggregate.result(fold(values)), aggregate.result(fold([...values].reverse())));
      }),
    );
  });
});
