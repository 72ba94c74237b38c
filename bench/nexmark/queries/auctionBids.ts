import * as O from 'fp-ts/lib/Option.js';
import type { Observable } from 'rxjs';
import { groupByKey, transformWithState, where } from '../../../index.js';
import type { Auction, Bid, NexmarkEvent } from '../event.js';
import { isAuction, isBid } from '../views.js';
import { isBetter } from './rankings.js';

/** What is known of one auction: itself, its best bid in its life, and bids that came before it. */
interface Known {
  readonly auction: Auction | null;
  readonly best: Bid | null;
  readonly early: readonly Bid[];
}

const nothing: Known = { auction: null, best: null, early: [] };

/** What comes out: when the best bid has changed in a batch, and when no better one can come. */
export interface AuctionOutputs<Out> {
  improved?(auction: Auction, best: Bid, before: Bid | null): Out;
  ended?(auction: Auction, best: Bid): Out;
}

/**
 * Bids meet their auction if they were made in its life, both ends included.
 *
 * State: an auction and its best bid until the watermark reaches its end; a bid without an auction until
 * the watermark reaches the bid: an auction that had opened before it can then not come any more.
 * Auctions end in order of (expires, id).
 */
export function auctionBids<Out>(
  events: Observable<NexmarkEvent>,
  outputs: AuctionOutputs<Out>,
): Observable<Out> {
  return events.pipe(
    where((event) => isBid(event) || isAuction(event)),
    groupByKey((event) => (isBid(event) ? event.bid.auction : (event.auction?.id ?? null))),
    transformWithState({
      timeMode: 'eventTime',
      init: (handle) => handle.value<Known>('known'),
      handleInputRows(_id, rows: readonly NexmarkEvent[], state, timers): readonly Out[] {
        const before = O.getOrElse(() => nothing)(state.get());
        const after = rows.reduce(withEvent, before);
        state.update(after);
        const { auction, best, early } = after;
        if (auction === null) {
          timers.registerTimer(Math.max(...early.map((bid) => bid.dateTime)));
          return [];
        }
        if (before.auction === null) timers.registerTimer(auction.expires);
        if (!outputs.improved || best === null || best === before.best) return [];
        return [outputs.improved(auction, best, before.best)];
      },
      handleExpiredTimer(_id, timerMs, state): readonly Out[] {
        const { auction, best, early } = O.getOrElse(() => nothing)(state.get());
        if (auction === null) {
          const left = early.filter((bid) => bid.dateTime > timerMs);
          if (left.length === 0) state.clear();
          else state.update({ auction, best, early: left });
          return [];
        }
        if (timerMs < auction.expires) return []; // set for a bid that came early
        state.clear();
        return outputs.ended && best !== null ? [outputs.ended(auction, best)] : [];
      },
    }),
  );
}

function withEvent(known: Known, event: NexmarkEvent): Known {
  const { auction, best, early } = known;
  if (event.bid) {
    if (auction === null) return { auction, best, early: [...early, event.bid] };
    const better = betterOf(auction, best, event.bid);
    return better === best ? known : { auction, best: better, early };
  }
  const opened = event.auction ?? null;
  if (opened === null) return known;
  const first = early.reduce((held: Bid | null, bid) => betterOf(opened, held, bid), null);
  return { auction: opened, best: first, early: [] };
}

function betterOf(auction: Auction, best: Bid | null, bid: Bid): Bid | null {
  if (bid.dateTime < auction.dateTime || bid.dateTime > auction.expires) return best;
  return best === null || isBetter(bid, best) ? bid : best;
}
