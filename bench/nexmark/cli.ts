import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArguments, shortNumber, tableOf } from '../figures.js';
import type { Measured, MeasureOptions, Way } from './measureQuery.js';
import { nexmarkQueries } from './queries/all.js';

/**
 * Nexmark, measured: `npm run bench -- [--full] [--queries q0,q5] [--events 1000000] [--json]`.
 *
 * Each query runs in a process of its own, beside its plain loop.
 */
const args = parseArguments(process.argv.slice(2), {
  full: 'false',
  json: 'false',
  queries: 'all',
  events: '',
  batch: '100000',
  rounds: '',
  ways: 'loop,memory,level',
});
const isFull = args.full === 'true';

function measure(query: string): Measured {
  const options: MeasureOptions = {
    query,
    events: Number(args.events || (isFull ? 1_000_000 : 300_000)),
    perBatch: Number(args.batch),
    rounds: Number(args.rounds || (isFull ? 5 : 3)),
    ways: args.ways.split(',') as Way[],
  };
  const program = fileURLToPath(new URL('./measureQuery.js', import.meta.url));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--max-old-space-size=6000', program, JSON.stringify(options)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${query} failed: ${stderr}`);
  return JSON.parse(stdout);
}

const names =
  args.queries === 'all' ? nexmarkQueries.map(({ name }) => name) : args.queries.split(',');
const rate = ({ events, seconds }: Measured, way: Way) => events / (seconds[way] ?? Number.NaN);
const rows: string[][] = [];
for (const name of names) {
  const measured = measure(name);
  if (args.json === 'true') console.log(JSON.stringify(measured));
  else console.error(name, JSON.stringify(measured.seconds));
  const [loop, memory, level] = (['loop', 'memory', 'level'] as const).map((way) =>
    rate(measured, way),
  ) as [number, number, number];
  rows.push([
    name,
    shortNumber(loop),
    shortNumber(memory),
    (memory / loop).toFixed(2),
    shortNumber(level),
    (level / memory).toFixed(2),
    String(measured.rssPeakMb),
  ]);
}
if (args.json !== 'true') {
  const columns = ['query', 'loop', 'memory', 'of loop', 'LevelDB', 'of memory', 'RSS MB'];
  console.log(tableOf(columns, rows));
}
