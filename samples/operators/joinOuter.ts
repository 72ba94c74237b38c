/**
 * Impressions with or without a click: those without come out when no click can come any more.
 *
 *     npm run sample -- joinOuter
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
const impressions = memoryStream<{ ad: string; at: Date }>();
const clicks = memoryStream<{ ad: string; at: Date; user: string }>();

const shown = readStream(impressions).pipe(
  withWatermark((impression) => impression.at, '10 minutes'),
  joinWith(readStream(clicks).pipe(withWatermark((click) => click.at, '10 minutes')), {
    type: 'leftOuter',
    on: 'ad',
    within: between('-1 hour', '0 seconds'),
    select: (impression, click) => ({ ad: impression.ad, user: click?.user ?? null }),
  }),
);
const query = writeStream(shown, { sink: consoleSink() });

impressions.addData({ ad: 'tea', at: at('12:00') }, { ad: 'rum', at: at('12:01') });
clicks.addData({ ad: 'tea', at: at('12:30'), user: 'ada' });
await query.processAllAvailable();
impressions.addData({ ad: 'gin', at: at('13:30') });
clicks.addData({ ad: 'gin', at: at('13:31'), user: 'bob' }); // both sides are past 13:11 now
await query.processAllAvailable();
await query.stop();
