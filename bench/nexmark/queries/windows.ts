import {
  type Aggregate,
  aggregate,
  count,
  explode,
  groupByKey,
  select,
  sessionWindow,
  window,
  withWatermark,
} from '../../../index.js';
import type { Bid } from '../event.js';
import type { NexmarkQuery } from '../query.js';
import { bids, timed } from '../views.js';

interface Leaders<T> {
  most: number;
  rows: T[];
}

/** The rows with the largest number, ties included: an aggregate of one's own, as Spark's Aggregator. */
function leaders<T>(numberOf: (row: T) => number): Aggregate<T, Leaders<T>, readonly T[]> {
  const add = (acc: Leaders<T>, row: T): Leaders<T> => {
    const n = numberOf(row);
    if (n > acc.most) {
      acc.most = n;
      acc.rows = [row];
    } else if (n === acc.most) acc.rows.push(row);
    return acc;
  };
  return {
    name: 'leaders',
    zero: () => ({ most: Number.NEGATIVE_INFINITY, rows: [] }),
    add,
    merge: (acc, { rows }) => rows.reduce(add, acc),
    result: ({ rows }) => [...rows],
  };
}

/** q5 hot items: an aggregate of an aggregate. */
export const q5: NexmarkQuery = {
  name: 'q5',
  mode: 'append',
  reads: { person: ['dateTime'], auction: ['dateTime'], bid: ['auction', 'dateTime'] },
  build: (events) =>
    bids(timed(events)).pipe(
      groupByKey(({ auction }) => auction),
      window('10 seconds', { slide: '2 seconds', timestamps: 'ms' }),
      count(),
      window('2 seconds', { timestamps: 'ms' }), // in each ends one window of ten seconds
      aggregate(() => ({ hot: leaders((row: AuctionCount) => row.count) })),
      explode(
        ({ hot }) => hot,
        ({ window: { end } }, { key, count: num }) => ({
          window_start: end - 10_000,
          window_end: end,
          auction: key,
          num,
        }),
      ),
    ),
};

interface AuctionCount {
  readonly key: number;
  readonly count: number;
}

/** q7 highest bid. */
export const q7: NexmarkQuery = {
  name: 'q7',
  mode: 'append',
  reads: {
    person: ['dateTime'],
    auction: ['dateTime'],
    bid: ['auction', 'price', 'bidder', 'dateTime', 'extra'],
  },
  build: (events) =>
    bids(timed(events)).pipe(
      window('10 seconds', { timestamps: 'ms' }),
      aggregate(() => ({ top: leaders((bid: Bid) => bid.price) })),
      explode(({ top }) => top),
      select(({ auction, price, bidder, dateTime, extra }) => ({
        auction,
        price,
        bidder,
        dateTime,
        extra,
      })),
    ),
};

/** q11 user sessions. */
export const q11: NexmarkQuery = {
  name: 'q11',
  mode: 'append',
  reads: { person: ['dateTime'], auction: ['dateTime'], bid: ['bidder', 'dateTime'] },
  build: (events) =>
    bids(timed(events)).pipe(
      groupByKey(({ bidder }) => bidder),
      sessionWindow('10 seconds', { timestamps: 'ms' }),
      count(),
      select(({ key, window: { start, end }, count: n }) => ({
        bidder: key,
        bid_count: n,
        starttime: start,
        endtime: end,
      })),
    ),
};

/** q12 processing-time windows: the time of a batch is the time of its rows. */
export const q12: NexmarkQuery = {
  name: 'q12',
  mode: 'update',
  reads: { bid: ['bidder'] },
  build: (events) =>
    bids(events).pipe(
      // A watermark, so that closed windows leave the state.
      withWatermark((_, { batchTimestampMs }) => batchTimestampMs, '0 seconds'),
      groupByKey(({ bidder }) => bidder),
      window('10 seconds', { timestamps: 'ms' }),
      count(),
      select(({ key, window: { start }, count: n }) => ({ bidder: key, start, bid_count: n })),
    ),
  key: ['bidder', 'start'],
  answer: (rows) => totalsOf(rows as readonly { bidder: number; bid_count: number }[]),
};

function totalsOf(rows: readonly { bidder: number; bid_count: number }[]) {
  const totals = new Map<number, number>();
  for (const { bidder, bid_count } of rows) {
    totals.set(bidder, (totals.get(bidder) ?? 0) + bid_count);
  }
  return [...totals].map(([bidder, bid_count]) => ({ bidder, bid_count }));
}
