import { joinWith, select, where, windowOf } from '../../../index.js';
import { type Auction, allAuction, allBid, type Bid, type Person } from '../event.js';
import type { NexmarkQuery } from '../query.js';
import { auctions, bids, persons, timed } from '../views.js';

const nearStates = new Set(['OR', 'ID', 'CA']);

/** q3 local items: either side may come first, nothing expires. */
export const q3: NexmarkQuery = {
  name: 'q3',
  mode: 'append',
  reads: { person: ['id', 'name', 'city', 'state'], auction: ['id', 'seller', 'category'] },
  build: (events) => {
    const local = persons(events).pipe(
      where(({ state }) => nearStates.has(state)),
      select(({ id, name, city, state }) => ({ id, name, city, state })),
    );
    return auctions(events).pipe(
      where(({ category }) => category === 10),
      select(({ id, seller }) => ({ id, seller })),
      joinWith(local, {
        type: 'inner',
        on: [({ seller }) => seller, (person) => person.id],
        unbounded: true,
        select: ({ id }, { name, city, state }) => ({ name, city, state, id }),
      }),
    );
  },
};

const tenSeconds = <T extends Pick<Person, 'dateTime'>>() =>
  windowOf<T, 'ms'>(({ dateTime }) => dateTime, '10 seconds', { timestamps: 'ms' });

/** q8 monitor new users: persons of whom an auction was opened in the same window. */
export const q8: NexmarkQuery = {
  name: 'q8',
  fromFiles: 'all', // a pair comes out when both are there
  mode: 'append',
  reads: { person: ['id', 'name', 'dateTime'], auction: ['seller', 'dateTime'], bid: ['dateTime'] },
  build: (events) => {
    const all = timed(events);
    const sellers = auctions(all).pipe(select(({ seller, dateTime }) => ({ seller, dateTime })));
    const windowOfPerson = tenSeconds<Pick<Person, 'id' | 'name' | 'dateTime'>>();
    return persons(all).pipe(
      select(({ id, name, dateTime }) => ({ id, name, dateTime })),
      joinWith(sellers, {
        type: 'leftSemi',
        on: [({ id }) => id, ({ seller }) => seller],
        onTime: [windowOfPerson, tenSeconds()],
      }),
      select((person) => ({
        id: person.id,
        name: person.name,
        window_start: windowOfPerson(person)?.start,
      })),
    );
  },
};

const sideInput = Array.from({ length: 10_000 }, (_, key) => ({ key, value: String(key) }));

/** q13 bounded side input. */
export const q13: NexmarkQuery = {
  name: 'q13',
  mode: 'append',
  reads: { bid: ['auction', 'bidder', 'price', 'dateTime'] },
  build: (events) =>
    bids(events).pipe(
      joinWith(sideInput, {
        type: 'inner',
        on: [({ auction }) => auction % 10_000, ({ key }) => key],
        select: ({ auction, bidder, price, dateTime }, { value }) => ({
          auction,
          bidder,
          price,
          dateTime,
          value,
        }),
      }),
    ),
};

/** q20 expand bid with auction: unbounded; bids may come before their auction. */
export const q20: NexmarkQuery = {
  name: 'q20',
  mode: 'append',
  reads: { auction: allAuction, bid: allBid },
  build: (events) =>
    bids(events).pipe(
      joinWith(auctions(events).pipe(where(({ category }) => category === 10)), {
        type: 'inner',
        on: [({ auction }) => auction, ({ id }) => id],
        unbounded: true,
        select: expanded,
      }),
    ),
};

export function expanded(bid: Bid, auction: Auction) {
  return {
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
  };
}
