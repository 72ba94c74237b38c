import { select, where } from '../../../index.js';
import type { NexmarkQuery } from '../query.js';
import { bids } from '../views.js';
import { bidTimeType, channelId, countOf, inCents } from './expressions.js';

/** q0 pass-through. */
export const q0: NexmarkQuery = {
  name: 'q0',
  mode: 'append',
  reads: { bid: ['auction', 'bidder', 'price', 'dateTime', 'extra'] },
  build: (events) =>
    bids(events).pipe(
      select(({ auction, bidder, price, dateTime, extra }) => ({
        auction,
        bidder,
        price,
        dateTime,
        extra,
      })),
    ),
};

/** q1 currency. */
export const q1: NexmarkQuery = {
  name: 'q1',
  mode: 'append',
  reads: { bid: ['auction', 'bidder', 'price', 'dateTime', 'extra'] },
  build: (events) =>
    bids(events).pipe(
      select(({ auction, bidder, price, dateTime, extra }) => ({
        auction,
        bidder,
        price: inCents(price),
        dateTime,
        extra,
      })),
    ),
};

/** q2 selection. */
export const q2: NexmarkQuery = {
  name: 'q2',
  mode: 'append',
  reads: { bid: ['auction', 'price'] },
  build: (events) =>
    bids(events).pipe(
      where(({ auction }) => auction % 123 === 0),
      select(({ auction, price }) => ({ auction, price })),
    ),
};

/** q14 calculation. */
export const q14: NexmarkQuery = {
  name: 'q14',
  mode: 'append',
  reads: { bid: ['auction', 'bidder', 'price', 'dateTime', 'extra'] },
  build: (events) =>
    bids(events).pipe(
      where(({ price }) => price * 908 > 1_000_000_000 && price * 908 < 50_000_000_000),
      select(({ auction, bidder, price, dateTime, extra }) => ({
        auction,
        bidder,
        price: inCents(price),
        bidTimeType: bidTimeType(dateTime),
        dateTime,
        extra,
        c_counts: countOf(extra, 'c'),
      })),
    ),
};

/** q21 channel id. */
export const q21: NexmarkQuery = {
  name: 'q21',
  mode: 'append',
  reads: { bid: ['auction', 'bidder', 'price', 'channel', 'url'] },
  build: (events) =>
    bids(events).pipe(
      select(({ auction, bidder, price, channel, url }) => ({
        auction,
        bidder,
        price,
        channel,
        channel_id: channelId(channel, url),
      })),
      where(({ channel_id }) => channel_id !== null),
    ),
};

/** q22 url directories. */
export const q22: NexmarkQuery = {
  name: 'q22',
  mode: 'append',
  reads: { bid: ['auction', 'bidder', 'price', 'channel', 'url'] },
  build: (events) =>
    bids(events).pipe(
      select(({ auction, bidder, price, channel, url }) => {
        const parts = url.split('/');
        return { auction, bidder, price, channel, dir1: parts[3], dir2: parts[4], dir3: parts[5] };
      }),
    ),
};
