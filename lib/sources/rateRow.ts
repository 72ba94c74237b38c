import type { StructType } from '../schema/types.js';

/** A row of `rate` and `ratePerBatch`. */
export interface RateRow<TS extends 'date' | 'ms' = 'date'> {
  readonly timestamp: TS extends 'ms' ? number : Date;
  readonly value: number;
}

export const rateSchema: StructType = {
  type: 'struct',
  fields: [
    { name: 'timestamp', dataType: { type: 'timestamp' }, nullable: false },
    { name: 'value', dataType: { type: 'bigint' }, nullable: false },
  ],
};

const chunkRows = 10_000;

/** Rows `first` … `first + count − 1` in chunks, so that a long pause does not fill the heap. */
export function* rateRows<TS extends 'date' | 'ms'>(
  first: number,
  count: number,
  timeMs: (i: number) => number,
  asDates: boolean,
): Generator<readonly RateRow<TS>[]> {
  for (let from = 0; from < count; from += chunkRows) {
    const to = Math.min(from + chunkRows, count);
    const rows: { timestamp: Date | number; value: number }[] = [];
    for (let i = from; i < to; i++) {
      const ms = timeMs(i);
      rows.push({ timestamp: asDates ? new Date(ms) : ms, value: first + i });
    }
    yield rows as unknown as readonly RateRow<TS>[];
  }
}
