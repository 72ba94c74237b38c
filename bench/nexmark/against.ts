import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from './dataFiles.js';
import { writeEventFiles } from './generator/writeFiles.js';
import type { Way } from './measureQuery.js';

/** What a peer took for each query; `way` is the run of ours that it is compared with. */
export interface PeerSeconds {
  readonly name: string;
  readonly way: Way;
  readonly seconds: ReadonlyMap<string, number>;
}

interface Peer {
  readonly name: string;
  readonly way: Way;
  /** Its interpreter: from this variable, else `python3`. */
  readonly interpreter: string;
  readonly module: string;
  readonly script: string;
  /** Its command line, once for each way in which it runs. */
  readonly runs: readonly (readonly string[])[];
  readonly recorded: readonly string[];
  readonly figure: 'seconds_batches' | 'seconds_job';
}

const spark = {
  interpreter: 'SPARK_PYTHON',
  module: 'pyspark',
  script: 'spark.py',
  figure: 'seconds_batches',
} as const;
const flink = {
  way: 'json',
  interpreter: 'FLINK_PYTHON',
  module: 'pyflink',
  script: 'flink.py',
  figure: 'seconds_job',
} as const;

const peers: readonly Peer[] = [
  {
    ...spark,
    name: '÷ Spark JSON',
    way: 'json',
    runs: [[]],
    recorded: ['spark-json-rocksdb.jsonl'],
  },
  {
    ...spark,
    name: '÷ Spark Parquet',
    way: 'parquet',
    runs: [['--input', 'parquet']],
    recorded: ['spark-parquet-rocksdb.jsonl'],
  },
  {
    ...flink,
    name: '÷ Flink JSON',
    runs: [
      ['--state', 'rocksdb'],
      ['--state', 'hashmap'],
    ],
    recorded: ['flink-rocksdb.jsonl', 'flink-hashmap.jsonl'],
  },
];

/**
 * Runs the peers of `kit` with which one of our `ways` is compared on the same events where they are
 * installed; otherwise takes what the kit has recorded on a machine of this size, and says so in the name.
 */
export async function peerSeconds(
  kit: string,
  ways: readonly string[],
  queries: readonly string[],
  events: number,
): Promise<readonly PeerSeconds[]> {
  const all: PeerSeconds[] = [];
  for (const peer of peers.filter(({ way }) => ways.includes(way))) {
    const python = process.env[peer.interpreter] ?? 'python3';
    const isInstalled = spawnSync(python, ['-c', `import ${peer.module}`]).status === 0;
    const lines = isInstalled
      ? await run(python, peer, kit, queries, events)
      : peer.recorded.flatMap((file) => linesOf(readFileSync(join(kit, 'results', file), 'utf8')));
    const name = isInstalled ? peer.name : `${peer.name} (recorded)`;
    all.push({ name, way: peer.way, seconds: fastest(lines, peer.figure) });
  }
  return all;
}

async function run(
  python: string,
  peer: Peer,
  kit: string,
  queries: readonly string[],
  events: number,
): Promise<readonly Line[]> {
  const call = (...args: readonly string[]) => callPeer(python, [join(kit, peer.script), ...args]);
  const data = await dataFor(peer, events, call);
  return peer.runs.flatMap((options) =>
    linesOf(call('--data', data, '--queries', queries.join(','), ...options)),
  );
}

function callPeer(python: string, args: readonly string[]): string {
  const { stdout } = spawnSync(python, args, {
    encoding: 'utf8',
    maxBuffer: 1e9,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return stdout;
}

/**
 * Flink reads its files in no fixed order: two files with the events dealt round. Spark has the Parquet
 * files that it makes of the JSON ones itself.
 */
async function dataFor(
  peer: Peer,
  events: number,
  call: (...args: readonly string[]) => string,
): Promise<string> {
  const folder = (kind: string) => join(tmpdir(), `millrace-nexmark-${events}-${kind}`);
  if (peer.module === 'pyspark') {
    const json = await dataFolder('json', events);
    const converted = folder('spark-parquet');
    if (peer.way === 'json') return json;
    if (!existsSync(converted)) call('--data', json, '--convert', converted);
    return converted;
  }
  const dealt = folder('interleaved');
  if (!existsSync(dealt)) writeEventFiles(dealt, { events, files: 2, interleaved: true });
  return dealt;
}

type Line = Readonly<Record<string, unknown>>;

function linesOf(text: string): readonly Line[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

/** Of several variants and backends of a query the fastest counts. */
function fastest(lines: readonly Line[], figure: string): ReadonlyMap<string, number> {
  const best = new Map<string, number>();
  for (const { query, [figure]: seconds } of lines) {
    if (typeof query !== 'string' || typeof seconds !== 'number') continue;
    best.set(query, Math.min(best.get(query) ?? Number.POSITIVE_INFINITY, seconds));
  }
  return best;
}
