import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArguments, shortNumber, tableOf } from '../figures.js';
import type { LifeOrder, LifeReport } from './life.js';

/**
 * State larger than memory: `npm run bench:state -- [--keys 10000000] [--batch 100000] [--heaps 0,64] [--json]`.
 *
 * Counts distinct keys in LevelDB, in a heap of each size in turn (MB; 0: as large as Node makes it). Each process is one life: all keys; a clean start with one more batch;
 * a SIGKILL in the middle of a batch; the start after that. Times from the start of the process.
 */
const args = parseArguments(process.argv.slice(2), {
  keys: '10000000',
  batch: '',
  heaps: '0,64',
  json: 'false',
});
const keys = Number(args.keys);

interface Lived {
  readonly batches: readonly Extract<LifeReport, { is: 'batch' }>[];
  readonly end: Extract<LifeReport, { is: 'end' }> | undefined;
}

/** Runs one process to its end; a heap of 0 MB is as large as Node makes it. */
function life(order: LifeOrder, heapMb: number): Promise<Lived> {
  const heap = heapMb > 0 ? [`--max-old-space-size=${heapMb}`] : [];
  const program = fileURLToPath(new URL('./life.js', import.meta.url));
  const child = spawn(process.execPath, [...heap, program, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const batches: Extract<LifeReport, { is: 'batch' }>[] = [];
  let end: Lived['end'];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const report = JSON.parse(line) as LifeReport;
    if (report.is === 'end') end = report;
    else {
      batches.push(report);
      if (args.json !== 'true' && report.rows % 1_000_000 < order.perBatch) console.error(line);
    }
  });
  return new Promise((resolve) => child.on('close', () => resolve({ batches, end })));
}

/** Rows per second of each million. */
function ratesOf({ batches }: Lived): readonly (readonly [string, string, string])[] {
  const rates: [string, string, string][] = [];
  let before = { rows: 0, atMs: 0, cpuMs: 0 };
  for (const batch of batches) {
    if (batch.rows - before.rows < 1_000_000 && batch !== batches.at(-1)) continue;
    const rows = 1000 * (batch.rows - before.rows);
    const perSecond = rows / (batch.atMs - before.atMs);
    const perCpuSecond = rows / (batch.cpuMs - before.cpuMs);
    rates.push([batch.rows, perSecond, perCpuSecond].map(shortNumber) as [string, string, string]);
    before = batch;
  }
  return rates;
}

async function measure(heapMb: number, location: string) {
  // What a batch changes is in memory until it is committed.
  const perBatch = Number(args.batch) || (heapMb > 0 ? 20_000 : 100_000);
  const live = (upTo: number, dies = false) =>
    life({ keys: upTo, perBatch, location, dies }, heapMb);
  const first = await live(keys);
  const clean = await live(keys + perBatch);
  const killed = await live(keys + 2 * perBatch, true);
  const again = await live(keys + 2 * perBatch);
  return {
    keys,
    perBatch,
    heapMb: heapMb || null,
    rates: ratesOf(first),
    rssMb: Math.round(first.end?.rssMb ?? Number.NaN),
    stopMs: Math.round(first.end?.stopMs ?? Number.NaN),
    cleanRestartMs: Math.round(clean.batches[0]?.atMs ?? Number.NaN),
    cleanRestartEntriesRead: clean.batches[0]?.read,
    wasKilled: killed.end === undefined,
    killedRestartMs: Math.round(again.batches[0]?.atMs ?? Number.NaN),
    cleanRestartCpuMs: Math.round(clean.batches[0]?.cpuMs ?? Number.NaN),
    killedRestartCpuMs: Math.round(again.batches[0]?.cpuMs ?? Number.NaN),
    killedRestartEntriesRead: again.batches[0]?.read,
    rssAgainMb: Math.round(again.end?.rssMb ?? Number.NaN),
  };
}

for (const heap of args.heaps.split(',')) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-state-'));
  try {
    const figures = await measure(Number(heap), join(folder, 'checkpoint'));
    if (args.json === 'true') console.log(JSON.stringify(figures));
    else {
      console.log(tableOf(['rows', 'rows/s', 'rows per CPU second'], figures.rates));
      const { rates: _, ...rest } = figures;
      for (const [name, value] of Object.entries(rest)) console.log(`${name}: ${value}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
