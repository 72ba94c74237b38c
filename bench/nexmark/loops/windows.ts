import type { Bid } from '../event.js';
import { Changed, type Emit, gapMs, type Loop, nothingLeft, slideMs, windowMs } from './loop.js';

export const q5 = (emit: Emit): Loop => {
  const panes = new Map<number, Map<number, number>>(); // number of the 2 s pane -> auction -> count
  let number = Number.NaN;
  let pane = new Map<number, number>();
  const moveTo = (at: number) => {
    number = at;
    pane = panes.get(at) ?? new Map();
    panes.set(at, pane);
  };
  const span = windowMs / slideMs;
  const emitWindow = (start: number) => {
    const counts = new Map<number, number>();
    for (let k = 0; k < span; k++) {
      for (const [auction, count] of panes.get(start + k) ?? []) {
        counts.set(auction, (counts.get(auction) ?? 0) + count);
      }
    }
    let most = 0;
    for (const count of counts.values()) if (count > most) most = count;
    const window_start = start * slideMs;
    for (const [auction, num] of counts) {
      if (num === most) emit({ window_start, window_end: window_start + windowMs, auction, num });
    }
  };
  return {
    batch(events) {
      for (const { bid } of events) {
        if (!bid) continue;
        const at = Math.floor(bid.dateTime / slideMs);
        if (at !== number) moveTo(at);
        const count = pane.get(bid.auction);
        pane.set(bid.auction, count === undefined ? 1 : count + 1);
      }
    },
    end() {
      const starts = new Set<number>();
      for (const at of panes.keys()) for (let k = 0; k < span; k++) starts.add(at - k);
      for (const start of starts) emitWindow(start);
    },
  };
};

export const q7 = (emit: Emit): Loop => {
  const windows = new Map<number, { price: number; bids: Bid[] }>(); // a window's dearest bids
  let number = Number.NaN;
  let best = { price: -1, bids: [] as Bid[] };
  return {
    batch(events) {
      for (const { bid } of events) {
        if (!bid) continue;
        const at = Math.floor(bid.dateTime / windowMs);
        if (at !== number) {
          number = at;
          best = windows.get(at) ?? { price: -1, bids: [] };
          windows.set(at, best);
        }
        if (bid.price > best.price) {
          best.price = bid.price;
          best.bids = [bid];
        } else if (bid.price === best.price) best.bids.push(bid);
      }
    },
    end() {
      for (const { bids } of windows.values()) {
        for (const { auction, price, bidder, dateTime, extra } of bids) {
          emit({ auction, price, bidder, dateTime, extra });
        }
      }
    },
  };
};

export interface Session {
  start: number;
  last: number;
  count: number;
}

export const q11 = (emit: Emit): Loop => {
  const bidders = new Map<number, Session[]>(); // not touching, by time
  return {
    batch(events) {
      for (const { bid } of events) {
        if (!bid) continue;
        const sessions = bidders.get(bid.bidder);
        if (sessions !== undefined) addTo(sessions, bid.dateTime);
        else bidders.set(bid.bidder, [{ start: bid.dateTime, last: bid.dateTime, count: 1 }]);
      }
    },
    end() {
      for (const [bidder, sessions] of bidders) {
        for (const { start, last, count } of sessions) {
          emit({ bidder, bid_count: count, starttime: start, endtime: last + gapMs });
        }
      }
    },
  };
};

export function addTo(sessions: Session[], time: number): void {
  let i = sessions.length - 1;
  while (i >= 0 && time < (sessions[i] as Session).start - gapMs) i--;
  const session = i >= 0 ? sessions[i] : undefined;
  if (session === undefined || time > session.last + gapMs) {
    sessions.splice(i + 1, 0, { start: time, last: time, count: 1 });
    return;
  }
  session.count++;
  if (time > session.last) session.last = time;
  if (time >= session.start) return;
  session.start = time;
  const before = i > 0 ? sessions[i - 1] : undefined;
  if (before === undefined || time > before.last + gapMs) return;
  before.last = session.last;
  before.count += session.count;
  sessions.splice(i, 1);
}

interface BidderWindow {
  readonly bidder: number;
  readonly start: number;
  bid_count: number;
  changed: boolean;
}

export const q12 = (emit: Emit): Loop => {
  const windows = new Map<number, Map<number, BidderWindow>>();
  const changed = new Changed<BidderWindow>();
  return {
    batch(events) {
      const start = Math.floor(Date.now() / windowMs) * windowMs;
      const bidders = windows.get(start) ?? new Map<number, BidderWindow>();
      windows.set(start, bidders);
      for (const { bid } of events) {
        if (!bid) continue;
        const { bidder } = bid;
        let window = bidders.get(bidder);
        if (window === undefined) {
          window = { bidder, start, bid_count: 0, changed: false };
          bidders.set(bidder, window);
        }
        window.bid_count++;
        changed.add(window);
      }
      for (const { bidder, start, bid_count } of changed.take()) emit({ bidder, start, bid_count });
    },
    end: nothingLeft,
  };
};
