/**
 * State variables and timers of your own: a visit ends ten minutes after the user's last page.
 *
 *     npm run sample -- transformWithState
 */
import {
  consoleSink,
  groupByKey,
  memoryStream,
  readStream,
  transformWithState,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const views = memoryStream<{ user: string; page: string; at: Date }>();

const visits = readStream(views).pipe(
  withWatermark((view) => view.at, '1 minute'),
  groupByKey((view) => view.user),
  transformWithState({
    timeMode: 'eventTime',
    init: (handle) => ({ pages: handle.list<string>('pages') }),
    handleInputRows(_user, rows, state, ctx) {
      state.pages.appendList(rows.map((view) => view.page));
      for (const timer of ctx.listTimers()) ctx.deleteTimer(timer);
      const last = Math.max(...rows.map((view) => view.at.getTime()));
      ctx.registerTimer(last + 600_000);
      return [];
    },
    handleExpiredTimer(user, _timerMs, state) {
      const pages = state.pages.get().join(' > ');
      state.pages.clear();
      return [{ user, pages }];
    },
  }),
);
const query = writeStream(visits, { sink: consoleSink({ truncate: false }) });

views.addData({ user: 'ada', page: 'home', at: at('12:00') });
views.addData({ user: 'ada', page: 'tea', at: at('12:04') });
await query.processAllAvailable();
views.addData({ user: 'ada', page: 'order', at: at('12:12') });
await query.processAllAvailable();
views.addData({ user: 'bob', page: 'home', at: at('12:24') }); // watermark 12:23: ada has gone
await query.processAllAvailable();
await query.stop();
