/**
 * An aggregate of your own: whatever is a Monoid of fp-ts can be asked for per group and window.
 *
 *     npm run sample -- fromMonoid
 */
import { struct } from 'fp-ts/lib/Monoid.js';
import { MonoidSum } from 'fp-ts/lib/number.js';
import {
  aggregate,
  consoleSink,
  fromMonoid,
  groupByKey,
  memoryStream,
  readStream,
  select,
  writeStream,
} from '../../index.js';

const readings = memoryStream<{ sensor: string; celsius: number }>();

/** Enough to tell the mean of two halves when they come together. */
const meanParts = fromMonoid(struct({ sum: MonoidSum, count: MonoidSum }));

const means = readStream(readings).pipe(
  groupByKey((reading) => reading.sensor),
  aggregate(() => ({ parts: meanParts((reading) => ({ sum: reading.celsius, count: 1 })) })),
  select(({ key, parts }) => ({ sensor: key, mean: parts.sum / parts.count })),
);
const query = writeStream(means, { sink: consoleSink(), outputMode: 'update' });

readings.addData({ sensor: 'roof', celsius: 20 }, { sensor: 'roof', celsius: 23 });
await query.processAllAvailable();
readings.addData({ sensor: 'roof', celsius: 26 }, { sensor: 'door', celsius: 12 });
await query.processAllAvailable();
await query.stop();
