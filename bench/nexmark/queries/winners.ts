import * as O from 'fp-ts/lib/Option.js';
import { aggregate, groupByKey, select, transformWithState } from '../../../index.js';
import { allAuction } from '../event.js';
import type { NexmarkQuery } from '../query.js';
import { timed } from '../views.js';
import { auctionBids } from './auctionBids.js';

const winningBid = ['auction', 'bidder', 'price', 'dateTime', 'extra'] as const;

/** q4 average price per category: an aggregate of an updated maximum. */
export const q4: NexmarkQuery = {
  name: 'q4',
  mode: 'update',
  reads: {
    person: ['dateTime'],
    auction: ['id', 'dateTime', 'expires', 'category'],
    bid: winningBid,
  },
  how: 'transformWithState gives the change of an auction’s price, aggregate adds the changes up',
  build: (events) =>
    auctionBids(timed(events), {
      improved: ({ category }, best, before) => ({
        category,
        auctions: before === null ? 1 : 0,
        change: best.price - (before?.price ?? 0),
      }),
    }).pipe(
      groupByKey((change) => change.category),
      aggregate((rows) => ({
        auctions: rows.sum((change) => change.auctions),
        total: rows.sum((change) => change.change),
      })),
      select(({ key, auctions, total }) => ({
        category: key,
        auctions,
        total,
        average: Math.floor((total ?? 0) / (auctions ?? 1)),
      })),
    ),
  key: ['category'],
};

const kept = 10;

/** q6 average selling price by seller, over the last ten auctions. */
export const q6: NexmarkQuery = {
  name: 'q6',
  fromFiles: 'unknown',
  mode: 'append',
  reads: {
    person: ['dateTime'],
    auction: ['id', 'dateTime', 'expires', 'seller'],
    bid: winningBid,
  },
  how: 'two transformWithState: auctions end in order of (expires, id), each seller keeps its last ten prices',
  build: (events) =>
    auctionBids(timed(events), {
      ended: ({ seller, id }, best) => ({ seller, auction: id, price: best.price }),
    }).pipe(
      groupByKey((sold) => sold.seller),
      transformWithState({
        timeMode: 'none',
        init: (handle) => handle.value<readonly number[]>('prices'),
        handleInputRows(seller, rows, state) {
          let prices = O.getOrElse((): readonly number[] => [])(state.get());
          const averages = rows.map(({ auction, price }) => {
            prices = [...prices, price].slice(-kept);
            const total = prices.reduce((sum, each) => sum + each, 0);
            return { seller, auction, average: Math.floor(total / prices.length) };
          });
          state.update(prices);
          return averages;
        },
      }),
    ),
};

/** q9 winning bids. */
export const q9: NexmarkQuery = {
  name: 'q9',
  mode: 'append',
  reads: { person: ['dateTime'], auction: allAuction, bid: winningBid },
  how: 'transformWithState with a timer at the end of each auction: a row once, when the auction is over',
  build: (events) =>
    auctionBids(timed(events), {
      ended: (auction, { auction: of, bidder, price, dateTime, extra }) => ({
        id: auction.id,
        itemName: auction.itemName,
        description: auction.description,
        initialBid: auction.initialBid,
        reserve: auction.reserve,
        dateTime: auction.dateTime,
        expires: auction.expires,
        seller: auction.seller,
        category: auction.category,
        auction: of,
        bidder,
        price,
        bid_dateTime: dateTime,
        bid_extra: extra,
      }),
    }),
};
