import {
  aggregate,
  availableNow,
  type DataStream,
  foreachBatch,
  groupByKey,
  readStream,
  type StreamingQuery,
  type StreamSource,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';
import type { HourRow, HourTable } from './hourTable.js';

/** One flight of the file. */
export interface Flight {
  readonly date: number | null;
  /** Minutes behind the schedule; negative: early. */
  readonly delay: number | null;
  readonly origin: string | null;
}

export const flightSchema = 'date TIMESTAMP, delay BIGINT, origin STRING';
export const watermarkDelayMs = 12 * 3_600_000;
/** Minutes from which a flight counts as delayed. */
export const delayedFrom = 15;

/** When a flight really left: rows are out of order by nature, and some come late. */
export function departureOf(flight: Flight): number | null {
  if (flight.date === null || flight.delay === null) return null;
  return flight.date + flight.delay * 60_000;
}

/** Per hour and origin: flights, mean delay, share of those that were delayed. */
function hourlyOrigins(flights: DataStream<Flight>) {
  return flights.pipe(
    withWatermark(departureOf, watermarkDelayMs),
    groupByKey((flight) => flight.origin),
    window('1 hour', { timestamps: 'ms' }),
    aggregate((rows) => ({
      flights: rows.count(),
      delayMinutes: rows.sum((flight) => flight.delay),
      delayed: rows.count({ where: (flight) => (flight.delay ?? 0) >= delayedFrom }),
    })),
  );
}

/** The main job: the flights as a stream, exactly once into a table of hours and origins. */
export function startFlights(
  source: StreamSource<Flight>,
  table: HourTable,
  checkpointLocation: string,
): StreamingQuery {
  return writeStream(hourlyOrigins(readStream(source)), {
    sink: foreachBatch((rows: readonly HourRow[], batchId) => table.write(batchId, rows)),
    outputMode: 'update',
    queryName: 'flights',
    trigger: availableNow(),
    checkpointLocation,
  });
}
