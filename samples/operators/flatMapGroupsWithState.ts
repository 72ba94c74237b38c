/**
 * Any number of rows per key: an alarm at three failed logins of a user within ten minutes.
 *
 *     npm run sample -- flatMapGroupsWithState
 */
import * as O from 'fp-ts/lib/Option.js';
import {
  consoleSink,
  flatMapGroupsWithState,
  type GroupState,
  groupByKey,
  memoryStream,
  readStream,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const failures = memoryStream<{ user: string; at: Date }>();

const alarms = readStream(failures).pipe(
  withWatermark((failure) => failure.at, '1 minute'),
  groupByKey((failure) => failure.user),
  flatMapGroupsWithState(
    function* (user, rows, state: GroupState<readonly number[]>) {
      if (state.hasTimedOut) return state.remove(); // no rows in such a call
      const known = O.getOrElse((): readonly number[] => [])(state.get());
      const times = [...known, ...rows.map((failure) => failure.at.getTime())];
      const newest = Math.max(...times);
      const recent = times.filter((time) => time > newest - 600_000);
      if (recent.length >= 3) yield { user, alarm: `${recent.length} failed logins` };
      state.update(recent);
      state.setTimeoutTimestamp(newest + 600_000);
    },
    { timeout: 'eventTime' },
  ),
);
const query = writeStream(alarms, { sink: consoleSink() });

failures.addData({ user: 'ada', at: at('12:00') }, { user: 'bob', at: at('12:01') });
await query.processAllAvailable();
failures.addData({ user: 'ada', at: at('12:04') }, { user: 'ada', at: at('12:05') });
await query.processAllAvailable();
failures.addData({ user: 'bob', at: at('12:20') }, { user: 'bob', at: at('12:21') });
await query.processAllAvailable(); // bob's three are not within ten minutes
console.log('users in state:', query.lastProgress?.stateOperators[0]?.numRowsTotal);
await query.stop();
