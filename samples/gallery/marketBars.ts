/**
 * Bars of a market: open, high, low, close and volume per symbol and minute, from trades out of order.
 *
 *     npm run sample -- marketBars
 */
import {
  aggregate,
  consoleSink,
  groupByKey,
  memoryStream,
  readStream,
  select,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-02T${time}Z`);
const trades = memoryStream<{ symbol: string; price: number; size: number; at: Date }>();

const bars = readStream(trades).pipe(
  withWatermark((trade) => trade.at, '5 seconds'),
  groupByKey((trade) => trade.symbol),
  window('1 minute'),
  aggregate((rows) => ({
    // By time, not by arrival: first and last would take the trades as they come.
    open: rows.minBy(
      (trade) => trade.price,
      (trade) => trade.at,
    ),
    high: rows.max((trade) => trade.price),
    low: rows.min((trade) => trade.price),
    close: rows.maxBy(
      (trade) => trade.price,
      (trade) => trade.at,
    ),
    volume: rows.sum((trade) => trade.size),
    value: rows.sum((trade) => trade.price * trade.size),
  })),
  select(({ key, window, value, ...bar }) => ({
    symbol: key,
    minute: window.start,
    ...bar,
    vwap: Math.round(((value ?? 0) / (bar.volume ?? 1)) * 1000) / 1000,
  })),
);
// In append mode a bar comes out once, when no trade of its minute can come any more.
const query = writeStream(bars, { sink: consoleSink() });

trades.addData({ symbol: 'TEA', price: 10.5, size: 100, at: at('09:30:02') });
trades.addData({ symbol: 'TEA', price: 10.25, size: 50, at: at('09:30:00') }); // the open, late
trades.addData({ symbol: 'RUM', price: 40, size: 10, at: at('09:30:30') });
trades.addData({ symbol: 'TEA', price: 11, size: 200, at: at('09:30:59') });
await query.processAllAvailable();
trades.addData({ symbol: 'TEA', price: 10.75, size: 50, at: at('09:31:07') });
await query.processAllAvailable();
trades.complete();
await query.awaitTermination();
