import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { medianOf, timeAlternately } from '../figures.js';
import type { NexmarkEvent } from './event.js';
import { Generator } from './generator/generate.js';
import { plainLoops } from './loops/all.js';
import type { Emit } from './loops/loop.js';
import { nexmarkQueries } from './queries/all.js';
import type { NexmarkQuery } from './query.js';
import { inBatches, runInMemory } from './runQuery.js';

/** One query measured in a process of its own: `measureQuery.js <options as JSON>`. */
export interface MeasureOptions {
  readonly query: string;
  readonly events: number;
  readonly perBatch: number;
  readonly rounds: number;
  readonly ways: readonly Way[];
}

export const ways = ['loop', 'memory', 'level'] as const;
export type Way = (typeof ways)[number];

export interface Measured {
  readonly query: string;
  readonly events: number;
  readonly rowsOut: number;
  /** Median seconds by way. */
  readonly seconds: Partial<Record<Way, number>>;
  readonly rssPeakMb: number;
}

let kept: unknown; // keeps the compiler from dropping rows that nobody reads
let emitted = 0;
const count: Emit = (row) => {
  emitted++;
  kept = row;
};
const countAll = (rows: readonly object[]): void => {
  emitted += rows.length;
  kept = rows.at(-1);
};

function runLoop(name: string, batches: readonly (readonly NexmarkEvent[])[]): void {
  const loop = plainLoops.get(name)?.(count);
  for (const batch of batches) loop?.batch(batch);
  loop?.end();
}

async function runOnLevel(
  query: NexmarkQuery,
  batches: readonly (readonly NexmarkEvent[])[],
): Promise<void> {
  const checkpointLocation = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    await runInMemory(query, batches, { rows: countAll, checkpointLocation });
  } finally {
    rmSync(checkpointLocation, { recursive: true, force: true });
  }
}

export async function measureQuery(options: MeasureOptions): Promise<Measured> {
  const query = nexmarkQueries.find(({ name }) => name === options.query);
  if (!query) throw new Error(`no query ${options.query}`);
  const batches = inBatches(new Generator().events(options.events), options.perBatch);
  const contenders: Partial<Record<Way, () => void | Promise<void>>> = {};
  for (const way of options.ways) {
    if (way === 'memory') contenders.memory = () => runInMemory(query, batches, { rows: countAll });
    else if (way === 'level') contenders.level = () => runOnLevel(query, batches);
    else if (plainLoops.has(query.name)) contenders.loop = () => runLoop(query.name, batches);
  }
  const timings = await timeAlternately(contenders as Record<Way, () => void>, options.rounds);
  const seconds = Object.fromEntries(
    Object.entries(timings).map(([way, all]) => [way, medianOf(all)]),
  );
  return {
    query: query.name,
    events: options.events,
    rowsOut: kept === undefined ? 0 : emitted,
    seconds,
    rssPeakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

const [given] = process.argv.slice(2);
if (given?.startsWith('{')) console.log(JSON.stringify(await measureQuery(JSON.parse(given))));
