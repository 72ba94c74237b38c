/**
 * A rule over two streams: a payment within an hour of a login from another country is suspicious.
 *
 *     npm run sample -- fraud
 */
import {
  between,
  consoleSink,
  dropDuplicatesWithinWatermark,
  joinWith,
  memoryStream,
  readStream,
  where,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const logins = memoryStream<{ user: string; country: string; at: Date }>();
const payments = memoryStream<{
  id: number;
  user: string;
  country: string;
  amount: number;
  at: Date;
}>();

const suspicious = readStream(payments).pipe(
  withWatermark((payment) => payment.at, '10 minutes'),
  dropDuplicatesWithinWatermark((payment) => payment.id), // the shop's sender repeats itself
  where((payment) => payment.amount >= 100),
  joinWith(readStream(logins).pipe(withWatermark((login) => login.at, '10 minutes')), {
    type: 'inner',
    on: 'user',
    within: between('-1 hour', '1 hour'),
    where: (payment, login) => payment.country !== login.country,
    select: (payment, login) => ({
      payment: payment.id,
      user: payment.user,
      amount: payment.amount,
      paidFrom: payment.country,
      loginFrom: login.country,
    }),
  }),
);
const query = writeStream(suspicious, { sink: consoleSink() });

logins.addData({ user: 'ada', country: 'GB', at: at('12:00') });
payments.addData({ id: 1, user: 'ada', country: 'GB', amount: 500, at: at('12:10') });
payments.addData({ id: 2, user: 'ada', country: 'BR', amount: 20, at: at('12:20') });
await query.processAllAvailable();
payments.addData({ id: 3, user: 'ada', country: 'BR', amount: 900, at: at('12:30') });
payments.addData({ id: 3, user: 'ada', country: 'BR', amount: 900, at: at('12:31') });
await query.processAllAvailable();
logins.addData({ user: 'ada', country: 'US', at: at('13:15') }); // 3 lies within the hour, 1 does not
await query.processAllAvailable();
await query.stop();
