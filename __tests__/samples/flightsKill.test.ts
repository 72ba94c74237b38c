import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type FSWatcher, mkdirSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainTotals } from '../../samples/flights/plainLoop.js';
import { encoded } from '../parquet/parquetFile.js';

const build = join('temp', 'flightsKill');
const folder = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
const file = join(folder, 'flights.parquet');
const data = join(folder, 'data');
const [rowCount, rowsPerBatch, kills] = [30_000, 400, 20];

/** The same numbers in every run of the test. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const random = randomNumbers(7);
const startMs = Date.UTC(2001, 0, 1);
const flights = Array.from({ length: rowCount }, (_, i) => ({
  date: new Date(startMs + i * 60_000),
  delay: random(300) - 20 + (i % 500 === 0 ? -1_500 : 0), // some are late by more than half a day
  origin: `A${random(20)}`,
}));

function main(...args: readonly string[]): ChildProcess {
  const program = join(build, 'samples', 'flights', 'main.js');
  const fixed = ['--data', data, '--file', file, '--batch', String(rowsPerBatch)];
  return spawn(process.execPath, [program, ...fixed, ...args]); // the last of two options counts
}

async function outputOf(child: ChildProcess): Promise<{ text: string; code: unknown }> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => (text += more));
  }
  const [code] = await once(child, 'close');
  return { text, code };
}

/** Ends the program without warning at the n-th change of any file of table or checkpoint. */
async function killedAt(change: number): Promise<string> {
  const child = main();
  let left = change;
  const watchers: FSWatcher[] = [];
  const closed = once(child, 'close');
  for (const part of ['table', 'checkpoint', 'checkpoint/offsets', 'checkpoint/state']) {
    const watched = join(data, part);
    mkdirSync(watched, { recursive: true });
    watchers.push(watch(watched, () => --left === 0 && child.kill('SIGKILL')));
  }
  const [, signal] = await closed;
  for (const watcher of watchers) watcher.close();
  return String(signal);
}

beforeAll(async () => {
  const schema = 'date TIMESTAMP, delay BIGINT, origin STRING';
  writeFileSync(file, await encoded(schema, flights, { rowGroupRows: 5_000 }));
  const tsc = join('node_modules', '.bin', 'tsc');
  spawnSync(tsc, ['-p', 'tsconfig.tools.json', '--outDir', build]);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe('the flights', () => {
  it('end with the totals of a plain loop after twenty kills', async () => {
    for (let kill = 0; kill < kills; kill++) {
      expect(await killedAt(1 + random(25))).toBe('SIGKILL');
    }
    const { text, code } = await outputOf(main());
    const expected = await plainTotals(chunks(), rowsPerBatch);
    expect(expected.late).toBeGreaterThan(0);
    expect(text).not.toContain(`processed ${rowCount.toLocaleString('en-US')} rows`); // kills kept some
    for (const total of ['flights', 'delayMinutes', 'delayed', 'groups'] as const) {
      const figure = expected[total].toLocaleString('en-US');
      expect(text).toMatch(new RegExp(`^${total} +${figure}  as the plain loop$`, 'm'));
    }
    expect(code).toBe(0);
  }, 300_000);

  it('stop cleanly upon Ctrl-C, go on, and start over when they shall', async () => {
    const interrupted = main('--fresh', '--batch', '1000');
    interrupted.stdout?.once('data', () => interrupted.kill('SIGINT'));
    const first = await outputOf(interrupted);
    expect(first.text).toContain('stopped: `npm start` goes on from here');
    expect(first.code).toBe(0);
    const [, id] = /^query (\S+), batch/m.exec(first.text) ?? [];
    const second = await outputOf(main('--batch', '1000'));
    expect(second.text).toContain(`query ${id}, batch`);
    expect(second.text).not.toContain(`processed ${rowCount.toLocaleString('en-US')} rows`);
    expect(second.code).toBe(0);
    const third = await outputOf(main('--fresh', '--batch', '10000'));
    expect(third.text).not.toContain(`query ${id}`);
    expect(third.text).toContain(`processed ${rowCount.toLocaleString('en-US')} rows`);
    expect(third.code).toBe(0);
  }, 120_000);

  it('say what is wrong with a file that is not there', async () => {
    const { text, code } = await outputOf(main('--fresh', '--file', join(folder, 'none.parquet')));
    expect(text).toContain('none.parquet');
    expect(text).not.toContain('at async');
    expect(code).toBe(1);
  }, 120_000);
});

async function* chunks() {
  yield flights.map((flight) => ({ ...flight, date: flight.date.getTime() }));
}
