import fc from 'fast-check';
import { limit } from '../../operators/limit.js';
import { OperatorHarness, tableOf } from './operatorHarness.js';

const of = (...rows: number[]) => ({ rows: rows.map((row) => [row, row * 10] as const) });

describe('limit', () => {
  it('passes the first rows of the whole life of the query, with their times', () => {
    const run = new OperatorHarness<number, number>((s) => s.pipe(limit(4)));
    expect(run.batch(of(1, 2)).rows).toEqual([1, 2]);
    run.restart();
    expect(run.batch(of(3, 4, 5, 6))).toMatchObject({ rows: [3, 4], times: [30, 40] });
    expect(run.batch(of(7, 8, 9)).rows).toEqual([]);
    expect(run.batch().rows).toEqual([]);
    expect(run.total).toBe(1);
  });

  it('passes nothing with 0', () => {
    const run = new OperatorHarness<number, number>((s) => s.pipe(limit(0)));
    expect(run.batch(of(1, 2)).rows).toEqual([]);
    expect(run.total).toBe(0);
  });

  it('limits each table behind an aggregation in complete mode', () => {
    const run = new OperatorHarness<number, number>((s) => tableOf(s).pipe(limit(2)), {
      outputMode: 'complete',
    });
    run.validate();
    expect(run.batch(of(1, 2, 3)).rows).toEqual([1, 2]);
    expect(run.batch(of(3, 2, 1)).rows).toEqual([3, 2]);
  });

  it('counts rows before an aggregation in complete mode', () => {
    const run = new OperatorHarness<number, number>((s) => tableOf(s.pipe(limit(2))), {
      outputMode: 'complete',
    });
    run.validate();
    expect(run.batch(of(1)).rows).toEqual([1]);
    expect(run.batch(of(2, 3)).rows).toEqual([2]);
  });

  it('is refused in update mode', () => {
    const run = new OperatorHarness<number, number>((s) => s.pipe(limit(2)));
    expect(() => run.validate('update')).toThrow(expect.objectContaining({ code: 'LIMIT_MODE' }));
  });

  it('takes whole numbers from 0', () => {
    for (const n of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3' as never]) {
      expect(() => limit(n)).toThrow(RangeError);
    }
  });

  it('gives the first n rows, however the input is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer())), fc.nat(20), (batches, n) => {
        const run = new OperatorHarness<number, number>((s) => s.pipe(limit(n)));
        const got = batches.flatMap((rows) => run.batch(of(...rows)).rows);
        expect(got).toEqual(batches.flat().slice(0, n));
      }),
    );
  });
});
