import {
  delayedFrom,
  departureOf,
  type Flight,
  rowsPerBatch,
  watermarkDelayMs,
} from './flights.js';
import type { Totals } from './hourTable.js';

const hourMs = 3_600_000;

/** Rows in the order of the file, in arrays of any length. */
export type Chunks = AsyncIterable<readonly Flight[]> | Iterable<readonly Flight[]>;

/**
 * The same question answered by a loop: what the query's totals are checked against. A row is late if
 * its hour had ended by the watermark of the batch before, as the engine's rule has it.
 */
export async function plainTotals(chunks: Chunks): Promise<Totals & { readonly late: number }> {
  const hours = new Set<string>();
  let [flights, delayMinutes, delayed, late] = [0, 0, 0, 0];
  let [seen, newest] = [0, Number.NEGATIVE_INFINITY];
  let [used, next] = [0, 0];
  for await (const chunk of chunks) {
    for (const flight of chunk) {
      const departure = departureOf(flight);
      if (departure !== null) {
        if (departure > newest) newest = departure;
        const end = (Math.floor(departure / hourMs) + 1) * hourMs;
        if (end <= used) late += 1;
        else {
          hours.add(`${end} ${flight.origin ?? ''}`);
          flights += 1;
          delayMinutes += flight.delay ?? 0;
          if ((flight.delay ?? 0) >= delayedFrom) delayed += 1;
        }
      }
      seen += 1;
      if (seen % rowsPerBatch === 0) {
        used = next;
        next = Math.max(next, newest - watermarkDelayMs);
      }
    }
  }
  return { flights, delayMinutes, delayed, groups: hours.size, late };
}
