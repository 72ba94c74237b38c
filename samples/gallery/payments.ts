/**
 * Orders matched with their payments, in any order of arrival: after an hour without its partner an
 * order is unpaid, and a payment nobody's.
 *
 *     npm run sample -- payments
 */
import {
  between,
  consoleSink,
  joinWith,
  memoryStream,
  readStream,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const orders = memoryStream<{ order: number; total: number; at: Date }>();
const payments = memoryStream<{ order: number; paid: number; at: Date }>();

const matched = readStream(orders).pipe(
  withWatermark((order) => order.at, '10 minutes'),
  joinWith(readStream(payments).pipe(withWatermark((payment) => payment.at, '10 minutes')), {
    type: 'fullOuter',
    on: 'order',
    within: between('-1 hour', '1 hour'),
    select: (order, payment) => ({
      order: order?.order ?? payment?.order,
      total: order?.total ?? null,
      paid: payment?.paid ?? null,
      verdict: verdict(order?.total, payment?.paid),
    }),
  }),
);

function verdict(total: number | undefined, paid: number | undefined): string {
  if (paid === undefined) return 'unpaid';
  if (total === undefined) return 'without order';
  return paid === total ? 'paid' : `${paid - total} to settle`;
}

const query = writeStream(matched, { sink: consoleSink() });

orders.addData({ order: 1, total: 30, at: at('12:00') }, { order: 2, total: 45, at: at('12:05') });
payments.addData({ order: 2, paid: 40, at: at('12:20') }, { order: 9, paid: 12, at: at('12:21') });
await query.processAllAvailable();
payments.addData({ order: 3, paid: 8, at: at('12:50') });
orders.addData({ order: 3, total: 8, at: at('12:49') });
await query.processAllAvailable();
orders.addData({ order: 4, total: 99, at: at('14:00') });
payments.addData({ order: 4, paid: 99, at: at('14:01') }); // the watermark passes 13:21
await query.processAllAvailable();
await query.stop();
