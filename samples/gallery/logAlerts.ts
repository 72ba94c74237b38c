/**
 * The tail of a log with alerts: a service with three errors in one minute.
 *
 *     tail -f app.log | npm run -s sample -- logAlerts
 *     npm run sample -- logAlerts samples/gallery/app.log
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { filter, from } from 'rxjs';
import {
  aggregate,
  groupByKey,
  outputMode,
  readStream,
  select,
  where,
  window,
  withWatermark,
} from '../../index.js';

const [path] = process.argv.slice(2);
const input = path === undefined ? process.stdin : createReadStream(path);
const form = /^(?<time>\S+) (?<level>[A-Z]+) (?<service>\S+) (?<text>.*)$/;

const alerts$ = readStream(from(createInterface({ input }))).pipe(
  select((line) => form.exec(line)?.groups),
  filter((entry) => entry !== undefined), // a line of another form is no entry
  where((entry) => entry.level === 'ERROR'),
  withWatermark((entry) => new Date(entry.time ?? ''), '10 seconds'),
  groupByKey((entry) => entry.service),
  window('1 minute'),
  aggregate((rows) => ({ errors: rows.count(), last: rows.last((entry) => entry.text) })),
  outputMode('update'), // an alert comes with the line that raises it
  where((row) => row.errors === 3),
);

await alerts$.forEach(({ key, window, errors, last }) => {
  const minute = window.start.toISOString().slice(0, 16);
  console.log(`ALERT ${minute} ${key}: ${errors} errors within the minute, the last: ${last}`);
});
