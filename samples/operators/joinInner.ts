/**
 * Impressions of an ad with the clicks within the hour after: two streams, state bounded by time.
 *
 *     npm run sample -- joinInner
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

const clicked = readStream(impressions).pipe(
  withWatermark((impression) => impression.at, '1 hour'),
  joinWith(readStream(clicks).pipe(withWatermark((click) => click.at, '1 hour')), {
    type: 'inner',
    on: 'ad',
    within: between('-1 hour', '0 seconds'), // where the impression lies, seen from the click
    select: (impression, click) => ({ ad: impression.ad, shown: impression.at, user: click.user }),
  }),
);
const query = writeStream(clicked, { sink: consoleSink() });

impressions.addData({ ad: 'tea', at: at('12:00') }, { ad: 'rum', at: at('12:01') });
await query.processAllAvailable();
clicks.addData({ ad: 'tea', at: at('12:30'), user: 'ada' });
clicks.addData({ ad: 'rum', at: at('13:02'), user: 'bob' }); // one minute after the hour
await query.processAllAvailable();
await query.stop();
