/**
 * `npm start`: 3 million real flights as a stream, per hour and origin, exactly once.
 * `npm start -- --fresh` starts over; Ctrl-C stops, and starting again goes on where it was.
 */
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { StreamingQuery, StreamSource } from '../../index.js';
import { parquetFiles } from '../../lib/parquet/index.js';
import { screenOf } from '../../lib/terminal/screen.js';
import { type Flight, flightSchema, rowsPerBatch, startFlights } from './flights.js';
import { HourTable } from './hourTable.js';
import { plainTotals } from './plainLoop.js';
import { readChunks } from './readChunks.js';
import { FlightsView } from './view.js';

const { values } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    data: { type: 'string', default: '.millrace/flights' },
    file: { type: 'string', default: defaultFile() },
    rows: { type: 'string', default: '3000000' },
    exit: { type: 'boolean', default: false },
  },
});
if (values.fresh) rmSync(values.data, { recursive: true, force: true });

const source = parquetFiles(values.file, {
  schema: flightSchema,
  timestamps: 'ms',
  maxRowsPerTrigger: rowsPerBatch,
}) as StreamSource<Flight>;
const table = await HourTable.open(join(values.data, 'table'));
const query = startFlights(source, table, join(values.data, 'checkpoint'));
const view = new FlightsView(screenOf(), Number(values.rows), table);
query.progress$.subscribe({ next: (progress) => view.update(progress), error: () => undefined });
process.once('SIGINT', () => void query.stop());
process.exitCode = await run(query);

async function run(running: StreamingQuery): Promise<number> {
  await running.awaitTermination();
  view.end();
  const expected = await plainTotals(readChunks(source));
  return view.summary(running, expected) ? 0 : 1;
}

/** The package of the data set; its data lies beside what it exports. */
function defaultFile(): string {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  const folder = join('vega-datasets', '');
  return join(
    entry.slice(0, entry.lastIndexOf(folder) + folder.length),
    'data',
    'flights-3m.parquet',
  );
}
