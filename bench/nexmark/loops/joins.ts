import type { Auction, Bid, NexmarkEvent, Person } from '../event.js';
import { type Emit, type Loop, nothingLeft, windowMs } from './loop.js';

export const q3 = (emit: Emit): Loop => {
  const persons = new Map<number, Person>();
  const auctions = new Map<number, number[]>(); // by seller
  const join = (person: Person, id: number) =>
    emit({ name: person.name, city: person.city, state: person.state, id });
  const onAuction = ({ category, seller, id }: Auction): void => {
    if (category !== 10) return;
    const ids = auctions.get(seller);
    if (ids === undefined) auctions.set(seller, [id]);
    else ids.push(id);
    const person = persons.get(seller);
    if (person !== undefined) join(person, id);
  };
  const onPerson = (person: Person): void => {
    const { state, id } = person;
    if (state !== 'OR' && state !== 'ID' && state !== 'CA') return;
    persons.set(id, person);
    const ids = auctions.get(id);
    if (ids !== undefined) for (const each of ids) join(person, each);
  };
  return {
    batch(events) {
      for (const { person, auction } of events) {
        if (auction) onAuction(auction);
        else if (person) onPerson(person);
      }
    },
    end: nothingLeft,
  };
};

export const q8 = (emit: Emit): Loop => {
  const windows = new Map<number, { persons: Map<number, string>; sellers: Set<number> }>();
  const windowAt = (time: number) => {
    const at = Math.floor(time / windowMs);
    let window = windows.get(at);
    if (window === undefined) {
      window = { persons: new Map(), sellers: new Set() };
      windows.set(at, window);
    }
    return window;
  };
  return {
    batch(events) {
      for (const { person, auction } of events) {
        if (auction) windowAt(auction.dateTime).sellers.add(auction.seller);
        else if (person) windowAt(person.dateTime).persons.set(person.id, person.name);
      }
    },
    end() {
      for (const [at, { persons, sellers }] of windows) {
        for (const [id, name] of persons) {
          if (sellers.has(id)) emit({ id, name, window_start: at * windowMs });
        }
      }
    },
  };
};

export const q20 = (emit: Emit): Loop => {
  const auctions = new Map<number, Auction | null>(); // null for another category
  const early = new Map<number, Bid[]>(); // bids that came before their auction
  const join = (bid: Bid, auction: Auction) =>
    emit({
      auction: bid.auction,
      bidder: bid.bidder,
      price: bid.price,
      channel: bid.channel,
      url: bid.url,
      bid_dateTime: bid.dateTime,
      bid_extra: bid.extra,
      itemName: auction.itemName,
      description: auction.description,
      initialBid: auction.initialBid,
      reserve: auction.reserve,
      auction_dateTime: auction.dateTime,
      expires: auction.expires,
      seller: auction.seller,
      category: auction.category,
      auction_extra: auction.extra,
    });
  const onBid = (bid: Bid): void => {
    const found = auctions.get(bid.auction);
    if (found) return join(bid, found);
    if (found === null) return;
    const bids = early.get(bid.auction);
    if (bids === undefined) early.set(bid.auction, [bid]);
    else bids.push(bid);
  };
  const onAuction = (auction: Auction): void => {
    const wanted = auction.category === 10;
    auctions.set(auction.id, wanted ? auction : null);
    const bids = early.get(auction.id);
    if (bids === undefined) return;
    early.delete(auction.id);
    if (wanted) for (const bid of bids) join(bid, auction);
  };
  return {
    batch(events: readonly NexmarkEvent[]) {
      for (const { auction, bid } of events) {
        if (bid) onBid(bid);
        else if (auction) onAuction(auction);
      }
    },
    end: nothingLeft,
  };
};
