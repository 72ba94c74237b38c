import type { Bid } from '../event.js';
import { dayMs, dayOf, minuteOf, rankOf } from '../queries/expressions.js';
import { laterOf } from '../queries/rankings.js';
import { Changed, type Emit, type Loop, nothingLeft } from './loop.js';

/** Counts and distinct values by rank; index 0 is all ranks. */
class Statistics<K> {
  changed = false;
  latest = 0;
  readonly bids = [0, 0, 0, 0];
  readonly bidders = [new Set<number>(), new Set<number>(), new Set<number>(), new Set<number>()];
  readonly auctions = [new Set<number>(), new Set<number>(), new Set<number>(), new Set<number>()];

  constructor(
    readonly day: string,
    readonly key: K,
  ) {}

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

/** Groups by day and key; nearly all rows lie in the day of the row before. */
class Days<K, V> {
  private readonly days = new Map<number, Map<K, V>>();
  private number = Number.NaN;
  private keys = new Map<K, V>();
  private day = '';

  constructor(private readonly create: (day: string, key: K) => V) {}

  at(time: number, key: K): V {
    const at = Math.floor(time / dayMs);
    if (at !== this.number) this.moveTo(at);
    let group = this.keys.get(key);
    if (group === undefined) {
      group = this.create(this.day, key);
      this.keys.set(key, group);
    }
    return group;
  }

  private moveTo(at: number): void {
    this.number = at;
    this.day = dayOf(at * dayMs);
    this.keys = this.days.get(at) ?? new Map();
    this.days.set(at, this.keys);
  }
}

export const q15 = (emit: Emit): Loop => {
  const days = new Days((day, key: null) => new Statistics(day, key));
  const changed = new Changed<Statistics<null>>();
  return {
    batch(events) {
      for (const { bid } of events) {
        if (!bid) continue;
        const day = days.at(bid.dateTime, null);
        day.add(bid);
        changed.add(day);
      }
      for (const row of changed.take()) emit({ day: row.day, ...row.row() });
    },
    end: nothingLeft,
  };
};

export const q16 = (emit: Emit): Loop => {
  const days = new Days((day, channel: string) => new Statistics(day, channel));
  const changed = new Changed<Statistics<string>>();
  return {
    batch(events) {
      for (const { bid } of events) {
        if (!bid) continue;
        const channel = days.at(bid.dateTime, bid.channel);
        channel.add(bid);
        changed.add(channel);
      }
      for (const row of changed.take()) {
        const { key: channel, day, latest } = row;
        emit({ channel, day, minute: minuteOf(latest), ...row.row() });
      }
    },
    end: nothingLeft,
  };
};

class AuctionDay {
  changed = false;
  total_bids = 0;
  rank1_bids = 0;
  rank2_bids = 0;
  rank3_bids = 0;
  min_price = Number.POSITIVE_INFINITY;
  max_price = Number.NEGATIVE_INFINITY;
  sum_price = 0;

  constructor(
    readonly day: string,
    readonly auction: number,
  ) {}

  add(price: number): void {
    this.total_bids++;
    if (price < 10_000) this.rank1_bids++;
    else if (price < 1_000_000) this.rank2_bids++;
    else this.rank3_bids++;
    if (price < this.min_price) this.min_price = price;
    if (price > this.max_price) this.max_price = price;
    this.sum_price += price;
  }

  row() {
    return {
      auction: this.auction,
      day: this.day,
      total_bids: this.total_bids,
      rank1_bids: this.rank1_bids,
      rank2_bids: this.rank2_bids,
      rank3_bids: this.rank3_bids,
      min_price: this.min_price,
      max_price: this.max_price,
      sum_price: this.sum_price,
      avg_price: Math.floor(this.sum_price / this.total_bids),
    };
  }
}

export const q17 = (emit: Emit): Loop => {
  const days = new Days((day, auction: number) => new AuctionDay(day, auction));
  const changed = new Changed<AuctionDay>();
  return {
    batch(events) {
      for (const { bid } of events) {
        if (!bid) continue;
        const auction = days.at(bid.dateTime, bid.auction);
        auction.add(bid.price);
        changed.add(auction);
      }
      for (const row of changed.take()) emit(row.row());
    },
    end: nothingLeft,
  };
};

interface LastBid {
  bid: Bid;
  changed: boolean;
}

export const q18 = (emit: Emit): Loop => {
  const bidders = new Map<number, Map<number, LastBid>>(); // bidder -> auction -> last bid
  const changed = new Changed<LastBid>();
  const lastOf = (bid: Bid): LastBid => {
    let auctions = bidders.get(bid.bidder);
    if (auctions === undefined) {
      auctions = new Map();
      bidders.set(bid.bidder, auctions);
    }
    let last = auctions.get(bid.auction);
    if (last === undefined) {
      last = { bid, changed: false };
      auctions.set(bid.auction, last);
    } else if (laterOf(last.bid, bid) === bid) last.bid = bid;
    return last;
  };
  return {
    batch(events) {
      for (const { bid } of events) if (bid) changed.add(lastOf(bid));
      for (const { bid } of changed.take()) {
        const { auction, bidder, price, channel, url, dateTime, extra } = bid;
        emit({ auction, bidder, price, channel, url, dateTime, extra });
      }
    },
    end: nothingLeft,
  };
};
