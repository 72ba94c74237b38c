import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { screenOf } from '../lib/terminal/screen.js';
import type { SuiteOptions } from './options.js';

const shownFailures = 5;

/** Counts what a suite did, shows how far it is, and ends with its figures. */
export class Tally {
  passed = 0;
  failed = 0;
  /** Figures by name: faults fired by kind, steps reached, rows compared. */
  readonly counts = new Map<string, number>();
  private readonly failures: { seed: number; reason: string }[] = [];
  private readonly started = performance.now();
  private shownAt = 0;

  constructor(
    private readonly suite: string,
    private readonly options: SuiteOptions,
  ) {}

  get runs(): number {
    return this.passed + this.failed;
  }

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** Whether the runs or the time that were asked for are used up. */
  get isOver(): boolean {
    return this.runs >= this.options.runs || this.seconds >= this.options.minutes * 60;
  }

  count(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  pass(): void {
    this.passed += 1;
    this.show();
  }

  /** `repeat`: what reproduces it, options of the command line. */
  fail(seed: number, reason: string, repeat = `--seed ${seed} --runs 1`): void {
    this.failed += 1;
    this.failures.push({ seed, reason });
    if (this.failures.length > shownFailures) return;
    process.stdout.write(`FAILED seed ${seed}: ${reason}\n  repeat: ${this.suite} -- ${repeat}\n`);
  }

  private show(): void {
    const now = performance.now();
    if (now - this.shownAt < (screenOf(process.stderr).live ? 500 : 15_000)) return;
    this.shownAt = now;
    const rate = (this.runs / Math.max(this.seconds, 0.001)).toFixed(1);
    const { runs } = this.options;
    process.stderr.write(
      `${this.suite}: ${this.runs} of ${runs} runs, ${this.failed} failed, ${rate} runs/s\n`,
    );
  }

  /** Prints the figures, appends them to the file, and answers the exit code. */
  end(planned: number, fired: number): number {
    if (fired < planned && this.failed === 0) {
      this.failed += 1;
      process.stdout.write(`FAILED: ${planned} faults were planned and ${fired} fired\n`);
    }
    const line = JSON.stringify({
      suite: this.suite,
      seed: this.options.seed,
      commit: commitOf(),
      runs: this.runs,
      planned,
      fired,
      seconds: Math.round(this.seconds),
      counts: Object.fromEntries([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1))),
      failedSeeds: this.failures.slice(0, 20).map(({ seed }) => seed),
      result: this.failed === 0 && this.passed > 0 ? 'passed' : 'failed',
    });
    if (this.options.figures !== '') appendFileSync(this.options.figures, `${line}\n`);
    process.stdout.write(`${line}\n${this.passed} passed, ${this.failed} failed\n`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

/** The commit that is checked out, marked where files differ from it. */
export function commitOf(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
    const dirty = git('status', '--porcelain', '-uno', '--', 'lib', 'operators', 'state') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (dirty ? '+' : '');
  } catch {
    return 'unknown';
  }
}
