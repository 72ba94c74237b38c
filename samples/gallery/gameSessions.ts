/**
 * What players do in an online game, as sessions: a session ends after a pause, shorter in a lobby.
 *
 *     npm run sample -- gameSessions
 */
import {
  aggregate,
  consoleSink,
  groupByKey,
  memoryStream,
  readStream,
  select,
  sessionWindow,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const actions = memoryStream<{ player: string; action: string; score: number; at: Date }>();

const sessions = readStream(actions).pipe(
  withWatermark((action) => action.at, '2 minutes'),
  groupByKey((action) => action.player),
  sessionWindow((action) => (action.action === 'lobby' ? '1 minute' : '5 minutes')),
  aggregate((rows) => ({
    actions: rows.count(),
    score: rows.sum((action) => action.score),
    last: rows.maxBy(
      (action) => action.action,
      (action) => action.at,
    ),
  })),
  select(({ key, window, ...session }) => ({
    player: key,
    from: window.start,
    minutes: (window.end.getTime() - window.start.getTime()) / 60_000,
    ...session,
  })),
);
const query = writeStream(sessions, { sink: consoleSink() });

actions.addData(
  { player: 'ada', action: 'jump', score: 10, at: at('12:00') },
  { player: 'bob', action: 'lobby', score: 0, at: at('12:00') },
  { player: 'ada', action: 'build', score: 25, at: at('12:04') },
);
await query.processAllAvailable();
actions.addData({ player: 'bob', action: 'jump', score: 5, at: at('12:04') }); // a second session
actions.addData({ player: 'ada', action: 'jump', score: 10, at: at('12:07') });
await query.processAllAvailable();
actions.complete(); // the servers go down: all sessions are over
await query.awaitTermination();
