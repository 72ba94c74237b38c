import { delayedFrom, departureOf, type Flight, watermarkDelayMs } from './flights.js';
import type { Totals } from './hourTable.js';

const hourMs = 3_600_000;
/**
 * The same question answered by a loop: what the query's totals are checked against. A row is late if its hour had ended by the watermark of the batch before, as the
 * engine's rule has it.
 */
export async function plainTotals(
  chunks: AsyncIterable<Iterable<Flight>>,
  rowsPerBatch: number,
): Promise<Totals & { readonly late: number }> {
  const hours = new Map<string | null, Set<number>>();
  const totals = { flights: 0, delayMinutes: 0, delayed: 0, late: 0 };
  let [seen, newest] = [0, Number.NEGATIVE_INFINITY];
  let [used, next] = [0, 0];
  for await (const chunk of chunks) {
    for (const flight of chunk) {
      const departure = departureOf(flight);
      if (departure !== null) {
        if (departure > newest) newest = departure;
        const end = (Math.floor(departure / hourMs) + 1) * hourMs;
        if (end <= used) totals.late += 1;
        else {
          const ends = hours.get(flight.origin);
          if (ends === undefined) hours.set(flight.origin, new Set([end]));
          else ends.add(end);
          totals.flights += 1;
          totals.delayMinutes += flight.delay ?? 0;
          if ((flight.delay ?? 0) >= delayedFrom) totals.delayed += 1;
        }
      }
      seen += 1;
      if (seen % rowsPerBatch === 0) {
        used = next;
        next = Math.max(next, newest - watermarkDelayMs);
      }
    }
  }
  const groups = [...hours.values()].reduce((sum, ends) => sum + ends.size, 0);
  return { ...totals, groups };
}
