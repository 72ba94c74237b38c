/**
 * Readings of vehicles and solar panels: an alert for a value out of range, and for a sensor that has
 * been silent for ten minutes, once until it speaks again.
 *
 *     npm run sample -- sensors
 */
import * as O from 'fp-ts/lib/Option.js';
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
const limits = { engine: 110, panel: 85 };
const silenceMs = 600_000;
type Kind = keyof typeof limits;
const readings = memoryStream<{ sensor: string; kind: Kind; celsius: number; at: Date }>();

const alerts = readStream(readings).pipe(
  withWatermark((reading) => reading.at, '1 minute'),
  groupByKey((reading) => reading.sensor),
  transformWithState({
    timeMode: 'eventTime',
    init: (handle) => ({ last: handle.value<number>('last') }),
    *handleInputRows(sensor, rows, state, ctx) {
      for (const { kind, celsius, at } of rows) {
        if (celsius > limits[kind]) yield { sensor, alert: `${kind} at ${celsius} degrees`, at };
      }
      // A row may come late: silence begins with the newest one.
      const newest = rows.reduce((a, b) => (b.at > a.at ? b : a));
      const [timer = 0] = ctx.listTimers();
      if (newest.at.getTime() + silenceMs <= timer) return;
      if (timer > 0) ctx.deleteTimer(timer);
      ctx.registerTimer(newest.at.getTime() + silenceMs);
      state.last.update(newest.celsius);
    },
    *handleExpiredTimer(sensor, timerMs, state) {
      const last = O.toNullable(state.last.get());
      yield { sensor, alert: `silent, at ${last} degrees`, at: new Date(timerMs - silenceMs) };
    },
  }),
);
const query = writeStream(alerts, { sink: consoleSink({ truncate: false }) });

readings.addData({ sensor: 'truck 7', kind: 'engine', celsius: 92, at: at('12:00') });
readings.addData({ sensor: 'roof 1', kind: 'panel', celsius: 61, at: at('12:00') });
await query.processAllAvailable();
readings.addData({ sensor: 'truck 7', kind: 'engine', celsius: 118, at: at('12:08') });
await query.processAllAvailable();
readings.addData({ sensor: 'truck 7', kind: 'engine', celsius: 97, at: at('12:12') });
await query.processAllAvailable(); // the watermark is 12:11: the panel has been silent since 12:00
readings.addData({ sensor: 'roof 1', kind: 'panel', celsius: 88, at: at('12:13') });
await query.processAllAvailable();
await query.stop();
