import type { Observable } from 'rxjs';
import { aggregate } from '../../operators/aggregate.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { window } from '../../operators/window.js';
import { atSeconds, type HarnessOptions, OperatorHarness } from './operatorHarness.js';

type Rows = Observable<number>;

const append = { delayMs: 0 } as const;
const update = { outputMode: 'update', delayMs: 0 } as const;
const complete = { outputMode: 'complete', delayMs: 0 } as const;

/** Counts numbers in windows of 5 s; rows shown as [end in seconds, count]. */
function fiveSeconds(options: HarnessOptions) {
  const run = new OperatorHarness<number, { window: { end: number }; count: number }>(
    (rows$) => rows$.pipe(window('5 seconds', { timestamps: 'ms' }), count()),
    options,
  );
  const at = (...seconds: number[]) => atSeconds(...seconds.map((s) => [s, s] as const));
  return (seconds: number[], late?: number, evict?: number) => {
    const times = { ...(late === undefined ? {} : { late: late * 1000 }) };
    const out = run.batch({ rows: at(...seconds), ...times, evict: (evict ?? late ?? 0) * 1000 });
    return {
      rows: out.rows.map((row) => [row.window.end / 1000, row.count]),
      times: out.times,
      late: out.late,
      total: run.total,
    };
  };
}

describe('aggregate over windows', () => {
  it('append: emits a window once, when its end <= the eviction watermark, in order of time', () => {
    const batch = fiveSeconds(append);
    expect(batch([12, 3, 7, 4])).toMatchObject({ rows: [], total: 3 });
    expect(batch([], 0, 4.999)).toMatchObject({ rows: [], total: 3 });
    expect(batch([], 0, 10)).toMatchObject({
      rows: [
        [5, 2],
        [10, 1],
      ],
      times: [4999.5, 9999.5],
      total: 1,
    });
    expect(batch([], 10, 10).rows).toEqual([]);
    expect(batch([], 10, 15)).toMatchObject({ rows: [[15, 1]], total: 0 });
  });

  it('judges lateness on the end of the window, inclusive', () => {
    const batch = fiveSeconds(append);
    expect(batch([20, 19], 20)).toMatchObject({ late: [19], total: 1 });
    expect(batch([19.999], 19.999)).toMatchObject({ late: [], total: 2 });
  });

  it('update: emits what the batch touched, once, then evicts silently', () => {
    const batch = fiveSeconds(update);
    expect(batch([1, 2, 11]).rows).toEqual([
      [5, 2],
      [15, 1],
    ]);
    expect(batch([12]).rows).toEqual([[15, 2]]);
    // A window between late and eviction watermark may still get rows, in its last batch.
    expect(batch([3], 0, 5)).toMatchObject({ rows: [[5, 3]], total: 1 });
    expect(batch([], 5, 15)).toMatchObject({ rows: [], total: 0 });
    expect(batch([], 15, 15).rows).toEqual([]);
  });

  it('complete: emits all, evicts nothing, no row is late', () => {
    const batch = fiveSeconds(complete);
    expect(batch([1, 11]).rows).toEqual([
      [5, 1],
      [15, 1],
    ]);
    const out = batch([2], 20, 20);
    expect(out).toMatchObject({ late: [], total: 2 });
    expect(out.rows).toEqual([
      [5, 2],
      [15, 1],
    ]);
    expect(batch([], 30, 30).rows).toHaveLength(2);
  });

  it('negative times: at watermark 0 a window that ends at 0 is late', () => {
    const batch = fiveSeconds(append);
    expect(batch([-1, 1], 0)).toMatchObject({ late: [-1], total: 1 });
  });

  it('flushes everything in the closing batch, and keeps no state', () => {
    const run = new OperatorHarness<number, unknown>(
      (s: Rows) =>
        s.pipe(
          groupByKey((n) => n % 2),
          window(5000),
          count(),
        ),
      append,
    );
    run.batch({ rows: atSeconds([1, 1], [12, 12]) });
    expect(run.batch({ closing: true }).rows).toHaveLength(2);
    expect(run.total).toBe(0);
  });

  it('counts a row of sliding windows as late once, and keeps it where it is not', () => {
    const run = new OperatorHarness<string, { window: { end: number }; list: unknown }>(
      (s) =>
        s.pipe(
          window('10 seconds', { slide: '5 seconds', timestamps: 'ms' }),
          aggregate((rows) => ({ list: rows.collectList((r) => r) })),
        ),
      append,
    );
    const out = run.batch({
      rows: [
        ['a', 12_000],
        ['b', 4000],
      ],
      late: 15_000,
      evict: 100_000,
    });
    expect(out.late).toEqual(['a', 'b']);
    expect(out.openWindows).toEqual([1, 0]);
    expect(out.rows.map((row) => [row.window.end, row.list])).toEqual([[20_000, ['a']]]);
  });

  const ways: readonly [
    name: string,
    size: number,
    key: (n: number) => unknown,
    zone: string | undefined,
  ][] = [
    ['panes', 10, () => 1, undefined],
    ['rows', 10, () => ({ k: 1 }), undefined],
    ['a size that is no multiple of the slide', 12, () => 1, undefined],
    ['a calendar', 10, () => 1, 'UTC'],
  ];
  it.each(ways)('says how many windows have taken a late row: %s', (_name, size, key, timeZone) => {
    const zoned = timeZone === undefined ? {} : { timeZone };
    const takenAt = (lateSeconds: number): number | undefined => {
      const run = new OperatorHarness<number, { window: { end: number } }>(
        (s: Rows) =>
          s.pipe(
            groupByKey(key),
            window(`${size} seconds`, { slide: '5 seconds', timestamps: 'ms', ...zoned }),
            count(),
          ),
        append,
      );
      const out = run.batch({ rows: atSeconds([8, 8]), late: lateSeconds * 1000, closing: true });
      const [openWindows] = out.openWindows;
      if (openWindows !== undefined) expect(openWindows).toBe(out.rows.length);
      return openWindows;
    };
    // The row of second 8 lies in [0, size) and [5, 5 + size).
    expect(takenAt(size - 0.001)).toBeUndefined();
    expect(takenAt(size)).toBe(1);
    expect(takenAt(size + 4.999)).toBe(1);
    expect(takenAt(size + 5)).toBe(0);
  });

  it('folds panes and rows to the same windows and late rows', () => {
    const slid = <K>(key: (n: number) => K) => {
      const run = new OperatorHarness<number, { window: { end: number }; n: number; max: number }>(
        (s: Rows) =>
          s.pipe(
            groupByKey(key),
            window(10_000, { slide: 2000, timestamps: 'ms' }),
            aggregate((rows) => ({ n: rows.count(), max: rows.max(Number) })) as never,
          ),
        append,
      );
      const first = run.batch({
        rows: atSeconds([3, 3], [4, 4], [8.5, 8.5], [4.5, 4.5]),
        late: 8000,
      });
      const second = run.batch({ rows: atSeconds([5, 5]), closing: true, late: 8000 });
      return [
        ...first.late,
        ...second.late,
        ...second.rows.map((r) => [r.window.end, r.n, r.max]),
        [...first.openWindows, ...second.openWindows],
      ];
    };
    const withPanes = slid(() => 1);
    expect(withPanes).toEqual(slid(() => ({ k: 1 })));
    expect(withPanes.slice(0, 4)).toEqual([3, 4, 4.5, 5]);
    expect(withPanes.slice(4)).toContainEqual([10_000, 5, 8.5]);
    // Ends up to 8 s are closed: 3 lies in windows up to 12 s, 4 to 5 in those up to 14 s.
    expect(withPanes.at(-1)).toEqual([2, 3, 3, 3]);
  });
});

describe('aggregate over keys', () => {
  const sums = (options: HarnessOptions) =>
    new OperatorHarness<number, unknown>(
      (s: Rows) =>
        s.pipe(
          groupByKey((n) => n % 2),
          aggregate((rows) => ({ sum: rows.sum((n) => n), n: rows.count() })),
        ),
      options,
    );
  const rows = (...numbers: number[]) => numbers.map((n) => [n, null] as const);

  it('update emits changed groups, without rows nothing', () => {
    const run = sums(update);
    expect(run.batch({ rows: rows(1, 2, 3) }).rows).toEqual([
      { key: 1, sum: 4, n: 2 },
      { key: 0, sum: 2, n: 1 },
    ]);
    expect(run.batch({ rows: rows(5) }).rows).toEqual([{ key: 1, sum: 9, n: 3 }]);
    expect(run.batch({ late: 1e12 }).rows).toEqual([]);
    expect(run.total).toBe(2);
  });

  it('complete emits all groups every batch; append all of them at the end', () => {
    const run = sums(complete);
    run.batch({ rows: rows(1, 2) });
    expect(run.batch().rows).toHaveLength(2);
    const bounded = sums(append);
    expect(bounded.batch({ rows: rows(1, 2), late: 10 }).rows).toEqual([]);
    expect(bounded.batch({ closing: true }).rows).toEqual([
      { key: 1, sum: 1, n: 1 },
      { key: 0, sum: 2, n: 1 },
    ]);
    expect(bounded.total).toBe(0);
  });

  it('a single group is there from the first batch on, and saved anew in each', () => {
    const all = (options: HarnessOptions) =>
      new OperatorHarness<number, unknown>(
        (s: Rows) => s.pipe(aggregate((r) => ({ n: r.count(), max: r.max((n) => n) }))),
        options,
      );
    const run = all(update);
    expect(run.batch().rows).toEqual([{ n: 0, max: null }]);
    expect(run.batch({ rows: rows(3, 4) }).rows).toEqual([{ n: 2, max: 4 }]);
    expect(run.batch().rows).toEqual([{ n: 2, max: 4 }]);
    expect(run.batch({ closing: true }).rows).toEqual([]);
    const table = all(complete);
    table.batch({ rows: rows(3) });
    expect(table.batch().rows).toEqual([{ n: 1, max: 3 }]);
    expect(table.total).toBe(1);
  });

  it('goes on after a restart', () => {
    const run = sums(update);
    run.batch({ rows: rows(1) });
    run.restart();
    expect(run.batch({ rows: rows(3) }).rows).toEqual([{ key: 1, sum: 4, n: 2 }]);
  });
});

describe('aggregate over keys with event time', () => {
  type Tick = { symbol: string; at: Date | null };
  const ticks = (options: HarnessOptions) =>
    new OperatorHarness<Tick, { key: Tick; count: number }>(
      (s) =>
        s.pipe(
          groupByKey((t) => ({ symbol: t.symbol, at: t.at }), { eventTime: (key) => key.at }),
          count(),
        ) as never,
      options,
    );
  const tick = (symbol: string, ms: number | null) =>
    [{ symbol, at: ms === null ? null : new Date(ms) }, ms] as const;

  it('evicts and emits by it, inclusive, with that time; a null is kept to the end', () => {
    const run = ticks(append);
    expect(
      run.batch({ rows: [tick('a', 10), tick('a', 10), tick('b', 5), tick('c', null)] }).rows,
    ).toEqual([]);
    const out = run.batch({ rows: [tick('a', 5), tick('d', 6)], late: 5, evict: 10 });
    expect(out.late).toHaveLength(1);
    expect(out.rows.map((row) => [row.key.symbol, row.count])).toEqual([
      ['b', 1],
      ['d', 1],
      ['a', 2],
    ]);
    expect(out.times).toEqual([5, 6, 10]);
    expect(run.batch({ late: 1e12 }).rows).toEqual([]);
    expect(run.total).toBe(1);
    expect(run.batch({ closing: true }).rows.map((row) => row.key.symbol)).toEqual(['c']);
    expect(run.total).toBe(0);
  });

  it('takes windows in the key by their end', () => {
    const run = new OperatorHarness<number, unknown>(
      (s: Rows) =>
        s.pipe(
          groupByKey((end) => ({ w: { start: 0, end } }), { eventTime: (key) => key.w }),
          count(),
        ),
      append,
    );
    run.batch({
      rows: [
        [10, 1],
        [20, 1],
      ],
    });
    const out = run.batch({ late: 9, evict: 10 });
    expect([out.rows, out.times]).toEqual([
      [{ key: { w: { start: 0, end: 10 } }, count: 1 }],
      [9.5],
    ]);
  });

  it('update and complete treat timed and null keys alike', () => {
    const run = ticks(update);
    expect(run.batch({ rows: [tick('a', 1), tick('b', null)] }).rows).toHaveLength(2);
    expect(run.batch({ late: 1 }).rows).toEqual([]);
    expect(run.total).toBe(1);
    const table = ticks(complete);
    table.batch({ rows: [tick('a', 1), tick('b', null)] });
    expect(table.batch({ late: 99 }).rows).toHaveLength(2);
  });
});

describe('aggregate, described', () => {
  const planOf = (build: (s: Rows) => Observable<unknown>, options: HarnessOptions = {}) =>
    new OperatorHarness<number, unknown>(build, options);

  it('refuses append without a watermark on a grouping key', () => {
    const needs = expect.objectContaining({ code: 'AGGREGATE_NEEDS_WATERMARK' });
    const keyed = (s: Rows) =>
      s.pipe(
        groupByKey((n) => n),
        count(),
      );
    const windowed = (s: Rows) => s.pipe(window(5, { time: (n) => n }), count());
    expect(() => planOf(keyed).validate('append')).toThrow(needs);
    expect(() => planOf(keyed, append).validate('append')).toThrow(needs);
    expect(() => planOf(windowed).validate('append')).toThrow(needs);
    expect(() => planOf((s) => s.pipe(count()), append).validate('append')).toThrow(needs);
    expect(() => planOf(windowed, append).validate('append')).not.toThrow();
    expect(() => planOf(keyed).validate('update')).not.toThrow();
    expect(() => planOf(keyed).validate('complete')).not.toThrow();
    expect(() => planOf(keyed).validate('append')).toThrow('count is not possible in append mode');
  });

  it('says what it does and what may not change', () => {
    const { plan } = planOf((s) =>
      s.pipe(
        groupByKey((n) => n),
        window('1 hour', { slide: '30 minutes' }),
        aggregate((rows) => ({ n: rows.count(), mean: rows.avg((n) => n) })),
      ),
    );
    expect(plan.kind).toBe('aggregate');
    expect(plan.label).toBe('key, window 1 hour every 30 minutes: n = count, mean = avg');
    expect(plan.operatorName).toBe('stateStoreSave');
    expect(plan.signature).toEqual({
      key: true,
      keyTime: false,
      window: { kind: 'fixed', sizeMs: 3_600_000, slideMs: 1_800_000, startMs: 0 },
      aggregates: ['count', 'avg'],
    });
    expect(plan.runsWithoutData?.('append')).toBe(true);
    expect(plan.runsWithoutData?.('complete')).toBe(false);
    expect(plan.traits?.breaksChain?.('update')).toBe(true);
    expect(plan.traits?.breaksChain?.('append')).toBe(false);
  });

  it('refuses results that are no aggregates or hide key and window', () => {
    const build = (define: unknown) => () =>
      planOf((s) =>
        s.pipe(
          groupByKey((n) => n),
          window(5),
          aggregate(define as never),
        ),
      );
    expect(build(() => ({ n: 1 }))).toThrow('result "n" is not an aggregate but number');
    expect(build(() => null)).toThrow(TypeError);
    expect(build({ n: 1 })).toThrow(TypeError);
    expect(build((rows: { count(): unknown }) => ({ key: rows.count() }))).toThrow('would hide');
    expect(build((rows: { count(): unknown }) => ({ window: rows.count() }))).toThrow('would hide');
  });

  it('gives key and no results where none are asked for', () => {
    const run = planOf(
      (s) =>
        s.pipe(
          groupByKey((n) => n),
          aggregate(() => ({})),
        ),
      update,
    );
    expect(
      run.batch({
        rows: [
          [1, null],
          [1, null],
          [2, null],
        ],
      }).rows,
    ).toEqual([{ key: 1 }, { key: 2 }]);
  });

  it('the same pipe twice keeps two states', () => {
    const pipe = (s: Rows) =>
      s.pipe(
        groupByKey((n) => n),
        count(),
      );
    const [one, two] = [planOf(pipe, update), planOf(pipe, update)];
    one.batch({ rows: [[1, null]] });
    expect(two.batch({ rows: [[1, null]] }).rows).toEqual([{ key: 1, count: 1 }]);
  });

  it('what a user function throws passes untouched', () => {
    const boom = new Error('boom');
    const failing = planOf(
      (s) =>
        s.pipe(
          groupByKey(() => {
            throw boom;
          }),
          count(),
        ),
      update,
    );
    expect(() => failing.batch({ rows: [[1, null]] })).toThrow(boom);
  });
});
