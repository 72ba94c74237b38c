/**
 * Each id once although a repeat carries another time: the repeats come within the watermark's delay.
 *
 *     npm run sample -- dropDuplicatesWithinWatermark
 */
import {
  consoleSink,
  dropDuplicatesWithinWatermark,
  memoryStream,
  readStream,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const orders = memoryStream<{ id: string; sentAt: Date }>();

const once = readStream(orders).pipe(
  withWatermark((order) => order.sentAt, '10 minutes'),
  dropDuplicatesWithinWatermark((order) => order.id),
);
const query = writeStream(once, { sink: consoleSink() });

orders.addData({ id: 'a', sentAt: at('12:00') });
await query.processAllAvailable();
orders.addData({ id: 'a', sentAt: at('12:04') }, { id: 'b', sentAt: at('12:21') });
await query.processAllAvailable(); // the watermark is 12:11 now, and a has been kept until 12:10
orders.addData({ id: 'a', sentAt: at('12:22') });
await query.processAllAvailable();
await query.stop();
