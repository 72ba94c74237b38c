import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonFiles, readStream } from '../../index.js';
import { parquetFiles } from '../../lib/parquet/index.js';
import { medianOf, timeAlternately } from '../figures.js';
import { checkedEvents, type Expected, expectedAnswer, finalRows, hashOf } from './answers.js';
import { dataFolder, type FileKind, isFileKind } from './dataFiles.js';
import { type NexmarkEvent, schemaOf, withOnly } from './event.js';
import { Generator } from './generator/generate.js';
import { plainLoops } from './loops/all.js';
import { evictingLoops } from './loops/evicting.js';
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
  /** Rounds that do not count, after the check of the answers. */
  readonly warmUps: number;
  readonly ways: readonly Way[];
}

/**
 * `loop`, `evicting` (where the loop does less than the query), `memory`, `level`: events as objects.
 * `raw`: what `level` reads and writes, without an engine.
 * `json`, `parquet`: from files, on LevelDB.
 */
export type Way = 'loop' | 'evicting' | 'memory' | 'level' | 'raw' | FileKind;

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

type Batches = readonly (readonly NexmarkEvent[])[];

type Loops = typeof plainLoops;

function runLoop(loops: Loops, name: string, batches: Batches, emit = keep): void {
  const loop = loops.get(name)?.(emit);
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

const runOnLevel = (query: NexmarkQuery, batches: Batches, row: Emit = keep) =>
  withCheckpoint((checkpointLocation) => runInMemory(query, batches, { row, checkpointLocation }));

async function runFiles(
  kind: FileKind,
  query: NexmarkQuery,
  { events, perBatch }: Pick<MeasureOptions, 'events' | 'perBatch'>,
  row: Emit = keep,
) {
  const path = await dataFolder(kind, events);
  const each = { schema: schemaOf(query.reads), maxRowsPerTrigger: perBatch };
  const stream =
    kind === 'json' ? readStream(jsonFiles(path, each)) : readStream(parquetFiles(path, each));
  await withCheckpoint((checkpointLocation) =>
    runAvailable(query, stream as never, { row, checkpointLocation }),
  );
}

const asked = { events: checkedEvents, perBatch: 20_000 };

type Run = (row: Emit) => void | Promise<void>;

/** Runs each way and compares what comes out with the oracle's answer, where it has one. */
async function check(
  query: NexmarkQuery,
  runs: Readonly<Record<string, Run>>,
  columns: readonly string[],
  answer?: Pick<Expected, 'rows' | 'sha256'>,
): Promise<void> {
  for (const [way, run] of Object.entries(runs)) {
    const rows: object[] = [];
    await run((row) => void rows.push(row));
    const found = hashOf(finalRows(query, rows), columns);
    if (!answer || found.sha256 === answer.sha256) continue;
    throw new Error(
      `${query.name} from ${way}: ${found.rows} rows, not the oracle's ${answer.rows}`,
    );
  }
}

/** In memory and on LevelDB; gives what LevelDB had to do. */
async function checkObjects(
  query: NexmarkQuery,
  events: readonly NexmarkEvent[],
): Promise<readonly LevelBatch[]> {
  const seen = events.slice(0, asked.events).map((event) => withOnly(query.reads, event));
  const batches = inBatches(seen, asked.perBatch);
  const expected = expectedAnswer('disorder-1', query.name);
  const loops = loopsOf(query.name, batches);
  const memory = (row: Emit) => runInMemory(query, batches, { row });
  await check(query, { ...loops, memory }, expected.columns, expected);
  const LevelDB = (row: Emit) => runOnLevel(query, batches, row);
  return recordLevel(() => check(query, { LevelDB }, expected.columns, expected));
}

/** From files, whose end closes no window. */
async function checkFiles(query: NexmarkQuery, kinds: readonly FileKind[]): Promise<void> {
  const expected = expectedAnswer('disorder-1', query.name);
  const runs = kinds.map((kind) => [kind, (row: Emit) => runFiles(kind, query, asked, row)]);
  const closed = query.fromFiles === 'all' ? expected : (expected.closed ?? expected);
  const answer = query.fromFiles === 'unknown' ? undefined : closed;
  await check(query, Object.fromEntries(runs), expected.columns, answer);
}

/** `loop` and `evicting`, where there is one of this query. */
function loopsOf(name: string, batches: Batches): Record<string, (row?: Emit) => void> {
  const kinds = Object.entries({ loop: plainLoops, evicting: evictingLoops });
  const there = kinds.filter(([, loops]) => loops.has(name));
  const run = (loops: Loops) => (row?: Emit) => runLoop(loops, name, batches, row);
  return Object.fromEntries(there.map(([way, loops]) => [way, run(loops)]));
}

type Contenders = Record<string, () => void | Promise<void>>;

async function objectWays(
  query: NexmarkQuery,
  events: readonly NexmarkEvent[],
  { perBatch, ways }: MeasureOptions,
): Promise<Contenders> {
  const batches = inBatches(events, perBatch);
  const recorded = ways.includes('raw') ? await recordLevel(() => runOnLevel(query, batches)) : [];
  return {
    ...loopsOf(query.name, batches),
    memory: () => runInMemory(query, batches, { row: keep }),
    level: () => runOnLevel(query, batches),
    raw: () => replayOnLevel(recorded),
  };
}

const fileWays = (query: NexmarkQuery, options: MeasureOptions): Contenders => ({
  json: () => runFiles('json', query, options),
  parquet: () => runFiles('parquet', query, options),
});

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
  const kinds = options.ways.filter(isFileKind);
  const onObjects = kinds.length < options.ways.length;
  const events = onObjects ? new Generator().events(Math.max(options.events, asked.events)) : [];
  const { entries, bytes } = largestState(onObjects ? await checkObjects(query, events) : []);
  await checkFiles(query, kinds);
  const all = {
    ...(await objectWays(query, events.slice(0, options.events), options)),
    ...fileWays(query, options),
  };
  const asWanted = Object.entries(all).filter(([way]) => options.ways.includes(way as Way));
  const cpu: Record<string, number[]> = {};
  const contenders = withCpu(Object.fromEntries(asWanted), cpu);
  const timings = await timeAlternately(contenders, options.rounds, options.warmUps);
  return {
    query: query.name,
    events: options.events,
    seconds: medians(timings),
    cpuSeconds: medians(cpu, options.warmUps),
    rssPeakMb: Math.round(process.resourceUsage().maxRSS / 1024),
    ...(entries === 0 || (query.mode === 'append' && entries < 100)
      ? {}
      : { stateEntries: entries, bytesPerEntry: Math.round(bytes / entries) }),
  };
}

const [given] = process.argv.slice(2);
if (given?.startsWith('{')) {
  console.log(JSON.stringify(await measureQuery(JSON.parse(given))));
  if (kept === given) console.log(kept); // never: reads `kept`
}
