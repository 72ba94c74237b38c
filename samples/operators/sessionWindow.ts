/**
 * Sessions of a user: clicks at most five minutes apart belong together, also if they come late.
 *
 *     npm run sample -- sessionWindow
 */
import {
  consoleSink,
  count,
  groupByKey,
  memoryStream,
  readStream,
  sessionWindow,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const clicks = memoryStream<{ at: Date; user: string }>();

const sessions = readStream(clicks).pipe(
  withWatermark((click) => click.at, '10 minutes'),
  groupByKey((click) => click.user),
  sessionWindow('5 minutes'),
  count(),
);
// In append mode a session comes out once, when the watermark has passed its end.
const query = writeStream(sessions, { sink: consoleSink() });

clicks.addData({ at: at('12:00'), user: 'ada' }, { at: at('12:06'), user: 'ada' });
await query.processAllAvailable();
clicks.addData({ at: at('12:03'), user: 'ada' }); // joins the two sessions into one
await query.processAllAvailable();
clicks.addData({ at: at('12:30'), user: 'bob' }); // watermark 12:20: ada's session is over
await query.processAllAvailable();
clicks.complete(); // no click will come again: bob's is over too
await query.awaitTermination();
