import type { Auction, Bid, NexmarkEvent } from '../event.js';
import { expanded } from '../queries/joins.js';
import { type Emit, gapMs, type Loop, nothingLeft, slideMs, windowMs } from './loop.js';
import { addTo, type Session } from './windows.js';

/**
 * The loops again where the plain ones do less than the query asks of a stream: the watermark is declared
 * over all events, what is late by it is dropped, and windows come out and are forgotten as it passes them;
 * each window has its counts after each batch, where they can be asked for; a join keeps every row, because
 * any may still find a partner.
 */
export const evictingLoops: ReadonlyMap<string, (emit: Emit) => Loop> = new Map(
  Object.entries({ q5, q8, q11, q20 }),
);

/** Four seconds behind the latest event before this batch. */
class Watermark {
  at = Number.NEGATIVE_INFINITY;
  private latest = Number.NEGATIVE_INFINITY;

  see({ bid, auction, person }: NexmarkEvent): void {
    const time = (bid ?? auction ?? person)?.dateTime ?? Number.NaN;
    if (time > this.latest) this.latest = time;
  }

  pass(): void {
    this.at = this.latest - 4000;
  }
}

function q5(emit: Emit): Loop {
  const watermark = new Watermark();
  const windows = new Map<number, Map<number, number>>(); // end -> auction -> count
  const mergeInto = (end: number, pane: ReadonlyMap<number, number>): void => {
    if (end <= watermark.at) return; // late
    const counts = windows.get(end) ?? new Map<number, number>();
    windows.set(end, counts);
    for (const [auction, n] of pane) counts.set(auction, (counts.get(auction) ?? 0) + n);
  };
  const close = (upTo: number): void => {
    for (const [end, counts] of windows) {
      if (end > upTo) continue;
      windows.delete(end);
      let most = 0;
      for (const count of counts.values()) if (count > most) most = count;
      const window_start = end - windowMs;
      for (const [auction, num] of counts) {
        if (num === most) emit({ window_start, window_end: end, auction, num });
      }
    }
  };
  return {
    batch(events) {
      const panes = new Map<number, Map<number, number>>();
      let number = Number.NaN;
      let pane = new Map<number, number>();
      for (const event of events) {
        watermark.see(event);
        const { bid } = event;
        if (!bid) continue;
        const at = Math.floor(bid.dateTime / slideMs);
        if (at !== number) {
          number = at;
          pane = panes.get(at) ?? new Map();
          panes.set(at, pane);
        }
        pane.set(bid.auction, (pane.get(bid.auction) ?? 0) + 1);
      }
      for (const [at, counts] of panes) {
        const start = at * slideMs;
        for (let end = start + slideMs; end <= start + windowMs; end += slideMs) {
          mergeInto(end, counts);
        }
      }
      watermark.pass();
      close(watermark.at);
    },
    end: () => close(Number.POSITIVE_INFINITY),
  };
}

interface Newcomers {
  readonly persons: Map<number, string>;
  readonly sellers: Set<number>;
}

function q8(emit: Emit): Loop {
  const watermark = new Watermark();
  const windows = new Map<number, Newcomers>();
  const windowAt = (time: number): Newcomers | undefined => {
    const at = Math.floor(time / windowMs);
    if ((at + 1) * windowMs <= watermark.at) return undefined; // late
    let window = windows.get(at);
    if (window === undefined) {
      window = { persons: new Map(), sellers: new Set() };
      windows.set(at, window);
    }
    return window;
  };
  const close = (upTo: number): void => {
    for (const [at, { persons, sellers }] of windows) {
      if ((at + 1) * windowMs > upTo) continue;
      windows.delete(at);
      for (const [id, name] of persons) {
        if (sellers.has(id)) emit({ id, name, window_start: at * windowMs });
      }
    }
  };
  return {
    batch(events) {
      for (const event of events) {
        const { person, auction } = event;
        watermark.see(event);
        if (auction) windowAt(auction.dateTime)?.sellers.add(auction.seller);
        else if (person) windowAt(person.dateTime)?.persons.set(person.id, person.name);
      }
      watermark.pass();
      close(watermark.at);
    },
    end: () => close(Number.POSITIVE_INFINITY),
  };
}

function q11(emit: Emit): Loop {
  const watermark = new Watermark();
  const bidders = new Map<number, Session[]>();
  const close = (upTo: number): void => {
    for (const [bidder, sessions] of bidders) {
      // They are in order of time.
      while (sessions[0] !== undefined && sessions[0].last + gapMs <= upTo) {
        const { start, last, count } = sessions.shift() as Session;
        emit({ bidder, bid_count: count, starttime: start, endtime: last + gapMs });
      }
      if (sessions.length === 0) bidders.delete(bidder);
    }
  };
  return {
    batch(events) {
      for (const event of events) {
        watermark.see(event);
        const { bid } = event;
        if (!bid || bid.dateTime + gapMs <= watermark.at) continue;
        const sessions = bidders.get(bid.bidder);
        if (sessions !== undefined) addTo(sessions, bid.dateTime);
        else bidders.set(bid.bidder, [{ start: bid.dateTime, last: bid.dateTime, count: 1 }]);
      }
      watermark.pass();
      close(watermark.at);
    },
    end: () => close(Number.POSITIVE_INFINITY),
  };
}

interface Lot {
  readonly auctions: Auction[];
  readonly bids: Bid[];
}

function q20(emit: Emit): Loop {
  const lots = new Map<number, Lot>();
  const lotOf = (id: number): Lot => {
    let lot = lots.get(id);
    if (lot === undefined) {
      lot = { auctions: [], bids: [] };
      lots.set(id, lot);
    }
    return lot;
  };
  return {
    batch(events) {
      for (const { auction, bid } of events) {
        if (bid) {
          const { auctions, bids } = lotOf(bid.auction);
          for (const each of auctions) emit(expanded(bid, each));
          bids.push(bid);
        } else if (auction && auction.category === 10) {
          const { auctions, bids } = lotOf(auction.id);
          for (const each of bids) emit(expanded(each, auction));
          auctions.push(auction);
        }
      }
    },
    end: nothingLeft,
  };
}
