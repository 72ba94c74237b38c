/**
 * Counts in windows of ten minutes that start every five: each row lies in two of them.
 *
 *     npm run sample -- window
 */
import {
  consoleSink,
  count,
  memoryStream,
  readStream,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const words = memoryStream<{ at: Date; word: string }>();

const counts = readStream(words).pipe(
  withWatermark((row) => row.at, '10 minutes'),
  window('10 minutes', { slide: '5 minutes' }),
  count(),
);
// In update mode every batch gives the windows that it touched.
const query = writeStream(counts, { sink: consoleSink(), outputMode: 'update' });

words.addData({ at: at('12:02'), word: 'cat' }, { at: at('12:03'), word: 'dog' });
await query.processAllAvailable();
words.addData({ at: at('12:07'), word: 'owl' });
await query.processAllAvailable();
await query.stop();
