/**
 * Events of devices, as in Spark's guides: how often each action happened in each hour.
 *
 * Files come one by one: a batch reads one of them. With `--follow` the query stays and reads what is
 * put into the folder, until Ctrl-C.
 *
 *     npm run sample -- deviceEvents [folder] [--follow]
 */
import { parseArgs } from 'node:util';
import {
  asap,
  availableNow,
  consoleSink,
  count,
  groupByKey,
  jsonFiles,
  readStream,
  window,
  withWatermark,
  writeStream,
} from '../index.js';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { follow: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [folder = 'samples/events/data'] = positionals;

const events = readStream(
  jsonFiles(folder, { schema: 'time TIMESTAMP, action STRING', maxFilesPerTrigger: 1 }),
);
const counts = events.pipe(
  withWatermark((event) => event.time, '1 hour'),
  groupByKey((event) => event.action),
  window('1 hour'),
  count(),
);
const query = writeStream(counts, {
  sink: consoleSink(),
  outputMode: 'update',
  trigger: values.follow ? asap() : availableNow(),
});
await query.awaitTermination();
