/**
 * The first rows of the whole life of a query, over all its batches.
 *
 *     npm run sample -- limit
 */
import { consoleSink, limit, memoryStream, readStream, writeStream } from '../../index.js';

const visitors = memoryStream<string>();
const firstThree = readStream(visitors).pipe(limit(3));
const query = writeStream(firstThree, { sink: consoleSink() });

visitors.addData('ada', 'bob');
await query.processAllAvailable();
visitors.addData('cyd', 'dan');
await query.processAllAvailable();
await query.stop();
