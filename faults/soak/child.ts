import { readdirSync } from 'node:fs';
import {
  aggregate,
  dropDuplicatesWithinWatermark,
  foreachBatch,
  groupByKey,
  processingTime,
  readStream,
  type StreamSource,
  select,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';
import type { Event } from '../workloads/workload.js';
import { delayMs, rowAt, windowMs } from './load.js';

/** A closed window: start (ms), key, count and sum as text. */
export type Closed = readonly [start: number, key: string, sums: string];

export type SoakReport =
  | { readonly is: 'batch'; readonly batchId: number; readonly rows: readonly Closed[] }
  | { readonly is: 'sample'; readonly heap: number; readonly rss: number; readonly files: number }
  | { readonly is: 'position'; readonly rows: number }
  | { readonly is: 'ended'; readonly error: string | undefined };

/** `{ checkpoint }` starts; a number says how many rows there are in all; 'taken' answers a batch. */
export type SoakOrder = { readonly checkpoint: string } | number | 'taken';

const rowsPerBatch = 512;
const sampleMs = 500;
let end = Number.POSITIVE_INFINITY;
let planned = 0;
let wake: () => void = () => undefined;
let taken: () => void = () => undefined;

process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  const order = message as SoakOrder;
  if (order === 'taken') taken();
  else if (typeof order === 'number') {
    end = order;
    wake();
  } else void run(order.checkpoint);
});

async function run(checkpoint: string): Promise<void> {
  const sampling = setInterval(sample, sampleMs);
  const closed = readStream(source).pipe(
    withWatermark((e) => e.at, delayMs),
    dropDuplicatesWithinWatermark((e) => e.id),
    groupByKey((e) => e.key),
    window(windowMs),
    aggregate((rows) => ({ n: rows.count(), sum: rows.sum((e) => e.v) })),
    select((r): Closed => [Number(r.window.start), r.key ?? '', `${r.n} ${r.sum}`]),
  );
  const query = writeStream(closed, {
    sink: foreachBatch(toParent),
    checkpointLocation: checkpoint,
    trigger: processingTime(5),
  });
  await query.awaitTermination().catch(() => undefined);
  clearInterval(sampling);
  tell({ is: 'ended', error: query.exception?.message });
  process.disconnect();
}

const source: StreamSource<Event> = {
  kind: 'load',
  description: 'Load',
  replayable: true,
  signature: null,
  open: (ctx) => {
    wake = () => ctx.wake();
    return {
      get completed() {
        return planned >= end;
      },
      latestOffset: (start: number | null) => {
        const next = Math.max(start ?? 0, Math.min(end, (start ?? 0) + rowsPerBatch));
        planned = next;
        tell({ is: 'position', rows: next });
        return next;
      },
      *read(after: number | null, upTo: number) {
        const from = after ?? 0;
        yield Array.from({ length: upTo - from }, (_, i) => rowAt(from + i));
      },
      commit: () => wake(),
      close: () => undefined,
      fixEnd: () => undefined,
    };
  },
};

/** The parent keeps the batch under its id, and answers. */
function toParent(rows: readonly Closed[], batchId: number): Promise<void> {
  return new Promise((resolve) => {
    taken = resolve;
    tell({ is: 'batch', batchId, rows });
  });
}

function sample(): void {
  const collect: unknown = Reflect.get(globalThis, 'gc');
  if (typeof collect === 'function') collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  tell({
    is: 'sample',
    heap: heapUsed + external,
    rss,
    files: readdirSync('/proc/self/fd').length,
  });
}

function tell(report: SoakReport): void {
  process.send?.(report);
}
