import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { medianOf, parseArguments, shortNumber, tableOf } from '../figures.js';
import { type PeerSeconds, peerSeconds } from './against.js';
import { checkedEvents } from './answers.js';
import { dataFolder, fileKinds, isFileKind } from './dataFiles.js';
import { Generator } from './generator/generate.js';
import type { Measured, MeasureOptions, Way } from './measureQuery.js';
import { nexmarkQueries } from './queries/all.js';

/**
 * Nexmark, measured: `npm run bench -- [--full] [--queries q0,q5] [--ways loop,memory] [--json]
 * [--against DIR]`.
 *
 * Each query runs in a process of its own (`--full`: one for events as objects and one for files), after
 * its answer, from 100,000 events in each way, has been compared with the oracle's.
 */
const args = parseArguments(process.argv.slice(2), {
  full: 'false',
  json: 'false',
  queries: 'all',
  events: '',
  batch: '100000',
  rounds: '',
  ways: 'loop,memory,level,raw,json,parquet',
  against: '',
});
const isFull = args.full === 'true';
const events = Number(args.events || (isFull ? 1_000_000 : checkedEvents));
/** Their bar on LevelDB is what LevelDB itself reaches with their entries. */
const heavyState = new Set(['q3', 'q15', 'q16', 'q17', 'q18', 'q20']);

/** SHA-256 of the first 100,000 events as JSON lines: the data that the oracle was asked. */
const dataHash = 'dc6d72a8ab6e304794eba4961414c209717cdbc895db89bcdf52273bfc8d9eb8';

function checkData(): void {
  const hash = createHash('sha256');
  for (const event of new Generator().events(checkedEvents))
    hash.update(`${JSON.stringify(event)}\n`);
  const found = hash.digest('hex');
  if (found !== dataHash) throw new Error(`the generator makes other events: ${found}`);
}

function measure(query: string, ways: readonly Way[]): Measured {
  const options: MeasureOptions = {
    query,
    events,
    perBatch: Number(args.batch),
    rounds: Number(args.rounds || (isFull ? 5 : 1)),
    // What the check has just run is warm.
    warmUps: isFull ? 1 : 0,
    ways,
  };
  const program = fileURLToPath(new URL('./measureQuery.js', import.meta.url));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--max-old-space-size=6000', program, JSON.stringify(options)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${query} failed: ${stderr}`);
  return JSON.parse(stdout);
}

function measureAll(query: string): readonly Measured[] {
  const wanted = (args.ways.split(',') as Way[]).filter(
    (way) => way !== 'raw' || (isFull && heavyState.has(query)),
  );
  if (!isFull) return [measure(query, wanted)];
  const groups = [wanted.filter((way) => !isFileKind(way)), wanted.filter(isFileKind)];
  return groups.filter((ways) => ways.length > 0).map((ways) => measure(query, ways));
}

const ratio = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '–');

function rowOf(name: string, measured: readonly Measured[], peers: readonly PeerSeconds[]) {
  const seconds = Object.assign({}, ...measured.map((each) => each.seconds));
  const cpuSeconds = Object.assign({}, ...measured.map((each) => each.cpuSeconds));
  const rate = (way: Way): number => events / (seconds[way] ?? Number.NaN);
  const [first] = measured;
  return [
    name,
    shortNumber(rate('loop')),
    shortNumber(rate('memory')),
    ratio(rate('memory') / rate('loop')),
    ratio(cpuSeconds.loop / cpuSeconds.memory),
    ratio(rate('memory') / rate('evicting')),
    shortNumber(rate('level')),
    ratio(rate('level') / rate('memory')),
    ratio(rate('level') / rate('raw')),
    shortNumber(rate('json')),
    shortNumber(rate('parquet')),
    measured.map(({ rssPeakMb }) => rssPeakMb).join(' / '),
    first?.bytesPerEntry === undefined ? '–' : String(first.bytesPerEntry),
    ...peers.map(({ way, seconds: of }) =>
      ratio((rate(way) * (of.get(name) ?? Number.NaN)) / peerEvents),
    ),
  ];
}

/** Peers are run with, or recorded at, a million events. */
const peerEvents = 1_000_000;

checkData();
const names =
  args.queries === 'all' ? nexmarkQueries.map(({ name }) => name) : args.queries.split(',');
for (const kind of fileKinds) {
  if (args.ways.includes(kind)) await dataFolder(kind, events);
}
const peers =
  args.against === ''
    ? []
    : await peerSeconds(args.against, args.ways.split(','), names, peerEvents);
const rows: string[][] = [];
for (const name of names) {
  const measured = measureAll(name);
  if (args.json === 'true') for (const each of measured) console.log(JSON.stringify(each));
  else console.error(name, ...measured.map(({ seconds }) => JSON.stringify(seconds)));
  rows.push(rowOf(name, measured, peers));
}
if (args.json !== 'true') {
  const columns =
    'query,loop,memory,of loop,by CPU,of evicting loop,LevelDB,of memory,of raw,JSON,Parquet,RSS MB,bytes/entry'.split(
      ',',
    );
  console.log(
    `${events} events, ${cpus().length} cores, Node ${process.version}; events per second`,
  );
  console.log(tableOf([...columns, ...peers.map(({ name }) => name)], rows));
  for (const [i, { name }] of peers.entries()) {
    const all = rows.map((row) => Number(row[columns.length + i])).filter(Number.isFinite);
    console.log(`median over ${name}: ${ratio(medianOf(all))}, least ${ratio(Math.min(...all))}`);
  }
}
