import type { Observable } from 'rxjs';
import {
  availableNow,
  foreach,
  memoryStream,
  readStream,
  type StreamingQuery,
  writeStream,
} from '../../index.js';
import type { NexmarkEvent } from './event.js';
import type { NexmarkQuery } from './query.js';

/** How a query is run. */
export interface RunOptions {
  readonly checkpointLocation?: string;
  /** Receives the rows. Default: they are counted. */
  readonly row?: (row: object) => void;
}

/** Events as objects, a batch per `perBatch` events; the end of the input closes every window. */
export async function runInMemory(
  query: NexmarkQuery,
  batches: readonly (readonly NexmarkEvent[])[],
  options: RunOptions = {},
): Promise<void> {
  const source = memoryStream<NexmarkEvent>({ maxCallsPerTrigger: 1 });
  for (const batch of batches) source.addAll(batch);
  source.complete();
  const running = start(query, readStream(source), options);
  await running.awaitTermination();
}

/** What is in the files when the query starts, nothing is closed at the end. */
export async function runAvailable(
  query: NexmarkQuery,
  events: Observable<NexmarkEvent>,
  options: RunOptions = {},
): Promise<void> {
  await start(query, events, options, true).awaitTermination();
}

function start(
  query: NexmarkQuery,
  events: Observable<NexmarkEvent>,
  { checkpointLocation, row = () => undefined }: RunOptions,
  available = false,
): StreamingQuery {
  return writeStream(query.build(events), {
    sink: foreach<object>({ process: row }),
    outputMode: query.mode,
    ...(available ? { trigger: availableNow() } : {}),
    ...(checkpointLocation === undefined ? {} : { checkpointLocation }),
  });
}

/** Events in batches of so many. */
export function inBatches(
  events: readonly NexmarkEvent[],
  perBatch: number,
): readonly (readonly NexmarkEvent[])[] {
  const batches: (readonly NexmarkEvent[])[] = [];
  for (let at = 0; at < events.length; at += perBatch) {
    batches.push(events.slice(at, at + perBatch));
  }
  return batches;
}
