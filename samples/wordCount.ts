/**
 * Words counted as they come over a socket.
 *
 *     nc -lk 9999                             # in one terminal: type some lines
 *     npm run sample -- wordCount [host port] # in another; Ctrl-C stops
 */
import {
  asc,
  consoleSink,
  count,
  desc,
  explode,
  groupByKey,
  orderBy,
  readStream,
  socketLines,
  where,
  writeStream,
} from '../index.js';

const [host = 'localhost', port = '9999'] = process.argv.slice(2);

const counts = readStream(socketLines({ host, port: Number(port) })).pipe(
  explode((line) => line.value.split(' ')),
  where((word) => word !== ''),
  groupByKey((word) => word),
  count(),
  orderBy(
    desc((row) => row.count),
    asc((row) => row.key),
  ),
);
// In complete mode each batch gives the whole table.
const query = writeStream(counts, { sink: consoleSink(), outputMode: 'complete' });
await query.awaitTermination();
