import fc from 'fast-check';
import { checkNewAnswer } from '../../lib/testing/checks.js';
import { testStream } from '../../lib/testing/testStream.js';
import { between } from '../../operators/between.js';
import { dropDuplicatesWithinWatermark } from '../../operators/dropDuplicatesWithinWatermark.js';
import { expiryOf } from '../../operators/internal/dedup/expiringDedupStage.js';
import { joinWith } from '../../operators/joinWith.js';
import { addTogether, at as timed, times } from './joinScript.js';
import { OperatorHarness } from './operatorHarness.js';

type Row = readonly [id: string, second: number];

const at = (...rows: Row[]) => rows.map((row) => [row, row[1] * 1000] as const);
const byId = (delayMs: number) =>
  new OperatorHarness<Row, Row>((s) => s.pipe(dropDuplicatesWithinWatermark((row) => row[0])), {
    delayMs,
  });

describe('dropDuplicatesWithinWatermark', () => {
  // Spark: StreamingDeduplicationWithinWatermarkSuite, all columns, delay 10 s.
  it('forgets a key when the watermark reaches its expiry', () => {
    const run = new OperatorHarness<number, number>(
      (source) => source.pipe(dropDuplicatesWithinWatermark()),
      { delayMs: 10_000 },
    );
    const times = (...seconds: number[]) => seconds.map((s) => [s, s * 1000] as const);
    expect(run.batch({ rows: times(10, 11, 12, 13, 14, 15, 10) }).rows).toHaveLength(6);
    run.batch({ late: 0, evict: 5000 });
    expect(run.total).toBe(6);
    expect(run.batch({ rows: times(13, 14, 15, 16, 17), late: 5000 }).rows).toEqual([16, 17]);
    run.batch({ late: 5000, evict: 7000 });
    expect(run.total).toBe(8);
    expect(run.batch({ rows: times(5), late: 7000 })).toMatchObject({ rows: [], late: [5] });
    expect(run.batch({ rows: times(35), late: 7000 }).rows).toEqual([35]);
    run.batch({ late: 7000, evict: 25_000 });
    expect(run.total).toBe(3); // 16, 17 and 35; expiry 25 is reached
    expect(run.batch({ rows: times(55), late: 25_000 }).rows).toEqual([55]);
    run.batch({ late: 25_000, evict: 45_000 });
    expect(run.total).toBe(1);
  });

  // The same suite, a key beside the time, delay 2 s.
  it('does not extend an expiry by repeats, and takes an expired key for new', () => {
    const run = byId(2000);
    expect(run.batch({ rows: at(['a', 17]) }).rows).toHaveLength(1);
    run.batch({ late: 0, evict: 15_000 });
    expect(run.batch({ rows: at(['a', 16]), late: 15_000 }).rows).toEqual([]);
    expect(run.batch({ rows: at(['a', 13]), late: 15_000 }).late).toHaveLength(1);
    expect(run.batch({ rows: at(['b', 22], ['c', 21]), late: 15_000 }).rows).toHaveLength(2);
    run.batch({ late: 15_000, evict: 20_000 });
    expect(run.total).toBe(2); // a expired at 19
    expect(run.batch({ rows: at(['a', 21]), late: 20_000 }).rows).toEqual([['a', 21]]);
    expect(run.batch({ rows: at(['d', 25]), late: 20_000 }).rows).toHaveLength(1);
    run.batch({ late: 20_000, evict: 23_000 });
    expect(run.total).toBe(2); // a and c expired at 23, exactly
  });

  // Spark 4.3: the mark of the time column that goes on has its own side's delay.
  it.each([
    ['left', []],
    ['right', [3]],
  ] as const)(
    'behind a join keeps keys for the delay of the %s side, whose time goes on',
    (time, again) => {
      const [left, right] = [times(100), times(0)];
      const pairs = left.stream.pipe(
        joinWith(right.stream, {
          type: 'inner',
          on: 'k',
          within: between('-5 seconds', '5 seconds'),
          time,
          select: (l) => l.k,
        }),
        dropDuplicatesWithinWatermark(() => 'one key'),
      );
      return testStream(pairs)(
        addTogether([left.source, timed(1, 10)], [right.source, timed(1, 10)]),
        checkNewAnswer(1), // until 110 s by the left delay, until 10 s by the right one
        addTogether([left.source, timed(2, 140)], [right.source, timed(2, 140)]), // W 40 s
        checkNewAnswer(),
        addTogether([left.source, timed(3, 141)], [right.source, timed(3, 141)]),
        checkNewAnswer(...again),
      );
    },
  );

  it('takes a missing event time for 1970', () => {
    expect([expiryOf(Number.NaN, 5), expiryOf(-3, 5)]).toEqual([5, 2]);
    const run = byId(2000);
    run.batch({ rows: [[['a', 0], null]] });
    expect(run.batch({ rows: [[['a', 0], null]], late: 0, evict: 2000 }).rows).toEqual([]);
    expect(run.total).toBe(0);
    expect(run.batch({ rows: [[['a', 0], null]], late: 2000 }).rows).toHaveLength(1);
  });

  it('forgets everything in the closing batch', () => {
    const run = byId(1_000_000);
    run.batch({ rows: at(['a', 1], ['b', 99]) });
    run.batch({ closing: true });
    expect(run.total).toBe(0);
  });

  it('refuses a query without a watermark', () => {
    const run = new OperatorHarness<Row, Row>((s) => s.pipe(dropDuplicatesWithinWatermark()));
    expect(() => run.validate()).toThrow(expect.objectContaining({ code: 'WATERMARK_REQUIRED' }));
  });

  it('agrees with a list of keys and expiries', () => {
    const row = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 30 }));
    const batch = fc.record({ rows: fc.array(row, { maxLength: 6 }), rise: fc.nat(8) });
    fc.assert(
      fc.property(fc.array(batch), (batches) => {
        const run = byId(3000);
        const seen = new Map<string, number>();
        let late = 0;
        let evict = 0;
        for (const { rows, rise } of batches) {
          late = evict;
          evict += rise * 1000;
          const expected: Row[] = [];
          for (const [id, second] of rows) {
            if (second * 1000 <= late || seen.has(id)) continue;
            seen.set(id, second * 1000 + 3000);
            expected.push([id, second]);
          }
          for (const [id, expiry] of seen) if (expiry <= evict) seen.delete(id);
          expect(run.batch({ rows: at(...rows), late, evict }).rows).toEqual(expected);
          expect(run.total).toBe(seen.size);
        }
      }),
    );
  });
});
