import { fork } from 'node:child_process';
import { Random } from '../random.js';
import type { Outcome } from '../suite.js';
import type { SoakReport } from './child.js';
import { Ledger } from './ledger.js';
import { rowAt, wholeBlocks } from './load.js';
import { Samples } from './samples.js';

const shortestMs = 500;
const longestMs = 8000;

/** One query under load, in one long life and in many short ones. */
export class SoakRun {
  private readonly random: Random;
  private readonly ledger = new Ledger();
  private rows = 0;
  private end = Number.POSITIVE_INFINITY;
  private kills = 0;

  constructor(
    seed: number,
    private readonly script: string,
    private readonly checkpoint: string,
  ) {
    this.random = new Random(seed);
  }

  async all(minutes: number): Promise<Outcome> {
    const halfMs = (minutes * 60_000) / 2;
    const long = await this.life(halfMs, false);
    let flaw = this.flawOf(long.error) ?? long.samples.flaw;
    const until = performance.now() + halfMs;
    while (flaw === undefined && performance.now() < until) {
      const { error } = await this.life(this.random.between(shortestMs, longestMs), false);
      flaw = this.flawOf(error);
    }
    if (flaw === undefined) {
      this.end = wholeBlocks(this.rows + 1000);
      const { error } = await this.life(Number.POSITIVE_INFINITY, true);
      const last = rowAt(this.end - 1).at;
      flaw = this.flawOf(error) ?? this.ledger.missing(this.end, last);
    }
    const { slope, rss, files, diskFirst, diskLast } = long.samples.figures;
    return {
      reason: flaw,
      planned: this.kills,
      fired: this.kills,
      counts: {
        kills: this.kills,
        rows: this.rows,
        batches: this.ledger.batches,
        windows: this.ledger.windows,
        'heap, KB a minute': Math.round(slope * 1024),
        'largest RSS, MB': Math.round(rss),
        'open files, span': files,
        'checkpoint at first, KB': Math.round(diskFirst * 1024),
        'checkpoint at last, KB': Math.round(diskLast * 1024),
      },
    };
  }

  private flawOf(error: string | undefined): string | undefined {
    return this.ledger.flaw ?? (error && `a life ends with ${error}`);
  }

  private life(
    ms: number,
    isLast: boolean,
  ): Promise<{ samples: Samples; error: string | undefined }> {
    const samples = new Samples();
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const child = fork(this.script, [], { execArgv: ['--expose-gc'] });
      let ended: Extract<SoakReport, { is: 'ended' }> | undefined;
      const killing = isLast ? undefined : setTimeout(() => child.kill('SIGKILL'), ms);
      child.on('message', (message) => {
        const report = message as SoakReport;
        if (report.is === 'batch') {
          this.ledger.take(report.batchId, report.rows, this.end);
          child.send('taken', () => undefined);
        } else if (report.is === 'sample') {
          samples.add((performance.now() - started) / 60_000, report, this.checkpoint);
        } else if (report.is === 'position') this.rows = Math.max(this.rows, report.rows);
        else ended = report;
      });
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(killing);
        if (signal === 'SIGKILL' && !isLast) this.kills += 1;
        const isWell = isLast ? code === 0 && ended !== undefined : signal === 'SIGKILL';
        const error = ended?.error ?? (isWell ? undefined : `${signal ?? code}`);
        resolve({ samples, error });
      });
      if (isLast) child.send(this.end);
      child.send({ checkpoint: this.checkpoint });
    });
  }
}
