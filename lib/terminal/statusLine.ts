import type { Observable, Subscription } from 'rxjs';
import { countOf, countText, spanText } from './figures.js';
import { type Screen, screenOf } from './screen.js';
import { clip } from './textWidth.js';
import { visible } from './visible.js';

/** What a status line reads of a batch's progress (`StreamingQueryProgress` has all of it). */
export interface StatusFigures {
  readonly name: string | null;
  readonly id: string;
  readonly batchId: number;
  readonly batchDuration: number;
  readonly numInputRows: number;
  readonly processedRowsPerSecond?: number;
  readonly eventTime: Readonly<Record<string, string>>;
  readonly stateOperators: readonly {
    readonly numRowsTotal: number;
    readonly numRowsDroppedByWatermark: number;
  }[];
}

/**
 * An endless query in one line; parts leave from the right until it fits `columns`.
 *
 * @example
 * statusText(query.lastProgress, { columns: 120 });
 * // actions  batch 12  100,000 rows in 240 ms  412,345 rows/s  watermark 2001-01-02T08:00:00.000Z  3,456 in state
 */
export function statusText(
  progress: StatusFigures,
  { columns }: { readonly columns: number },
): string {
  const parts = partsOf(progress);
  while (parts.length > 2 && parts.join('  ').length > columns) parts.pop();
  return clip(parts.join('  '), columns);
}

/**
 * Shows an endless query in one line of the terminal, which each batch draws over; in a log, nothing.
 *
 * Out:    a Subscription: `unsubscribe` leaves the line as it is. What else writes to the terminal
 *         meanwhile, a `consoleSink` too, mixes with the line.
 *
 * @example
 * const query = writeStream(counts, { sink: fileSink('out'), checkpointLocation: 'checkpoint' });
 * statusLine(query);
 * @since 0.1.0
 */
export function statusLine(
  query: { readonly progress$: Observable<StatusFigures> },
  screen: Screen = screenOf(),
): Subscription {
  return query.progress$.subscribe({
    next: (progress) => screen.draw([statusText(progress, screen)]),
    error: () => screen.end(), // the query says what was wrong
    complete: () => screen.end(),
  });
}

function partsOf(progress: StatusFigures): string[] {
  const { name, id, batchId, batchDuration, numInputRows, processedRowsPerSecond } = progress;
  const parts = [
    visible(name ?? id.slice(0, 8)),
    `batch ${batchId}`,
    `${countOf(numInputRows)} in ${spanText(batchDuration)}`,
  ];
  if (processedRowsPerSecond !== undefined) parts.push(`${countOf(processedRowsPerSecond)}/s`);
  const { watermark } = progress.eventTime;
  if (watermark !== undefined) parts.push(`watermark ${watermark}`);
  const { stateOperators } = progress;
  if (stateOperators.length > 0) {
    parts.push(`${countText(sum(stateOperators, (each) => each.numRowsTotal))} in state`);
    const late = sum(stateOperators, (each) => each.numRowsDroppedByWatermark);
    if (late > 0) parts.push(`${countText(late)} late`);
  }
  return parts;
}

function sum<A>(items: readonly A[], of: (item: A) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
