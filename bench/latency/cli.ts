import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArguments, tableOf } from '../figures.js';
import type { Latency, LatencyOptions } from './measureLatency.js';

/**
 * Latency in continuous mode: `npm run bench:latency -- [--seconds 30] [--rates 10000,100000] [--json]`.
 *
 * A Subject, `where`, `groupByKey`, `count` and `max`, and a function as sink, in one process. A row is
 * due at a fixed instant; if the sender is late, that counts.
 */
const args = parseArguments(process.argv.slice(2), {
  seconds: '30',
  rates: '10000,100000',
  json: 'false',
});
const program = fileURLToPath(new URL('./measureLatency.js', import.meta.url));

function measure(options: LatencyOptions): Latency {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [program, JSON.stringify(options)],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const rows: (readonly (string | number)[])[] = [];
for (const rowsPerSecond of args.rates.split(',').map(Number)) {
  for (const durable of [false, true]) {
    const found = measure({ rowsPerSecond, seconds: Number(args.seconds), durable });
    if (args.json === 'true') console.log(JSON.stringify(found));
    else console.error(found.histogram.map(([us, share]) => `≤${us}: ${share}`).join('  '));
    const { p50, p99, p999, max, gcPauses, gcLongestMs, gcTotalMs } = found;
    const commit = durable ? 'LevelDB, each second' : 'none';
    rows.push([rowsPerSecond, commit, p50, p99, p999, max, gcPauses, gcLongestMs, gcTotalMs]);
  }
}
if (args.json !== 'true') {
  const columns = 'rows/s,commit,p50 µs,p99,p99.9,max,GC pauses,longest ms,total ms';
  console.log(tableOf(columns.split(','), rows));
}
