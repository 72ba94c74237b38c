/**
 * A stream with a table: the table may change, it is asked for once per batch.
 *
 *     npm run sample -- joinStatic
 */
import {
  consoleSink,
  joinWith,
  memoryStream,
  readStream,
  staticRows,
  writeStream,
} from '../../index.js';

const orders = memoryStream<{ product: string; pieces: number }>();
let prices = [{ product: 'tea', price: 3 }];

const priced = readStream(orders).pipe(
  joinWith(
    staticRows(() => prices),
    {
      type: 'leftOuter',
      on: 'product',
      select: (order, price) => ({
        ...order,
        total: price === null ? null : order.pieces * price.price,
      }),
    },
  ),
);
const query = writeStream(priced, { sink: consoleSink() });

orders.addData({ product: 'tea', pieces: 2 }, { product: 'rum', pieces: 1 });
await query.processAllAvailable();
prices = [...prices, { product: 'rum', price: 20 }];
orders.addData({ product: 'rum', pieces: 1 });
await query.processAllAvailable();
await query.stop();
