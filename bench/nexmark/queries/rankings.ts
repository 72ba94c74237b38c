import * as O from 'fp-ts/lib/Option.js';
import {
  aggregate,
  flatMapGroupsWithState,
  fromMonoid,
  type GroupState,
  groupByKey,
  select,
} from '../../../index.js';
import { allBid, type Bid } from '../event.js';
import type { NexmarkQuery } from '../query.js';
import { bids } from '../views.js';

/** Later, then dearer, then the larger text: total, so arrival does not matter. */
export function laterOf(a: Bid | null, b: Bid | null): Bid | null {
  if (a === null || b === null) return a ?? b;
  if (a.dateTime !== b.dateTime) return a.dateTime > b.dateTime ? a : b;
  if (a.price !== b.price) return a.price > b.price ? a : b;
  return a.extra > b.extra ? a : b;
}

/** Whether `a` stands before `b`: dearer, earlier, smaller bidder, larger text. */
export function isBetter(a: Bid, b: Bid): boolean {
  if (a.price !== b.price) return a.price > b.price;
  if (a.dateTime !== b.dateTime) return a.dateTime < b.dateTime;
  if (a.bidder !== b.bidder) return a.bidder < b.bidder;
  return a.extra > b.extra;
}

const columns = ({ auction, bidder, price, channel, url, dateTime, extra }: Bid) => ({
  auction,
  bidder,
  price,
  channel,
  url,
  dateTime,
  extra,
});

/** q18 last bid of each bidder on each auction. */
export const q18: NexmarkQuery = {
  name: 'q18',
  mode: 'update',
  reads: { bid: allBid },
  build: (events) =>
    bids(events).pipe(
      groupByKey(({ bidder, auction }) => [bidder, auction]),
      aggregate(() => ({
        last: fromMonoid<Bid | null>({ empty: null, concat: laterOf })((bid: Bid) => bid),
      })),
      select(({ last }) => columns(last as Bid)),
    ),
  key: ['bidder', 'auction'],
};

/** q19 auction top ten. */
export const q19: NexmarkQuery = {
  name: 'q19',
  mode: 'update',
  reads: { bid: allBid },
  how: 'flatMapGroupsWithState keeps the ten best bids of each auction; a changed list comes out whole',
  build: (events) =>
    bids(events).pipe(
      groupByKey(({ auction }) => auction),
      flatMapGroupsWithState(
        (_auction, rows: readonly Bid[], state: GroupState<readonly Bid[]>) => {
          const before = O.getOrElse((): readonly Bid[] => [])(state.get());
          const top = rows.reduce(withBid, before);
          if (top === before) return [];
          state.update(top);
          return top.map((bid, i) => ({ ...columns(bid), rank_number: i + 1 }));
        },
        { outputMode: 'update' },
      ),
    ),
  key: ['auction', 'rank_number'],
};

const listLength = 10;

function withBid(top: readonly Bid[], bid: Bid): readonly Bid[] {
  const last = top[listLength - 1];
  if (last !== undefined && !isBetter(bid, last)) return top;
  const at = top.findIndex((other) => isBetter(bid, other));
  const place = at < 0 ? top.length : at;
  return [...top.slice(0, place), bid, ...top.slice(place, listLength - 1)];
}
