import type { Observable } from 'rxjs';
import { select, where, withWatermark } from '../../index.js';
import type { Auction, Bid, NexmarkEvent, Person } from './event.js';

type PersonEvent = NexmarkEvent & { readonly person: Person };
type AuctionEvent = NexmarkEvent & { readonly auction: Auction };
export type BidEvent = NexmarkEvent & { readonly bid: Bid };

export const isPerson = (event: NexmarkEvent): event is PersonEvent => event.event_type === 0;
export const isAuction = (event: NexmarkEvent): event is AuctionEvent => event.event_type === 1;
export const isBid = (event: NexmarkEvent): event is BidEvent => event.event_type === 2;

function timeOf(event: NexmarkEvent): number | null {
  if (isBid(event)) return event.bid.dateTime;
  if (isAuction(event)) return event.auction.dateTime;
  return isPerson(event) ? event.person.dateTime : null;
}

/** Declared over all events, before the split into views, as in the published DDL. */
export const timed = (events: Observable<NexmarkEvent>): Observable<NexmarkEvent> =>
  events.pipe(withWatermark(timeOf, '4 seconds'));

export const persons = (events: Observable<NexmarkEvent>): Observable<Person> =>
  events.pipe(
    where(isPerson),
    select((event) => event.person),
  );

export const auctions = (events: Observable<NexmarkEvent>): Observable<Auction> =>
  events.pipe(
    where(isAuction),
    select((event) => event.auction),
  );

export const bids = (events: Observable<NexmarkEvent>): Observable<Bid> =>
  events.pipe(
    where(isBid),
    select((event) => event.bid),
  );
