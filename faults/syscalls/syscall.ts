import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Scenario } from '../disk/scenario.js';
import { rowCount } from '../disk/scenario.js';
import { scratch } from '../scratch.js';
import type { Outcome } from '../suite.js';
import { type SyscallOrder, type SyscallReport, scenarios } from './child.js';

/** Which calls fail, and with what; strace counts each kind of call by itself. Sticky: all that follow fail too. */
const ways = [
  { call: 'openat', code: 'EIO', sticky: false },
  { call: 'openat', code: 'EMFILE', sticky: false },
  { call: 'read', code: 'EIO', sticky: false },
  { call: 'pread64', code: 'EIO', sticky: false },
  { call: 'mmap', code: 'ENOMEM', sticky: false },
  { call: 'write', code: 'EIO', sticky: false },
  { call: 'write', code: 'ENOSPC', sticky: true },
  { call: 'fdatasync', code: 'EIO', sticky: false },
  { call: 'rename', code: 'EIO', sticky: false },
  { call: 'unlink', code: 'EIO', sticky: false },
] as const;

/** In a new store, and in one that a life before has left. */
const starts = [0, 30] as const;

/** More of one kind than the longest of the lives makes. */
const mostCalls = 60;

/** Each call of LevelDB in each scenario and way, once. */
export const allSyscalls = mostCalls * scenarios.length * starts.length * ways.length;

/** One life in a process whose `nth` call to a file of LevelDB fails, then one without faults. */
export class FailingSyscall {
  private readonly scenario: Scenario;
  private readonly start: (typeof starts)[number];
  private readonly way: (typeof ways)[number];
  private readonly nth: number;

  /** `number` below {@link allSyscalls}: which. */
  constructor(number: number) {
    let rest = number;
    const pick = <T>(all: readonly T[]): T => {
      const picked = all[rest % all.length] as T;
      rest = Math.floor(rest / all.length);
      return picked;
    };
    this.scenario = pick(scenarios);
    this.start = pick(starts);
    this.way = pick(ways);
    this.nth = rest + 1;
  }

  /** There are fewer calls: nothing can fail at this one. */
  isBehind(ends: ReadonlyMap<string, number>): boolean {
    return this.nth > (ends.get(this.series) ?? mostCalls);
  }

  /** `script`: the packed child. `ends`: calls of each series, as far as they are known. */
  async run(script: string, ends: Map<string, number>): Promise<Outcome> {
    const folder = await mkdtemp(join(scratch, 'millrace-syscalls-'));
    try {
      return await this.judged(script, folder, ends);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private get series(): string {
    return `${this.scenario.name}, ${this.start === 0 ? 'new' : 'known'} store, ${this.way.call}, ${this.way.code}`;
  }

  private async judged(
    script: string,
    folder: string,
    ends: Map<string, number>,
  ): Promise<Outcome> {
    const { scenario, start, nth, way } = this;
    let known = 0;
    if (start > 0) {
      const before = await scenario.live({ folder, known, available: start, completes: false });
      known = before.acknowledged;
    }
    const order = { scenario: scenario.name, folder, known, available: 60 };
    const { report, failed } = await this.traced(script, order);
    if (!failed) {
      ends.set(this.series, Math.min(nth - 1, ends.get(this.series) ?? mostCalls));
      return outcome(undefined);
    }
    if (nth === mostCalls) return outcome(`${this.series} makes more than ${mostCalls} calls`);
    const counts = {
      'call indexes': 1,
      [`${way.code} at ${way.call}`]: 1,
      [`gave ${report.code}`]: 1,
    };
    const last = { folder, known: report.acknowledged, available: rowCount, completes: true };
    const { query } = await scenario.live(last);
    const { exception } = query;
    const reason = exception
      ? `the restart failed with ${exception.message}`
      : await scenario.differenceIn(folder);
    const title = `${this.series}, call ${nth}, gave ${report.code}`;
    return { reason: reason && `${title}: ${reason}`, planned: 0, fired: 1, counts };
  }

  /** `failed`: the life came to the call that is to fail. */
  private async traced(
    script: string,
    order: SyscallOrder,
  ): Promise<{ readonly report: SyscallReport; readonly failed: boolean }> {
    const { way, nth } = this;
    const log = join(order.folder, 'strace');
    const database = join(order.folder, 'checkpoint', 'state', 'db');
    const when = `${nth}${way.sticky ? '+' : ''}`;
    const options = ['-f', '--seccomp-bpf', '-o', log, '-e', `trace=${way.call}`];
    const inject = ['-e', `inject=${way.call}:error=${way.code}:when=${when}`];
    const paths = levelFiles.flatMap((name) => ['-P', join(database, name)]);
    const command = [process.execPath, script, JSON.stringify(order)];
    // One thread for all files, so that the nth call is the same one in every run.
    const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
    const { stdout } = await promisify(execFile)(
      'strace',
      [...options, ...inject, ...paths, ...command],
      { env, timeout: 120_000 },
    );
    const trace = await readFile(log, 'utf8');
    await rm(log);
    const failed = trace.includes('(INJECTED)');
    return { report: JSON.parse(stdout) as SyscallReport, failed };
  }
}

function outcome(reason: string | undefined): Outcome {
  return { reason, planned: 0, fired: 0, counts: {} };
}

/** strace takes files by their names only: those that a short life can have. */
const levelFiles = [
  'CURRENT',
  ...Array.from({ length: 40 }, (_, i) => String(i + 1).padStart(6, '0')).flatMap((number) => [
    `${number}.log`,
    `${number}.ldb`,
    `${number}.dbtmp`,
    `MANIFEST-${number}`,
  ]),
];
