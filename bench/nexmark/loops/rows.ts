import { bidTimeType, channelId, countOf, inCents } from '../queries/expressions.js';
import { type Emit, type Loop, nothingLeft } from './loop.js';

export const q0 = (emit: Emit): Loop => ({
  batch(events) {
    for (const { bid } of events) {
      if (!bid) continue;
      emit({
        auction: bid.auction,
        bidder: bid.bidder,
        price: bid.price,
        dateTime: bid.dateTime,
        extra: bid.extra,
      });
    }
  },
  end: nothingLeft,
});

export const q1 = (emit: Emit): Loop => ({
  batch(events) {
    for (const { bid } of events) {
      if (!bid) continue;
      emit({
        auction: bid.auction,
        bidder: bid.bidder,
        price: inCents(bid.price),
        dateTime: bid.dateTime,
        extra: bid.extra,
      });
    }
  },
  end: nothingLeft,
});

export const q2 = (emit: Emit): Loop => ({
  batch(events) {
    for (const { bid } of events) {
      if (bid && bid.auction % 123 === 0) emit({ auction: bid.auction, price: bid.price });
    }
  },
  end: nothingLeft,
});

export const q13 = (emit: Emit): Loop => {
  const side = new Map(Array.from({ length: 10_000 }, (_, key) => [key, String(key)]));
  return {
    batch(events) {
      for (const { bid } of events) {
        if (!bid) continue;
        const value = side.get(bid.auction % 10_000);
        if (value === undefined) continue;
        emit({
          auction: bid.auction,
          bidder: bid.bidder,
          price: bid.price,
          dateTime: bid.dateTime,
          value,
        });
      }
    },
    end: nothingLeft,
  };
};

export const q14 = (emit: Emit): Loop => ({
  batch(events) {
    for (const { bid } of events) {
      if (!bid) continue;
      const thousandths = bid.price * 908;
      if (thousandths <= 1_000_000_000 || thousandths >= 50_000_000_000) continue;
      emit({
        auction: bid.auction,
        bidder: bid.bidder,
        price: inCents(bid.price),
        bidTimeType: bidTimeType(bid.dateTime),
        dateTime: bid.dateTime,
        extra: bid.extra,
        c_counts: countOf(bid.extra, 'c'),
      });
    }
  },
  end: nothingLeft,
});

export const q21 = (emit: Emit): Loop => ({
  batch(events) {
    for (const { bid } of events) {
      if (!bid) continue;
      const { auction, bidder, price, channel, url } = bid;
      const channel_id = channelId(channel, url);
      if (channel_id !== null) emit({ auction, bidder, price, channel, channel_id });
    }
  },
  end: nothingLeft,
});

export const q22 = (emit: Emit): Loop => ({
  batch(events) {
    for (const { bid } of events) {
      if (!bid) continue;
      const { auction, bidder, price, channel, url } = bid;
      const parts = url.split('/');
      emit({ auction, bidder, price, channel, dir1: parts[3], dir2: parts[4], dir3: parts[5] });
    }
  },
  end: nothingLeft,
});
