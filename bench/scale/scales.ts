import type { Observable } from 'rxjs';
import {
  aggregate,
  count,
  groupByKey,
  joinWith,
  select,
  where,
  window,
  withWatermark,
} from '../../index.js';

export interface Row {
  readonly key: number;
  /** ms */
  readonly time: number;
  readonly left: boolean;
}

export interface Scale {
  readonly sizes: readonly number[];
  row(i: number, size: number): Row;
  of(size: number): {
    readonly rows: number;
    readonly perBatch: number;
    build(rows: Observable<Row>): Observable<unknown>;
  };
}

/** Spreads numbers over keys, so that neighbours in time are none in the map. */
const keyAt = (i: number, over: number): number => (Math.imul(i, 0x9e3779b1) >>> 0) % over;
const plain = { time: 0, left: true };

/** What grows, and a query whose cost per row should not. */
export const scales: ReadonlyMap<string, Scale> = new Map<string, Scale>([
  [
    'keys',
    {
      sizes: [1, 100, 10_000, 100_000, 1_000_000, 10_000_000],
      row: (i, size) => ({ ...plain, key: keyAt(i, size) }),
      of: (size) => ({
        rows: Math.max(1_000_000, size),
        perBatch: 100_000,
        build: (rows) =>
          rows.pipe(
            groupByKey(({ key }) => key),
            count(),
          ),
      }),
    },
  ],
  [
    'windows open',
    {
      sizes: [1, 10, 100, 1000, 10_000],
      row: (i, size) => ({ key: i % 10, time: (i % size) * 1000, left: true }),
      of: () => ({
        rows: 1_000_000,
        perBatch: 100_000,
        build: (rows) =>
          rows.pipe(
            withWatermark(({ time }) => time, '1 day'),
            groupByKey(({ key }) => key),
            window('1 second'),
            aggregate((each) => ({ n: each.count() })),
          ),
      }),
    },
  ],
  [
    'join state',
    {
      sizes: [10, 1000, 100_000, 1_000_000],
      // The left rows come first, one per key; then right rows probe them.
      row: (i, size) => ({ ...plain, key: i < size ? i : keyAt(i, size), left: i < size }),
      of: (size) => ({
        rows: size + 500_000,
        perBatch: 100_000,
        build: (rows) => joined(rows),
      }),
    },
  ],
  [
    'rows per batch',
    {
      sizes: [1, 10, 100, 1000, 10_000, 100_000, 1_000_000],
      row: (i) => ({ ...plain, key: i % 1000 }),
      of: (size) => ({
        rows: size < 100 ? 10_000 * size : 1_000_000,
        perBatch: size,
        build: (rows) =>
          rows.pipe(
            groupByKey(({ key }) => key),
            count(),
          ),
      }),
    },
  ],
  [
    'operators',
    {
      sizes: [1, 2, 5, 10, 20],
      row: (i) => ({ ...plain, key: i }),
      of: (size) => ({
        rows: 1_000_000,
        perBatch: 100_000,
        build: (rows) => chain(rows, size),
      }),
    },
  ],
]);

function joined(rows: Observable<Row>): Observable<unknown> {
  const left = rows.pipe(where((row) => row.left));
  return left.pipe(
    joinWith(rows.pipe(where((row) => !row.left)), {
      type: 'inner',
      on: [({ key }) => key, ({ key }) => key],
      unbounded: true,
    }),
  );
}

/** `where` and `select` in turn. */
function chain(rows: Observable<Row>, length: number): Observable<unknown> {
  let at: Observable<Row> = rows;
  for (let i = 0; i < length; i++) {
    at =
      i % 2 === 0
        ? at.pipe(where(({ key }) => key !== -i))
        : at.pipe(select(({ key, time, left }) => ({ key: key + 1, time, left })));
  }
  return at;
}
