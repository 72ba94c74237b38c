/**
 * Each event once although its sender repeats it; an id is forgotten when the watermark passes it.
 *
 *     npm run sample -- dropDuplicates
 */
import {
  consoleSink,
  dropDuplicates,
  memoryStream,
  readStream,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const events = memoryStream<{ id: string; at: Date }>();

const once = readStream(events).pipe(
  withWatermark((event) => event.at, '10 minutes'),
  dropDuplicates((event) => event.id, { eventTime: true }),
);
const query = writeStream(once, { sink: consoleSink() });
query.late$.subscribe(({ row }) => console.log('late:', row));

events.addData({ id: 'a', at: at('12:00') }, { id: 'a', at: at('12:00') });
events.addData({ id: 'b', at: at('12:15') });
await query.processAllAvailable();
events.addData({ id: 'b', at: at('12:15') }, { id: 'a', at: at('12:00') }); // a again, too late
await query.processAllAvailable();
console.log('rows in state:', query.lastProgress?.stateOperators[0]?.numRowsTotal);
await query.stop();
