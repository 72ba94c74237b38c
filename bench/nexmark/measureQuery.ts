import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonFiles, readStream } from '../../index.js';
import { parquetFiles } from '../../lib/parquet/index.js';
import { medianOf, timeAlternately } from '../figures.js';
import { expectedAnswer, finalRows, hashOf } from './answers.js';
import { dataFolder } from './dataFiles.js';
import { type NexmarkEvent, schemaOf, withOnly } from './event.js';
import { Generator } from './generator/generate.js';
import { plainLoops } from './loops/all.js';
import type { Emit } from './loops/loop.js';
import { nexmarkQueries } from './queries/all.js';
import type { NexmarkQuery } from './query.js';
import { type LevelBatch, largestState, recordLevel, replayOnLevel } from './recordLevel.js';
import { inBatches, runAvailable, runInMemory } from './runQuery.js';

/** One query measured in a process of its own: `measureQuery.js <options as JSON>`. */
export interface MeasureOptions {
  readonly query: string;
  readonly events: number;
  readonly perBatch: number;
  readonly rounds: number;
  readonly ways: readonly Way[];
}

/**
 * `loop`, `memory`, `level`: events as objects. `raw`: what `level` reads and writes, without an engine.
 * `json`, `parquet`: from files, on LevelDB.
 */
export type Way = 'loop' | 'memory' | 'level' | 'raw' | 'json' | 'parquet';

export interface Measured {
  readonly query: string;
  readonly events: number;
  /** Median seconds by way. */
  readonly seconds: Partial<Record<Way, number>>;
  /** Median seconds of processor time, of all threads: neighbours disturb it less. */
  readonly cpuSeconds: Partial<Record<Way, number>>;
  readonly rssPeakMb: number;
  /** Keys with their values in LevelDB when the most were there, at 100,000 events. */
  readonly stateEntries?: number;
  readonly bytesPerEntry?: number;
}

let kept: unknown; // keeps the compiler from dropping rows that nobody reads
const keep: Emit = (row) => {
  kept = row;
};
const keepLast = (rows: readonly object[]): void => {
  kept = rows.at(-1);
};

type Batches = readonly (readonly NexmarkEvent[])[];
type Rows = (rows: readonly object[]) => void;

function runLoop(name: string, batches: Batches, emit = keep): void {
  const loop = plainLoops.get(name)?.(emit);
  for (const batch of batches) loop?.batch(batch);
  loop?.end();
}

async function withCheckpoint(run: (checkpointLocation: string) => Promise<void>): Promise<void> {
  const checkpointLocation = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    await run(checkpointLocation);
  } finally {
    rmSync(checkpointLocation, { recursive: true, force: true });
  }
}

const runOnLevel = (query: NexmarkQuery, batches: Batches, rows: Rows = keepLast) =>
  withCheckpoint((checkpointLocation) => runInMemory(query, batches, { rows, checkpointLocation }));

async function runFiles(kind: 'json' | 'parquet', query: NexmarkQuery, options: MeasureOptions) {
  const path = await dataFolder(kind, options.events);
  const each = { schema: schemaOf(query.reads), maxRowsPerTrigger: options.perBatch };
  const events =
    kind === 'json' ? readStream(jsonFiles(path, each)) : readStream(parquetFiles(path, each));
  await withCheckpoint((checkpointLocation) =>
    runAvailable(query, events as never, { rows: keepLast, checkpointLocation }),
  );
}

/** The oracle's answer from 100,000 events, in memory and on LevelDB; gives what LevelDB had to do. */
async function checkAnswers(query: NexmarkQuery): Promise<readonly LevelBatch[]> {
  const seen = new Generator().events(100_000).map((event) => withOnly(query.reads, event));
  const batches = inBatches(seen, 20_000);
  const { columns, rows: count, sha256 } = expectedAnswer('disorder-1', query.name);
  const check = async (way: string, run: (rows: Rows) => void | Promise<void>) => {
    const rows: object[] = [];
    await run((batch) => void rows.push(...batch));
    const found = hashOf(finalRows(query, rows), columns);
    if (found.sha256 === sha256) return;
    throw new Error(`${query.name} on ${way}: ${found.rows} rows, not the oracle's ${count}`);
  };
  if (plainLoops.has(query.name)) {
    await check('loop', (rows) => runLoop(query.name, batches, (row) => rows([row])));
  }
  await check('memory', (rows) => runInMemory(query, batches, { rows }));
  return recordLevel(() => check('LevelDB', (rows) => runOnLevel(query, batches, rows)));
}

async function contendersOf(
  query: NexmarkQuery,
  options: MeasureOptions,
): Promise<Record<string, () => void | Promise<void>>> {
  const { events, perBatch, ways } = options;
  const fromObjects = ways.some((way) => way !== 'json' && way !== 'parquet');
  const batches = fromObjects ? inBatches(new Generator().events(events), perBatch) : [];
  const all: Record<Way, () => void | Promise<void>> = {
    loop: () => runLoop(query.name, batches),
    memory: () => runInMemory(query, batches, { rows: keepLast }),
    level: () => runOnLevel(query, batches),
    raw: () => replayOnLevel(recorded),
    json: () => runFiles('json', query, options),
    parquet: () => runFiles('parquet', query, options),
  };
  const recorded = ways.includes('raw') ? await recordLevel(() => runOnLevel(query, batches)) : [];
  const wanted = ways.filter((way) => way !== 'loop' || plainLoops.has(query.name));
  return Object.fromEntries(wanted.map((way) => [way, all[way]]));
}

type Contenders = Record<string, () => void | Promise<void>>;

/** The same, noting what processor time each run takes. */
function withCpu(contenders: Contenders, cpu: Record<string, number[]>): Contenders {
  const noted = Object.entries(contenders).map(([way, run]) => {
    const all: number[] = [];
    cpu[way] = all;
    const measured = async () => {
      const before = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(before);
      all.push((user + system) / 1e6);
    };
    return [way, measured] as const;
  });
  return Object.fromEntries(noted);
}

/** Without the first `warmUps` rounds. */
function medians(timings: Readonly<Record<string, readonly number[]>>, warmUps = 0) {
  const ways = Object.entries(timings);
  return Object.fromEntries(ways.map(([way, all]) => [way, medianOf(all.slice(warmUps))]));
}

async function measureQuery(options: MeasureOptions): Promise<Measured> {
  const query = nexmarkQueries.find(({ name }) => name === options.query);
  if (!query) throw new Error(`no query ${options.query}`);
  const { entries, bytes } = largestState(await checkAnswers(query));
  const cpu: Record<string, number[]> = {};
  const contenders = withCpu(await contendersOf(query, options), cpu);
  const timings = await timeAlternately(contenders, options.rounds);
  return {
    query: query.name,
    events: options.events,
    seconds: medians(timings),
    cpuSeconds: medians(cpu, 1),
    rssPeakMb: Math.round(process.resourceUsage().maxRSS / 1024),
    ...(query.mode === 'append' && entries < 100
      ? {}
      : { stateEntries: entries, bytesPerEntry: Math.round(bytes / entries) }),
  };
}

const [given] = process.argv.slice(2);
if (given?.startsWith('{')) {
  console.log(JSON.stringify(await measureQuery(JSON.parse(given))));
  if (kept === given) console.log(kept); // never: reads `kept`
}
