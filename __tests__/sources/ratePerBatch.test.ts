import { type RatePerBatchOffset, ratePerBatch } from '../../lib/sources/ratePerBatch.js';
import type { RateRow } from '../../lib/sources/rateRow.js';
import type { Source } from '../../lib/sources/source.js';
import { rowsOf, sourceContext } from './sourceContext.js';

type Opened = Source<RateRow<'ms'>, RatePerBatchOffset>;
const open = (): Opened =>
  ratePerBatch({
    rowsPerBatch: 10,
    startTimestamp: 1000,
    advanceMillisPerBatch: 50,
    timestamps: 'ms',
  }).open(sourceContext()) as Opened;
const tenFrom = (value: number, timestamp: number): RateRow<'ms'>[] =>
  Array.from({ length: 10 }, (_, i) => ({ timestamp, value: value + i }));

describe('ratePerBatch', () => {
  it('gives each batch its values and one timestamp', () => {
    const source = open();
    let start: RatePerBatchOffset | null = null;
    const batches: RateRow<'ms'>[][] = [];
    for (let batch = 0; batch < 3; batch++) {
      const end: RatePerBatchOffset = source.latestOffset(start, 'one batch') as RatePerBatchOffset;
      batches.push(rowsOf(source, start, end));
      start = end;
    }
    expect(batches).toEqual([tenFrom(0, 1000), tenFrom(10, 1050), tenFrom(20, 1100)]);
  });

  it('goes on from the offset that a restart brings', () => {
    const start = { offset: 20, timestamp: 1100 };
    const end = open().latestOffset(start, 'one batch') as RatePerBatchOffset;
    expect(end).toEqual({ offset: 30, timestamp: 1150 });
    expect(rowsOf(open(), start, end)).toEqual(tenFrom(20, 1100));
  });

  it('ends one batch after its end was fixed', () => {
    const source = open();
    source.fixEnd();
    const end = source.latestOffset({ offset: 10, timestamp: 1050 }, 'everything');
    expect(end).toEqual({ offset: 20, timestamp: 1100 });
    expect(source.latestOffset(end as RatePerBatchOffset, 'everything')).toEqual(end);
  });

  it('takes 0 for start and advance, and starts at 0 by default', () => {
    const still = ratePerBatch({ rowsPerBatch: 1, startTimestamp: 0, advanceMillisPerBatch: 0 });
    const source = still.open(sourceContext()) as Source<RateRow, RatePerBatchOffset>;
    expect(source.latestOffset(null, 'one batch')).toEqual({ offset: 1, timestamp: 0 });
    const plain = ratePerBatch({ rowsPerBatch: 1 }).open(sourceContext()) as typeof source;
    expect(plain.latestOffset(null, 'one batch')).toEqual({ offset: 1, timestamp: 1000 });
    expect(rowsOf(plain, null, { offset: 1, timestamp: 1000 })).toEqual([
      { timestamp: new Date(0), value: 0 },
    ]);
  });

  it('refuses what is no count and no time', () => {
    expect(() => ratePerBatch({} as never)).toThrow(/rowsPerBatch is missing/);
    expect(() => ratePerBatch({ rowsPerBatch: 0 })).toThrow(
      /rowsPerBatch must be a positive whole number, not 0; give { rowsPerBatch: 10 }/,
    );
    expect(() => ratePerBatch({ rowsPerBatch: 1, startTimestamp: -1 })).toThrow(/startTimestamp/);
    expect(() => ratePerBatch({ rowsPerBatch: 1, advanceMillisPerBatch: -1 })).toThrow(
      /advanceMillisPerBatch/,
    );
  });
});
