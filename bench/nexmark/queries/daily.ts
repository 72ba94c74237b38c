import { aggregate, groupByKey, select, window } from '../../../index.js';
import type { Bid } from '../event.js';
import type { NexmarkQuery } from '../query.js';
import { bids } from '../views.js';
import { dayOf, minuteOf, rankOf } from './expressions.js';

const isRank = (rank: 1 | 2 | 3) => ({ where: ({ price }: Bid) => rankOf(price) === rank });
const rank1 = isRank(1);
const rank2 = isRank(2);
const rank3 = isRank(3);

type Rows = Parameters<Parameters<typeof aggregate<Bid, never>>[0]>[0];

const rankCounts = (rows: Rows) => ({
  total_bids: rows.count(),
  rank1_bids: rows.count(rank1),
  rank2_bids: rows.count(rank2),
  rank3_bids: rows.count(rank3),
});

const bidStatistics = (rows: Rows) => {
  const bidder = (bid: Bid) => bid.bidder;
  const auction = (bid: Bid) => bid.auction;
  return {
    ...rankCounts(rows),
    total_bidders: rows.countDistinct(bidder),
    rank1_bidders: rows.countDistinct(bidder, rank1),
    rank2_bidders: rows.countDistinct(bidder, rank2),
    rank3_bidders: rows.countDistinct(bidder, rank3),
    total_auctions: rows.countDistinct(auction),
    rank1_auctions: rows.countDistinct(auction, rank1),
    rank2_auctions: rows.countDistinct(auction, rank2),
    rank3_auctions: rows.countDistinct(auction, rank3),
  };
};

type Statistics = Readonly<Record<keyof ReturnType<typeof bidStatistics>, number>>;

const statisticsOf = (row: Statistics) => ({
  total_bids: row.total_bids,
  rank1_bids: row.rank1_bids,
  rank2_bids: row.rank2_bids,
  rank3_bids: row.rank3_bids,
  total_bidders: row.total_bidders,
  rank1_bidders: row.rank1_bidders,
  rank2_bidders: row.rank2_bidders,
  rank3_bidders: row.rank3_bidders,
  total_auctions: row.total_auctions,
  rank1_auctions: row.rank1_auctions,
  rank2_auctions: row.rank2_auctions,
  rank3_auctions: row.rank3_auctions,
});

/** q15 bidding statistics by day. */
export const q15: NexmarkQuery = {
  name: 'q15',
  mode: 'update',
  reads: { bid: ['auction', 'bidder', 'price', 'dateTime'] },
  build: (events) =>
    bids(events).pipe(
      window('1 day', { timestamps: 'ms', time: (bid) => bid.dateTime }),
      aggregate((rows) => bidStatistics(rows)),
      select((row) => ({ day: dayOf(row.window.start), ...statisticsOf(row) })),
    ),
  key: ['day'],
};

/** q16 channel statistics by day. */
export const q16: NexmarkQuery = {
  name: 'q16',
  mode: 'update',
  reads: { bid: ['auction', 'bidder', 'price', 'channel', 'dateTime'] },
  build: (events) =>
    bids(events).pipe(
      groupByKey(({ channel }) => channel),
      window('1 day', { timestamps: 'ms', time: (bid) => bid.dateTime }),
      aggregate((rows) => ({ latest: rows.max((bid) => bid.dateTime), ...bidStatistics(rows) })),
      select((row) => ({
        channel: row.key,
        day: dayOf(row.window.start),
        minute: minuteOf(row.latest ?? row.window.start),
        ...statisticsOf(row),
      })),
    ),
  key: ['channel', 'day'],
};

/** q17 auction statistics by day. */
export const q17: NexmarkQuery = {
  name: 'q17',
  mode: 'update',
  reads: { bid: ['auction', 'price', 'dateTime'] },
  build: (events) =>
    bids(events).pipe(
      groupByKey(({ auction }) => auction),
      window('1 day', { timestamps: 'ms', time: (bid) => bid.dateTime }),
      aggregate((rows) => ({
        ...rankCounts(rows),
        min_price: rows.min((bid) => bid.price),
        max_price: rows.max((bid) => bid.price),
        sum_price: rows.sum((bid) => bid.price),
      })),
      select((row) => ({
        auction: row.key,
        day: dayOf(row.window.start),
        total_bids: row.total_bids,
        rank1_bids: row.rank1_bids,
        rank2_bids: row.rank2_bids,
        rank3_bids: row.rank3_bids,
        min_price: row.min_price,
        max_price: row.max_price,
        sum_price: row.sum_price,
        avg_price: Math.floor((row.sum_price ?? 0) / row.total_bids),
      })),
    ),
  key: ['auction', 'day'],
};
