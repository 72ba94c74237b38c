/**
 * Batches into a database of your own, exactly once: the batch's id is written with its rows, so a
 * batch that comes again after a failure is seen to be there.
 *
 *     npm run sample -- intoDatabase
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import {
  count,
  foreachBatch,
  groupByKey,
  memoryStream,
  readStream,
  writeStream,
} from '../index.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
const database = new Level<string, number>(join(folder, 'table'), { valueEncoding: 'json' });
const words = memoryStream<string>();
const counts = readStream(words).pipe(
  groupByKey((word) => word),
  count(),
);

let failures = 1;
async function write(rows: readonly { key: string; count: number }[], batchId: number) {
  if (batchId <= ((await database.get('last batch')) ?? -1)) {
    return console.log(`batch ${batchId} is there already`);
  }
  const transaction = database.batch().put('last batch', batchId);
  for (const { key, count } of rows) transaction.put(`word ${key}`, count);
  await transaction.write({ sync: true }); // on the disk before the query commits
  console.log(`batch ${batchId} written, ${rows.length} rows`);
  // The power fails after the write, before the query can know of it.
  if (batchId === 1 && failures-- > 0) throw new RangeError('power failure');
}

const start = () =>
  writeStream(counts, {
    sink: foreachBatch(write),
    outputMode: 'update',
    checkpointLocation: join(folder, 'checkpoint'),
  });

const first = start();
words.addData('to', 'be', 'or', 'not');
await first.processAllAvailable();
words.addData('to', 'be');
await first.processAllAvailable().catch(() => console.log(first.exception?.code));

const second = start(); // goes on where the first one was
await second.processAllAvailable();
await second.stop();
const stored = database.iterator({ gte: 'word ' });
for await (const [key, value] of stored) console.log(`${key}: ${value}`);
await database.close();
rmSync(folder, { recursive: true });
