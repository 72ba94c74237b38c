/**
 * A function per key with state of its own: how often a player has played, and the best score.
 *
 *     npm run sample -- mapGroupsWithState
 */
import * as O from 'fp-ts/lib/Option.js';
import {
  consoleSink,
  type GroupState,
  groupByKey,
  mapGroupsWithState,
  memoryStream,
  readStream,
  writeStream,
} from '../../index.js';

const games = memoryStream<{ player: string; score: number }>();

const players = readStream(games).pipe(
  groupByKey((game) => game.player),
  mapGroupsWithState((player, rows, state: GroupState<{ played: number; best: number }>) => {
    const before = O.getOrElse(() => ({ played: 0, best: 0 }))(state.get());
    const after = {
      played: before.played + rows.length,
      best: Math.max(before.best, ...rows.map((game) => game.score)),
    };
    state.update(after);
    return { player, ...after };
  }),
);
const query = writeStream(players, { sink: consoleSink(), outputMode: 'update' });

games.addData({ player: 'ada', score: 70 }, { player: 'bob', score: 50 });
await query.processAllAvailable();
games.addData({ player: 'ada', score: 90 }, { player: 'ada', score: 60 });
await query.processAllAvailable();
await query.stop();
