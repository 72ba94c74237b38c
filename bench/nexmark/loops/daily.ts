import type { Bid } from '../event.js';
import { dayMs, dayOf, minuteOf, rankOf } from '../queries/expressions.js';
import { laterOf } from '../queries/rankings.js';
import type { Emit, Loop } from './loop.js';

/** Counts and distinct values by rank; index 0 is all ranks. */
class Statistics {
  latest = 0;
  readonly bids = [0, 0, 0, 0];
  readonly bidders = [new Set<number>(), new Set<number>(), new Set<number>(), new Set<number>()];
  readonly auctions = [new Set<number>(), new Set<number>(), new Set<number>(), new Set<number>()];

  add({ price, bidder, auction, dateTime }: Bid): void {
    const rank = rankOf(price);
    this.bids[0] = (this.bids[0] as number) + 1;
    this.bids[rank] = (this.bids[rank] as number) + 1;
    this.bidders[0]?.add(bidder);
    this.bidders[rank]?.add(bidder);
    this.auctions[0]?.add(auction);
    this.auctions[rank]?.add(auction);
    if (dateTime > this.latest) this.latest = dateTime;
  }

  row() {
    const { bids, bidders, auctions } = this;
    return {
      total_bids: bids[0],
      rank1_bids: bids[1],
      rank2_bids: bids[2],
      rank3_bids: bids[3],
      total_bidders: bidders[0]?.size,
      rank1_bidders: bidders[1]?.size,
      rank2_bidders: bidders[2]?.size,
      rank3_bidders: bidders[3]?.size,
      total_auctions: auctions[0]?.size,
      rank1_auctions: auctions[1]?.size,
      rank2_auctions: auctions[2]?.size,
      rank3_auctions: auctions[3]?.size,
    };
  }
}

/** One map per day; nearly all rows lie in the day of the row before. */
class Days<K, V> {
  readonly days = new Map<number, Map<K, V>>();
  private number = Number.NaN;
  private keys = new Map<K, V>();

  at(time: number): Map<K, V> {
    const at = Math.floor(time / dayMs);
    if (at !== this.number) {
      this.number = at;
      this.keys = this.days.get(at) ?? new Map();
      this.days.set(at, this.keys);
    }
    return this.keys;
  }
}

export const q15 = (emit: Emit): Loop => {
  const days = new Days<null, Statistics>();
  return {
    batch(events) {
      for (const { bid } of events) if (bid) statisticsOf(days.at(bid.dateTime), null).add(bid);
    },
    end() {
      for (const [at, keys] of days.days) {
        for (const row of keys.values()) emit({ day: dayOf(at * dayMs), ...row.row() });
      }
    },
  };
};

export const q16 = (emit: Emit): Loop => {
  const days = new Days<string, Statistics>();
  return {
    batch(events) {
      for (const { bid } of events) {
        if (bid) statisticsOf(days.at(bid.dateTime), bid.channel).add(bid);
      }
    },
    end() {
      for (const [at, keys] of days.days) {
        const day = dayOf(at * dayMs);
        for (const [channel, row] of keys) {
          emit({ channel, day, minute: minuteOf(row.latest), ...row.row() });
        }
      }
    },
  };
};

function statisticsOf<K>(keys: Map<K, Statistics>, key: K): Statistics {
  let found = keys.get(key);
  if (found === undefined) {
    found = new Statistics();
    keys.set(key, found);
  }
  return found;
}

interface AuctionDay {
  total_bids: number;
  rank1_bids: number;
  rank2_bids: number;
  rank3_bids: number;
  min_price: number;
  max_price: number;
  sum_price: number;
}

export const q17 = (emit: Emit): Loop => {
  const days = new Days<number, AuctionDay>();
  return {
    batch(events) {
      for (const { bid } of events) {
        if (!bid) continue;
        const auctions = days.at(bid.dateTime);
        const { price } = bid;
        let row = auctions.get(bid.auction);
        if (row === undefined) {
          row = {
            total_bids: 0,
            rank1_bids: 0,
            rank2_bids: 0,
            rank3_bids: 0,
            min_price: price,
            max_price: price,
            sum_price: 0,
          };
          auctions.set(bid.auction, row);
        }
        row.total_bids++;
        if (price < 10_000) row.rank1_bids++;
        else if (price < 1_000_000) row.rank2_bids++;
        else row.rank3_bids++;
        if (price < row.min_price) row.min_price = price;
        if (price > row.max_price) row.max_price = price;
        row.sum_price += price;
      }
    },
    end() {
      for (const [at, auctions] of days.days) {
        const day = dayOf(at * dayMs);
        for (const [auction, row] of auctions) {
          const avg_price = Math.floor(row.sum_price / row.total_bids);
          emit({ auction, day, ...row, avg_price });
        }
      }
    },
  };
};

export const q18 = (emit: Emit): Loop => {
  const bidders = new Map<number, Map<number, Bid>>(); // bidder -> auction -> last bid
  return {
    batch(events) {
      for (const { bid } of events) {
        if (!bid) continue;
        let auctions = bidders.get(bid.bidder);
        if (auctions === undefined) {
          auctions = new Map();
          bidders.set(bid.bidder, auctions);
        }
        const last = auctions.get(bid.auction);
        if (last === undefined || laterOf(last, bid) === bid) auctions.set(bid.auction, bid);
      }
    },
    end() {
      for (const auctions of bidders.values()) {
        for (const { auction, bidder, price, channel, url, dateTime, extra } of auctions.values()) {
          emit({ auction, bidder, price, channel, url, dateTime, extra });
        }
      }
    },
  };
};
