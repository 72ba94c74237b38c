import fc from 'fast-check';
import { Decimal } from '../../lib/schema/decimal.js';
import type { OrderKey } from '../../operators/internal/order/orderKey.js';
import { limit } from '../../operators/limit.js';
import { asc, desc, orderBy } from '../../operators/orderBy.js';
import { OperatorHarness, tableOf } from './operatorHarness.js';

interface Row {
  readonly k: string | null;
  readonly n: number | null;
}

const complete = { outputMode: 'complete' } as const;
const of = <T>(...rows: readonly T[]) => ({ rows: rows.map((row) => [row, null] as const) });

type Order<T> = OrderKey<T> | ((row: T) => unknown) | (keyof T & string);

function sorted<T>(rows: readonly T[], ...by: readonly Order<T>[]): readonly T[] {
  return new OperatorHarness<T, T>((s) => tableOf(s).pipe(orderBy(...by)), complete).batch(
    of(...rows),
  ).rows;
}

describe('orderBy', () => {
  const rows: Row[] = [
    { k: 'b', n: 1 },
    { k: null, n: 2 },
    { k: 'a', n: 1 },
    { k: 'c', n: null },
  ];
  const keys = (by: readonly Row[]) => by.map((row) => row.k);

  it('puts null first in ascending and last in descending order', () => {
    expect(keys(sorted(rows, (row) => row.k))).toEqual([null, 'a', 'b', 'c']);
    expect(keys(sorted(rows, 'k'))).toEqual([null, 'a', 'b', 'c']);
    expect(keys(sorted(rows, desc('k')))).toEqual(['c', 'b', 'a', null]);
    expect(keys(sorted(rows, desc('n'), asc('k', { nulls: 'last' })))).toEqual([
      null,
      'a',
      'b',
      'c',
    ]);
    expect(
      keys(
        sorted(
          rows,
          asc((row) => row.k),
        ),
      ),
    ).toEqual([null, 'a', 'b', 'c']);
    expect(
      keys(
        sorted(
          rows,
          desc((row) => row.k),
        ),
      ),
    ).toEqual(['c', 'b', 'a', null]);
    expect(
      keys(
        sorted(
          rows,
          asc((row) => row.k, { nulls: 'last' }),
        ),
      ),
    ).toEqual(['a', 'b', 'c', null]);
    expect(
      keys(
        sorted(
          rows,
          desc((r) => r.k, { nulls: 'first' }),
        ),
      ),
    ).toEqual([null, 'c', 'b', 'a']);
  });

  it('sorts by several columns and keeps the order of equal rows', () => {
    const by = [desc<Row>((row) => row.n), asc<Row>((row) => row.k)];
    expect(keys(sorted(rows, ...by))).toEqual([null, 'a', 'b', 'c']);
    expect(
      keys(
        sorted(
          rows,
          asc((row) => row.n),
        ),
      ),
    ).toEqual(['c', 'b', 'a', null]);
  });

  it('compares numbers, text, dates, windows and decimals as SQL does', () => {
    const same = (value: unknown) => value;
    expect(sorted([Number.NaN, 1, -0, 2, -1], same)).toEqual([-1, -0, 1, 2, Number.NaN]);
    expect(sorted([10n, 9n, -1n], same)).toEqual([-1n, 9n, 10n]);
    expect(sorted(['b', 'B', 'a', ''], same)).toEqual(['', 'B', 'a', 'b']);
    expect(sorted(['\u{1F600}', '\uFFFD'], same)).toEqual(['\uFFFD', '\u{1F600}']);
    expect(sorted([true, false], same)).toEqual([false, true]);
    const [early, later] = [new Date(1), new Date(2)];
    expect(sorted([later, early], same)).toEqual([early, later]);
    const windows = [
      { start: later, end: later },
      { start: early, end: later },
      { start: later, end: early },
    ];
    expect(sorted(windows, same)).toEqual([windows[2], windows[1], windows[0]]);
    expect(sorted([[1, 2], [1], [1, null]], same)).toEqual([[1], [1, null], [1, 2]]);
    const bytes = [new Uint8Array([200]), new Uint8Array([3, 1]), new Uint8Array([3])];
    expect(sorted(bytes, same)).toEqual([bytes[2], bytes[1], bytes[0]]);
    const decimals = ['1.50', '1.5', '-2'].map((text) => Decimal.of(text));
    expect(sorted(decimals, same).map(String)).toEqual(['-2', '1.50', '1.5']);
  });

  it('sorts each table and passes event times', () => {
    const run = new OperatorHarness<number, number>(
      (source) => tableOf(source).pipe(orderBy(desc((n) => n)), limit(2)),
      complete,
    );
    run.validate();
    const first = run.batch({
      rows: [
        [1, 10],
        [3, 30],
        [2, null],
      ],
    });
    expect(first).toMatchObject({ rows: [3, 2], times: [30, Number.NaN] });
    expect(run.batch(of(5)).rows).toEqual([5]);
    expect(run.batch().rows).toEqual([]);
  });

  it('is refused outside complete mode and without an aggregation', () => {
    const refused = expect.objectContaining({ code: 'ORDER_BY_MODE' });
    const behind = new OperatorHarness<number, number>((s) => tableOf(s).pipe(orderBy((n) => n)));
    expect(() => behind.validate('append')).toThrow(refused);
    expect(() => behind.validate('update')).toThrow(refused);
    behind.validate('complete');
    const before = new OperatorHarness<number, number>((s) => tableOf(s.pipe(orderBy((n) => n))));
    expect(() => before.validate('complete')).toThrow(refused);
  });

  it('refuses bad arguments', () => {
    expect(() => orderBy()).toThrow(TypeError);
    expect(() => orderBy({ value: 'n' } as never)).toThrow(TypeError);
    expect(() => sorted([{}, 1], (row) => row)).toThrow(
      expect.objectContaining({ code: 'AGGREGATE_VALUE_INVALID' }),
    );
  });

  it('agrees with a stable sort', () => {
    const row = fc.record({ n: fc.option(fc.nat(3)), i: fc.nat() });
    fc.assert(
      fc.property(fc.array(row), (given) => {
        const expected = given
          .map((value, i) => ({ value, i }))
          .sort((x, y) => (y.value.n ?? -1) - (x.value.n ?? -1) || x.i - y.i)
          .map(({ value }) => value);
        expect(
          sorted(
            given,
            desc((r) => r.n),
          ),
        ).toEqual(expected);
      }),
    );
  });
});
