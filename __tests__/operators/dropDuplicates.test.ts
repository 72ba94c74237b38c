import fc from 'fast-check';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { OperatorHarness, tableOf } from './operatorHarness.js';

interface Row {
  readonly id: string;
  readonly n: number;
}

const a1 = { id: 'a', n: 1 };
const a2 = { id: 'a', n: 2 };
const b1 = { id: 'b', n: 1 };
const free = (...rows: Row[]) => rows.map((row) => [row, null] as const);
const times = (...seconds: number[]) => seconds.map((s) => [s, s * 1000] as const);

describe('dropDuplicates', () => {
  it('keeps the first row of equal rows, over all columns, for ever', () => {
    const run = new OperatorHarness<Row, Row>((source) => source.pipe(dropDuplicates()));
    expect(run.batch({ rows: free(a1, { ...a1 }) }).rows).toEqual([a1]);
    expect(run.total).toBe(1);
    const again = run.batch({ rows: free({ n: 1, id: 'a' }) });
    expect(again.rows).toEqual([]);
    expect(again.metrics.get('numDroppedDuplicateRows')).toBe(1);
    run.restart();
    expect(run.batch({ rows: free(a1, a2, b1) }).rows).toEqual([a2, b1]);
    expect(run.total).toBe(3);
  });

  it('compares by a function, by one column or by several', () => {
    for (const operator of [
      dropDuplicates<Row>((row) => row.id),
      dropDuplicates<Row>('id'),
      dropDuplicates<Row>(['id']),
      dropDuplicates<Row>((row) => ({ key: [row.id] })),
    ]) {
      const run = new OperatorHarness<Row, Row>((source) => source.pipe(operator));
      expect(run.batch({ rows: free(a1, a2, b1) }).rows).toEqual([a1, b1]);
    }
    const both = new OperatorHarness<Row, Row>((s) => s.pipe(dropDuplicates(['n', 'id'])));
    expect(both.batch({ rows: free(a1, a2, b1, a2) }).rows).toEqual([a1, a2, b1]);
  });

  it('takes null, NaN, -0 and __proto__ for keys of their own', () => {
    const keys = [null, Number.NaN, 0, '__proto__', '', Number.NaN, -0, undefined, '__proto__'];
    const run = new OperatorHarness<unknown, unknown>((s) => s.pipe(dropDuplicates((k) => k)));
    const rows = keys.map((key) => [key, null] as const);
    expect(run.batch({ rows }).rows).toEqual([null, Number.NaN, 0, '__proto__', '']);
  });

  it('two in a row count apart', () => {
    const inner = new OperatorHarness<Row, Row>((s) => s.pipe(dropDuplicates()));
    const outer = new OperatorHarness<Row, Row>((s) => s.pipe(dropDuplicates(['id'])));
    const through = (...rows: Row[]) =>
      outer.batch({ rows: free(...inner.batch({ rows: free(...rows) }).rows) }).rows;
    expect(through(a1)).toEqual([a1]);
    expect(through(a2)).toEqual([]);
    expect([inner.total, outer.total]).toEqual([2, 1]);
    expect(through(b1)).toEqual([b1]);
  });

  // Spark: StreamingDeduplicationSuite, watermark 10 s on the one column.
  it('forgets a key whose event time the watermark has reached', () => {
    const run = new OperatorHarness<number, number>(
      (source) => source.pipe(dropDuplicates((s) => s, { eventTime: true })),
      { delayMs: 10_000 },
    );
    const five = times(10, 11, 12, 13, 14, 15);
    const first = run.batch({ rows: [...five, ...five] });
    expect(first.rows).toEqual([10, 11, 12, 13, 14, 15]);
    expect(first.metrics.get('numDroppedDuplicateRows')).toBe(6);
    expect(run.total).toBe(6);
    run.batch({ late: 0, evict: 5000 });
    expect(run.batch({ rows: times(25), late: 5000 }).rows).toEqual([25]);
    run.batch({ late: 5000, evict: 15_000 });
    expect(run.total).toBe(1); // 25; exactly 15 is gone
    const late = run.batch({ rows: times(10, 15), late: 15_000 });
    expect(late).toMatchObject({ rows: [], late: [10, 15] });
    expect(run.batch({ rows: times(45), late: 15_000 }).rows).toEqual([45]);
    run.batch({ late: 15_000, evict: 35_000 });
    expect(run.total).toBe(1);
  });

  it('takes the same key at another time for another row', () => {
    const run = new OperatorHarness<Row, Row>(
      (source) => source.pipe(dropDuplicates((row) => row.id, { eventTime: true })),
      { delayMs: 0 },
    );
    const out = run.batch({
      rows: [
        [a1, 1],
        [a2, 2],
        [b1, 1],
        [a2, 1],
        [a1, null],
        [a2, null],
      ],
    });
    expect(out.rows).toEqual([a1, a2, b1, a1]);
    expect(out.times).toEqual([1, 2, 1, Number.NaN]);
    run.batch({ late: 1, evict: 2 });
    expect(run.total).toBe(1); // no watermark ever passes a missing time
    run.batch({ closing: true });
    expect(run.total).toBe(1);
  });

  it('drops late rows though the event time is no part of the key', () => {
    const run = new OperatorHarness<Row, Row>((s) => s.pipe(dropDuplicates(['id'])), {
      delayMs: 0,
    });
    run.batch({ rows: [[a1, 1000]] });
    const out = run.batch({
      rows: [
        [b1, 1000],
        [b1, 1001],
        [a2, null],
      ],
      late: 1000,
    });
    expect(out).toMatchObject({ rows: [b1], late: [b1] });
    expect(run.total).toBe(2);
  });

  it('forgets by the time that a function gives', () => {
    const run = new OperatorHarness<number, number>(
      (source) =>
        source.pipe(dropDuplicates(() => 'k', { eventTime: (s) => new Date(s * 1000 + 60_000) })),
      { delayMs: 0 },
    );
    run.batch({ rows: times(1) });
    run.batch({ late: 1000, evict: 60_999 });
    expect(run.total).toBe(1);
    run.batch({ late: 60_999, evict: 61_000 });
    expect(run.total).toBe(0);
  });

  it('is refused behind an aggregation in complete mode only', () => {
    const behind = new OperatorHarness<Row, Row>((s) => tableOf(s).pipe(dropDuplicates()));
    expect(() => behind.validate('complete')).toThrow(
      expect.objectContaining({ code: 'DEDUPE_MODE' }),
    );
    behind.validate('update');
    const before = new OperatorHarness<Row, Row>((s) => tableOf(s.pipe(dropDuplicates())));
    before.validate('complete');
  });

  it('refuses what makes no sense', () => {
    const one = new OperatorHarness<Row, Row>((s) => s.pipe(dropDuplicates({ eventTime: true })));
    expect(() => one.validate()).toThrow(expect.objectContaining({ code: 'WATERMARK_REQUIRED' }));
    expect(() => dropDuplicates([])).toThrow(TypeError);
    expect(() => dropDuplicates(7 as never)).toThrow(TypeError);
    expect(() => dropDuplicates(['id'] as never, { eventTime: 'at' as never })).toThrow(TypeError);
    const bad = new OperatorHarness<unknown, unknown>((s) => s.pipe(dropDuplicates((x) => x)));
    expect(() => bad.batch({ rows: [[() => 1, null]] })).toThrow(
      expect.objectContaining({ code: 'STATE_NOT_ENCODABLE' }),
    );
  });

  it('counts for the chaining rule only with event time in the key', () => {
    const plan = (operator: ReturnType<typeof dropDuplicates<Row>>) =>
      new OperatorHarness<Row, Row>((s) => s.pipe(operator)).plan.traits?.chained;
    expect(plan(dropDuplicates())).toBe(false);
    expect(plan(dropDuplicates({ eventTime: true }))).toBe(true);
  });

  it('keeps the first of each key of any input, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 9 }))), (batches) => {
        const run = new OperatorHarness<number, number>((s) => s.pipe(dropDuplicates((n) => n)));
        const got = batches.flatMap((rows) => run.batch({ rows: times(...rows) }).rows);
        expect(got).toEqual([...new Set(batches.flat())]);
      }),
    );
  });
});
