import fc from 'fast-check';
import { type RateOptions, rate, rowsAtSecond } from '../../lib/sources/rate.js';
import type { RateRow } from '../../lib/sources/rateRow.js';
import type { Source } from '../../lib/sources/source.js';
import { rowsOf, sourceContext, type TestContext } from './sourceContext.js';

const open = (options: RateOptions<'ms'>, ctx: TestContext): Source<RateRow<'ms'>, number> =>
  rate({ ...options, timestamps: 'ms' }).open(ctx) as Source<RateRow<'ms'>, number>;
const totals = (seconds: number, rowsPerSecond: number, rampUpSeconds: number): number[] =>
  Array.from({ length: seconds }, (_, i) => rowsAtSecond(i + 1, { rowsPerSecond, rampUpSeconds }));

describe('rowsAtSecond', () => {
  it('ramps up as in Spark', () => {
    expect(totals(6, 10, 4)).toEqual([2, 6, 12, 20, 30, 40]);
    expect(totals(3, 5, 2)).toEqual([1, 3, 8]);
    expect(totals(3, 10, 0)).toEqual([10, 20, 30]);
  });

  it('never falls', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.integer({ min: 1, max: 1e6 }), fc.nat(300), (s, n, ramp) => {
        const schedule = { rowsPerSecond: n, rampUpSeconds: ramp };
        expect(rowsAtSecond(s + 1, schedule)).toBeGreaterThanOrEqual(rowsAtSecond(s, schedule));
      }),
    );
  });
});

describe('rate', () => {
  it('gives nothing before the first whole second, then evenly spread rows', () => {
    const ctx = sourceContext({ nowMs: 5_000 });
    const source = open({ rowsPerSecond: 10 }, ctx);
    ctx.nowMs = 5_999;
    expect(source.latestOffset(null, 'one batch')).toBeNull();
    ctx.nowMs = 6_000;
    expect(source.latestOffset(null, 'one batch')).toBe(1);
    expect(rowsOf(source, null, 1)).toEqual(
      Array.from({ length: 10 }, (_, i) => ({ timestamp: 5_000 + i * 100, value: i })),
    );
    expect(source.latestOffset(1, 'one batch')).toBe(1);
  });

  it('rounds timestamps to whole ms', () => {
    const source = open({ rowsPerSecond: 1500 }, sourceContext());
    const rows = rowsOf(source, null, 1);
    expect(rows).toHaveLength(1500);
    expect(rows.map((row) => row.timestamp)).toEqual(
      Array.from({ length: 1500 }, (_, i) => Math.round((i * 1000) / 1500)),
    );
  });

  it('gives Dates unless asked for ms', () => {
    const source = rate().open(sourceContext()) as Source<RateRow, number>;
    expect(rowsOf(source, 1, 2)).toEqual([{ timestamp: new Date(1000), value: 1 }]);
  });

  it('gives no rows for seconds in which the ramp has none', () => {
    const source = open({ rowsPerSecond: 2, rampUpTime: '4 seconds' }, sourceContext());
    expect(rowsOf(source, null, 4)).toEqual([]);
    expect(rowsOf(source, null, 5)).toHaveLength(2);
  });

  it('gives long ranges in chunks whose values go on', () => {
    const source = open({ rowsPerSecond: 12_345 }, sourceContext());
    expect(rowsOf(source, 2, 4).map((row) => row.value)).toEqual(
      Array.from({ length: 2 * 12_345 }, (_, i) => 2 * 12_345 + i),
    );
  });

  it('keeps its first start in the checkpoint, so that a restart goes on', () => {
    const ctx = sourceContext({ directory: 'checkpoint/sources/0', nowMs: 1_000_500 });
    const before = rowsOf(open({ rowsPerSecond: 3 }, ctx), null, 2);
    const later = sourceContext({ ...ctx, nowMs: 1_004_600, resumeFrom: 2 });
    const source = open({ rowsPerSecond: 3 }, later);
    expect(rowsOf(source, null, 2)).toEqual(before);
    expect(source.latestOffset(2, 'one batch')).toBe(4);
  });

  it('holds still while the clock goes back, and goes on once it has caught up', () => {
    const ctx = sourceContext();
    const source = open({}, ctx);
    ctx.nowMs = 10_000;
    expect(source.latestOffset(null, 'one batch')).toBe(10);
    ctx.nowMs = 3_000;
    expect(source.latestOffset(10, 'one batch')).toBe(10);
    ctx.nowMs = 11_000;
    expect(source.latestOffset(10, 'one batch')).toBe(11);
  });

  it('refuses a restart with a clock before what was planned, by 1 ms', () => {
    const ctx = sourceContext({ directory: 'd', nowMs: 0 });
    open({}, ctx);
    expect(() => open({}, sourceContext({ ...ctx, nowMs: 4_999, resumeFrom: 5 }))).toThrow(
      expect.objectContaining({ code: 'CLOCK_WENT_BACK' }),
    );
    expect(() => open({}, sourceContext({ ...ctx, nowMs: 5_000, resumeFrom: 5 }))).not.toThrow();
  });

  it.each(['', 'x', '[]', '{"v":2,"startMs":0}', '{"v":1,"startMs":"0"}', 'null'])(
    'refuses a damaged start file: %p',
    (text) => {
      const ctx = sourceContext({ directory: 'd' });
      ctx.fileSystem.files.set('d/start', new TextEncoder().encode(text));
      expect(() => open({}, ctx)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_DAMAGED' }));
    },
  );

  it('does not pass the second at which its end was fixed', () => {
    const ctx = sourceContext();
    const source = open({}, ctx);
    ctx.nowMs = 2_500;
    source.fixEnd();
    ctx.nowMs = 9_000;
    expect(source.latestOffset(null, 'everything')).toBe(2);
    expect(source.latestOffset(2, 'everything')).toBe(2);
  });

  it('asks to be asked again at the next whole second', () => {
    const ctx = sourceContext({ nowMs: 100 });
    const source = open({}, ctx);
    expect(source.pollIntervalMs).toBe(1000);
    ctx.nowMs = 350;
    expect(source.pollIntervalMs).toBe(750);
    ctx.nowMs = 50;
    expect(source.pollIntervalMs).toBe(1000);
  });

  it('fails where value would leave the safe integers', () => {
    const ctx = sourceContext();
    const source = open({ rowsPerSecond: 1e15 }, ctx);
    ctx.nowMs = 10_000;
    expect(() => source.latestOffset(null, 'one batch')).toThrow(
      expect.objectContaining({ code: 'RATE_OVERFLOW' }),
    );
  });

  it('refuses rates and ramps that make no sense', () => {
    expect(() => rate({ rowsPerSecond: 0 })).toThrow(
      /rowsPerSecond must be a positive whole number, not 0; leave it out for the default/,
    );
    expect(() => rate({ rowsPerSecond: -1 })).toThrow(RangeError);
    expect(() => rate({ rampUpTime: '-1 seconds' })).toThrow(/rampUpTime/);
    expect(() => rate({ rowsPerSecond: 2 ** 52, rampUpTime: '10 days' })).toThrow(/rampUpTime/);
  });
});
