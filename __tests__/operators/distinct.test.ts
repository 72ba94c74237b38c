import { distinct } from '../../operators/distinct.js';
import { OperatorHarness } from './operatorHarness.js';

const row = (k: string | null, j: number | null) => ({ k, j });

describe('distinct', () => {
  it('passes each different row once, nulls included', () => {
    const run = new OperatorHarness<unknown, unknown>((source) => source.pipe(distinct()));
    const of = (...rows: unknown[]) => ({ rows: rows.map((one) => [one, null] as const) });
    const first = run.batch(of(row('a', 2), row('a', null), row('a', 2), row(null, null)));
    expect(first.rows).toEqual([row('a', 2), row('a', null), row(null, null)]);
    expect(run.batch(of(row('a', null), row('b', null))).rows).toEqual([row('b', null)]);
    expect(run.total).toBe(4);
  });

  it('forgets rows whose event time the watermark has passed', () => {
    const run = new OperatorHarness<number, number>(
      (source) => source.pipe(distinct({ eventTime: true })),
      { delayMs: 0 },
    );
    run.batch({
      rows: [
        [1, 1],
        [2, 2],
      ],
    });
    run.batch({ late: 0, evict: 1 });
    expect(run.total).toBe(1);
  });
});
