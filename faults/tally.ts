import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { screenOf } from '../lib/terminal/screen.js';
import type { SuiteOptions } from './options.js';

const shownFailures = 5;

/** Counts what a suite did, shows how far it is, and ends with its figures. */
export class Tally {
  passed = 0;
  failed = 0;
  planned = 0;
  fired = 0;
  /** Figures by name: faults fired by kind, steps reached, rows compared. */
  readonly counts = new Map<string, number>();
  private readonly failures: { seed: number; reason: string }[] = [];
  private readonly started = performance.now();
  private shownAt = performance.now();

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

  count(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  take(
    seed: number,
    outcome: {
      readonly reason: string | undefined;
      readonly planned: number;
      readonly fired: number;
      readonly counts: Readonly<Record<string, number>>;
    },
  ): void {
    this.planned += outcome.planned;
    this.fired += outcome.fired;
    for (const [name, by] of Object.entries(outcome.counts)) this.count(name, by);
    if (outcome.reason === undefined) this.pass();
    else this.fail(seed, outcome.reason);
  }

  pass(): void {
    this.passed += 1;
    this.show();
  }

  fail(seed: number, reason: string): void {
    this.failed += 1;
    this.failures.push({ seed, reason });
    if (this.failures.length > shownFailures) return;
    const only = this.options.only === '' ? '' : ` --only '${this.options.only}'`;
    process.stdout.write(
      `FAILED seed ${seed}: ${reason}\n  repeat: npm run ${this.suite} -- --seed ${seed} --runs 1${only}\n`,
    );
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

  /**
   * Prints the figures, appends them to the file, and answers the exit code. `least`: share of the
   * planned faults that must have fired; `flaw`: what else the figures lack.
   */
  end(least: number, flaw: string | undefined): number {
    const missed =
      this.fired < this.planned * least
        ? `${this.planned} faults were planned and ${this.fired} fired`
        : flaw;
    if (missed !== undefined) {
      this.failed += 1;
      process.stdout.write(`FAILED: ${missed}\n`);
    }
    const isGood = this.failed === 0 && this.passed > 0;
    const line = JSON.stringify({
      suite: this.suite,
      only: this.options.only,
      seed: this.options.seed,
      commit: commitOf(),
      runs: this.runs,
      passed: this.passed,
      failed: this.failed,
      planned: this.planned,
      fired: this.fired,
      seconds: Math.round(this.seconds),
      counts: Object.fromEntries([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1))),
      failedSeeds: this.failures.slice(0, 20).map(({ seed }) => seed),
      result: isGood ? 'passed' : 'failed',
    });
    append(this.options.figures, line);
    process.stdout.write(`${line}\n${this.passed} passed, ${this.failed} failed\n`);
    return isGood ? 0 : 1;
  }
}

function append(path: string, line: string): void {
  if (path === '') return;
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${line}\n`);
}

/** The commit that is checked out, marked with + where files differ from it. */
function commitOf(): string {
  const { MILLRACE_COMMIT } = process.env;
  if (MILLRACE_COMMIT !== undefined) return MILLRACE_COMMIT;
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const dirty = git('status', '--porcelain', '-uno', '--', 'lib', 'operators', 'state') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (dirty ? '+' : '');
  } catch {
    return 'unknown';
  }
}
