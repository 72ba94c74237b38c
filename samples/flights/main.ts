/**
 * `npm start`: 3 million real flights as a stream, per hour and origin, exactly once.
 *
 * `npm start -- --fresh` starts over; Ctrl-C stops, and starting again goes on where it was.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { livePage, StreamingError, type StreamSource } from '../../index.js';
import { parquetFiles } from '../../lib/parquet/index.js';
import { screenOf } from '../../lib/terminal/screen.js';
import { type Flight, flightSchema, startFlights } from './flights.js';
import { countOf, flightsOf, threeMillionFlights } from './flightsFile.js';
import { HourTable } from './hourTable.js';
import { plainTotals } from './plainLoop.js';
import { FlightsView } from './view.js';

const { values } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    data: { type: 'string', default: '.millrace/flights' },
    file: { type: 'string', default: threeMillionFlights() },
    batch: { type: 'string', default: '100000' },
    exit: { type: 'boolean', default: false },
  },
});

process.exitCode = await run().catch((error: unknown) => {
  if (!(error instanceof StreamingError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  return 1;
});

async function run(): Promise<number> {
  if (values.fresh) rmSync(values.data, { recursive: true, force: true });
  const rowsPerBatch = Number(values.batch);
  const source = parquetFiles(values.file, {
    schema: flightSchema,
    timestamps: 'ms',
    maxRowsPerTrigger: rowsPerBatch,
  }) as StreamSource<Flight>;
  const table = await HourTable.open(join(values.data, 'table'));
  const total = await countOf(values.file).catch(() => 0); // what is wrong with it, the query will say
  const page = await livePage({ rows: 5000 }).catch((error: Error) => {
    console.error(`no live page: ${error.message}`);
  });
  if (page) console.log(`live page: ${page.url}`);
  try {
    const ended = await watch(source, table, total, rowsPerBatch);
    if (page && ended.isWhole && process.stdout.isTTY && !values.exit) {
      console.log(`the page stays at ${page.url}: Ctrl-C ends it`);
      await new Promise((resolve) => process.once('SIGINT', resolve));
    }
    return ended.exitCode;
  } finally {
    await page?.close();
  }
}

/** Runs the query to its end, or until it is stopped. */
async function watch(
  source: StreamSource<Flight>,
  table: HourTable,
  total: number,
  rowsPerBatch: number,
): Promise<{ readonly isWhole: boolean; readonly exitCode: number }> {
  const view = new FlightsView(screenOf(), total, table);
  const query = startFlights(source, table, join(values.data, 'checkpoint'));
  query.progress$.subscribe({ next: (progress) => view.update(progress), error: () => undefined });
  process.once('SIGINT', () => void query.stop());
  await query.awaitTermination();
  view.end(query);
  // By Ctrl-C, or on the page.
  if (query.internals.execution.wasStopped) {
    view.interrupted();
    return { isWhole: false, exitCode: 0 };
  }
  const agrees = view.summary(await plainTotals(flightsOf(values.file), rowsPerBatch));
  return { isWhole: true, exitCode: agrees ? 0 : 1 };
}
