/**
 * Purchases of a shop: revenue per customer and day, exact to the tenth of a penny.
 *
 * The folder has five days; the whole year (UCI's Online Retail, one CSV file per day) fits as well.
 *
 *     npm run sample -- retail [folder]
 */
import {
  aggregate,
  availableNow,
  csvFiles,
  Decimal,
  foreachBatch,
  groupByKey,
  readStream,
  window,
  writeStream,
} from '../index.js';

const [folder = 'samples/retail/data'] = process.argv.slice(2);

const purchases = readStream(
  csvFiles(folder, {
    schema: `InvoiceNo STRING, StockCode STRING, Description STRING, Quantity INT NOT NULL,
      InvoiceDate TIMESTAMP, UnitPrice DECIMAL(10,3) NOT NULL, CustomerID STRING, Country STRING`,
    header: true,
    timestampFormat: 'yyyy-MM-dd HH:mm:ss',
    maxFilesPerTrigger: 1,
  }),
);

const revenues = purchases.pipe(
  groupByKey((purchase) => purchase.CustomerID), // null: somebody without a card
  window('1 day', { time: (purchase) => purchase.InvoiceDate }),
  aggregate((rows) => ({
    rows: rows.count(),
    // Doubles would lose the last digits: a Decimal does not.
    revenue: rows.sum((purchase) => purchase.UnitPrice.mul(purchase.Quantity)),
  })),
);

// Update mode gives what has changed: the newest row of a group replaces the one before.
const table = new Map<string, { rows: number; revenue: Decimal }>();
const query = writeStream(revenues, {
  sink: foreachBatch((changed) => {
    for (const { key, window, rows, revenue } of changed) {
      const day = window.start.toISOString().slice(0, 10);
      table.set(`${day} ${key ?? 'no card'}`, { rows, revenue: revenue ?? Decimal.of(0) });
    }
  }),
  outputMode: 'update',
  trigger: availableNow(), // until all files have been read
});
await query.awaitTermination();

const groups = [...table].sort(([, a], [, b]) => b.revenue.compare(a.revenue));
for (const [group, { revenue }] of groups.slice(0, 5)) console.log(group.padEnd(20), `${revenue}`);
const rows = groups.reduce((sum, [, group]) => sum + group.rows, 0);
const total = groups.reduce((sum, [, group]) => sum.add(group.revenue), Decimal.of(0));
console.log(`${rows} rows, ${groups.length} groups of customer and day, revenue ${total}`);
