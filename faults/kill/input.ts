import { take } from 'rxjs';
import { durable, jsonFiles, type StreamSource } from '../../index.js';
import type { Event } from '../workloads/workload.js';
import { eventSchema, inputFolder } from './inputFiles.js';
import { type Order, type Push, tell } from './messages.js';
import { RowSource } from './rowSource.js';
import { availableIn, type Scenario } from './scenario.js';

/** A source of one life, whatever it reads. */
export interface Input {
  readonly source: StreamSource<Event>;
  /** Answers once all rows of this life are there. */
  readonly filled: Promise<void>;
  complete(): void;
  push?(range: Push['range']): void;
}

export function inputOf(
  scenario: Scenario,
  order: Order,
  source: number,
  step: (name: string) => void,
): Input {
  if (scenario.input === 'files') return ofFiles(order, source);
  const rows = scenario.feeds[source]?.rows ?? [];
  if (scenario.input === 'durable') return ofPushes(rows, scenario.rowsPerBatch, source);
  const { life, seed } = order;
  const available = availableIn(life, rows.length);
  const numbers = new RowSource(rows, available, scenario.rowsPerBatch, seed + life, step);
  return {
    source: numbers.source,
    filled: Promise.resolve(),
    complete: () => numbers.complete(),
  };
}

function ofFiles({ directory, seed, life }: Order, source: number): Input {
  const maxFilesPerTrigger = 1 + ((seed + life) % 3);
  return {
    source: jsonFiles(inputFolder(directory, source), { schema: eventSchema, maxFilesPerTrigger }),
    filled: Promise.resolve(),
    complete: () => undefined,
  };
}

/** The parent says which rows, and is told when they are in the log. */
function ofPushes(rows: readonly Event[], maxRowsPerTrigger: number, source: number): Input {
  const log = durable<Event>(undefined, { name: `rows ${source}`, maxRowsPerTrigger });
  let isFull: () => void;
  const filled = new Promise<void>((resolve) => {
    isFull = resolve;
  });
  log.durableUpTo$.pipe(take(1)).subscribe((count) => tell({ is: 'log', source, count }));
  const push = async ({ from, to }: { readonly from: number; readonly to: number }) => {
    const offsets = await Promise.all(rows.slice(from, to).map((row) => log.push(row)));
    tell({ is: 'pushed', source, from, to, offset: offsets.at(-1) ?? 0 });
  };
  return {
    source: log,
    filled,
    complete: () => log.complete(),
    push: (range) => {
      if (range === undefined) isFull();
      else push(range).catch(() => undefined); // the query has failed: it says so itself
    },
  };
}
