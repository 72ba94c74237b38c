import fc from 'fast-check';
import type { Observable } from 'rxjs';
import { aggregate } from '../../operators/aggregate.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { window } from '../../operators/window.js';
import { type HarnessOptions, OperatorHarness } from './operatorHarness.js';
import { StoredHarness } from './storedHarness.js';

interface Result {
  readonly list: readonly number[];
  readonly set: readonly number[];
  readonly distinct: number;
  readonly big: number;
}

type Build = (rows$: Observable<number>) => Observable<Result>;

const results = (rows$: Observable<number>): Observable<Result> =>
  rows$.pipe(
    aggregate((rows) => ({
      list: rows.collectList((n) => n),
      set: rows.collectSet((n) => n % 1000),
      distinct: rows.countDistinct((n) => ({ n: n % 1000 })),
      big: rows.countDistinct((n) => n, { where: (n) => n >= 500 }),
    })),
  ) as never;

const groupings: readonly (readonly [string, Build])[] = [
  ['a key', (s) => results(s.pipe(groupByKey(() => 'k')) as never)],
  ['a window', (s) => results(s.pipe(window(1000)) as never)],
  ['sliding windows', (s) => results(s.pipe(window(1000, { slide: 500 })) as never)],
  [
    'event time in the key',
    (s) => results(s.pipe(groupByKey(() => 7, { eventTime: (k) => k })) as never),
  ],
];

function expected(values: readonly number[]): Result {
  const distinct = new Set(values.map((n) => n % 1000));
  return {
    list: values,
    set: [...distinct].sort((a, b) => a - b),
    distinct: distinct.size,
    big: new Set(values.filter((n) => n >= 500)).size,
  };
}

const batchOf = (values: readonly number[]) => ({
  rows: values.map((n) => [n, 999] as const),
  late: 0,
  evict: 0,
});

const values = fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 700 });

describe.each(groupings)('large lists and sets over %s', (_name, build) => {
  it('give what small ones give, over batches and restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(values, { maxLength: 4 }), async (batches) => {
        const options: HarnessOptions = { delayMs: 0, outputMode: 'update' };
        const stored = await StoredHarness.open<number, Result>(build, options);
        const all: number[] = [];
        for (const batch of batches) {
          all.push(...batch);
          await stored.restart();
          for (const row of (await stored.batch(batchOf(batch))).rows) {
            expect(row).toMatchObject(expected(all));
          }
        }
      }),
      { numRuns: 8 },
    );
  });

  it('leave nothing behind when their group is closed', async () => {
    const stored = await StoredHarness.open<number, Result>(build, { delayMs: 0 });
    const many = Array.from({ length: 600 }, (_, i) => i);
    await stored.batch(batchOf(many));
    await stored.restart();
    const out = await stored.batch({ closing: true });
    for (const row of out.rows) expect(row).toMatchObject(expected(many));
    expect(out.rows.length).toBeGreaterThan(0);
    expect(stored.run.total).toBe(0);
    const empty = await StoredHarness.open<number, Result>(build, { delayMs: 0 });
    await empty.batch(batchOf([1]));
    await empty.restart();
    await empty.batch({ closing: true });
    expect(stored.pairs).toBe(empty.pairs);
  });
});

describe('a batch that adds one value', () => {
  it('reads no more of a large list or set than of a small one', async () => {
    const reads = async (size: number) => {
      const build: Build = (s) => results(s.pipe(groupByKey(() => 'k')) as never);
      const stored = await StoredHarness.open(build, { outputMode: 'append' });
      await stored.batch(batchOf(Array.from({ length: size }, (_, i) => i)));
      await stored.restart();
      await stored.batch(batchOf([size + 1]));
      return stored.run.entriesRead;
    };
    expect(await reads(6000)).toBeLessThanOrEqual((await reads(600)) + 2);
  });

  it('in memory too, parts are not counted as rows', () => {
    const [, build] = groupings[0] as (typeof groupings)[0];
    const run = new OperatorHarness<number, Result>(build, { outputMode: 'update' });
    run.batch(batchOf(Array.from({ length: 1000 }, (_, i) => i)));
    expect(run.total).toBe(1);
  });
});
