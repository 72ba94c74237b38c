/**
 * Figures about the rows of each batch beside the result: they come with the query's progress.
 *
 *     npm run sample -- observe
 */
import { memoryStream, noopSink, observe, readStream, where, writeStream } from '../../index.js';

const readings = memoryStream<{ sensor: string; celsius: number | null }>();

const good = readStream(readings).pipe(
  observe('quality', (rows) => ({
    rows: rows.count(),
    missing: rows.count({ where: (reading) => reading.celsius === null }),
    hottest: rows.max((reading) => reading.celsius),
  })),
  where((reading) => reading.celsius !== null),
);
const query = writeStream(good, { sink: noopSink() });
query.progress$.subscribe((progress) =>
  console.log(`batch ${progress.batchId}`, JSON.stringify(progress.observedMetrics.quality)),
);

readings.addData({ sensor: 'roof', celsius: 21 }, { sensor: 'door', celsius: null });
await query.processAllAvailable();
readings.addData({ sensor: 'roof', celsius: 24 });
await query.processAllAvailable();
await query.stop();
