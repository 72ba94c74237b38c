/**
 * The three best players so far: in complete mode the whole table is sorted and cut in every batch.
 *
 *     npm run sample -- orderBy
 */
import {
  aggregate,
  asc,
  consoleSink,
  desc,
  groupByKey,
  limit,
  memoryStream,
  orderBy,
  readStream,
  writeStream,
} from '../../index.js';

const games = memoryStream<{ player: string; points: number }>();

const best = readStream(games).pipe(
  groupByKey((game) => game.player),
  aggregate((rows) => ({ points: rows.sum((game) => game.points) })),
  orderBy(
    desc((row) => row.points),
    asc((row) => row.key),
  ),
  limit(3),
);
const query = writeStream(best, { sink: consoleSink(), outputMode: 'complete' });

games.addData({ player: 'ada', points: 5 }, { player: 'bob', points: 9 });
await query.processAllAvailable();
games.addData({ player: 'cyd', points: 7 }, { player: 'dan', points: 1 });
games.addData({ player: 'ada', points: 5 });
await query.processAllAvailable();
await query.stop();
