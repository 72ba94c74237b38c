import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type LivePage,
  livePage,
  memoryStream,
  noopSink,
  readStream,
  type StreamSource,
  writeStream,
} from '../../index.js';
import { parquetFiles } from '../../lib/parquet/index.js';
import { type Flight, flightSchema, startFlights } from '../../samples/flights/flights.js';
import { threeMillionFlights } from '../../samples/flights/flightsFile.js';
import { HourTable } from '../../samples/flights/hourTable.js';
import { medianOf, parseArguments, tableOf } from '../figures.js';
import { Generator } from '../nexmark/generator/generate.js';
import { nexmarkQueries } from '../nexmark/queries/all.js';
import { inBatches, runInMemory } from '../nexmark/runQuery.js';

/**
 * What the live page costs a query: `npm run bench:page -- [--rounds 8] [--queries q2,q12,flights] [--json]`.
 *
 * Each query with the page open and a reader connected to it, and without, in turn in one process, the
 * order of the two changing from pair to pair, so that the rounds are to be even; `flights` is the job
 * of `npm start`. Then the share of a core that a page at rest takes: open, read, its query waiting.
 */
const args = parseArguments(process.argv.slice(2), {
  rounds: '8',
  events: '2000000',
  queries: 'q2,q12,flights',
  restSeconds: '5',
  json: 'false',
});
const events = inBatches(new Generator().events(Number(args.events)), 100_000);

async function runFlights(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-page-'));
  try {
    const source = parquetFiles(threeMillionFlights(), {
      schema: flightSchema,
      timestamps: 'ms',
      maxRowsPerTrigger: 100_000,
    }) as StreamSource<Flight>;
    const table = await HourTable.open(join(folder, 'table'));
    await startFlights(source, table, join(folder, 'checkpoint')).awaitTermination();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runOf(name: string): () => Promise<void> {
  if (name === 'flights') return runFlights;
  const query = nexmarkQueries.find((each) => each.name === name);
  if (!query) throw new Error(`no query ${name}`);
  return () => runInMemory(query, events);
}

/** Opens the page with a reader that is connected. */
async function openPage(): Promise<{ readonly page: LivePage; readonly reader: ChildProcess }> {
  const page = await livePage({ port: 0 });
  const program = fileURLToPath(new URL('./reader.js', import.meta.url));
  const reader = spawn(process.execPath, [program, String(page.port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (reader.stdout) await once(reader.stdout, 'data');
  return { page, reader };
}

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function costOf(run: () => Promise<void>): Promise<Cost> {
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
}

async function watched(run: () => Promise<void>): Promise<Cost> {
  const { page, reader } = await openPage();
  const cost = await costOf(run);
  const gone = once(reader, 'close');
  await page.close();
  await gone;
  return cost;
}

/** The share of throughput that is lost with the page open: the median over pairs of neighbours. */
async function lossOf(run: () => Promise<void>, rounds: number) {
  const [byClock, byCpu]: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round++) {
    const first = round % 2 === 0 ? await watched(run) : await costOf(run);
    const second = round % 2 === 0 ? await costOf(run) : await watched(run);
    const [open, alone] = round % 2 === 0 ? [first, second] : [second, first];
    if (round < 0) continue; // warms up
    byClock.push(1 - alone.seconds / open.seconds);
    byCpu.push(1 - alone.cpuSeconds / open.cpuSeconds);
  }
  return { byClock: medianOf(byClock), byCpu: medianOf(byCpu) };
}

/** The share of a core that this process takes with a page open on a query that waits for rows. */
async function shareAtRest(seconds: number): Promise<number> {
  const rows = memoryStream<number>();
  const query = writeStream(readStream(rows), { sink: noopSink() });
  rows.addData(1);
  await query.processAllAvailable();
  let share = Number.NaN;
  await watched(async () => {
    await setTimeout(4000); // the rates go down to 0
    const cost = await costOf(() => setTimeout(seconds * 1000));
    share = cost.cpuSeconds / cost.seconds;
  });
  await query.stop();
  return share;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const rows: string[][] = [];
for (const name of args.queries.split(',')) {
  const { byClock, byCpu } = await lossOf(runOf(name), Number(args.rounds));
  if (args.json === 'true') console.log(JSON.stringify({ query: name, byClock, byCpu }));
  rows.push([name, percent(byClock), percent(byCpu)]);
}
const atRest = await shareAtRest(Number(args.restSeconds));
if (args.json === 'true') console.log(JSON.stringify({ atRest }));
else {
  console.log(tableOf(['query', 'throughput lost', 'by CPU'], rows));
  console.log(`at rest: ${percent(atRest)} of a core`);
}
