import { type ChildProcess, fork } from 'node:child_process';
import { type SuiteOptions, suiteOptions } from './options.js';
import { Tally } from './tally.js';

/** What one seed came to; `reason`: why it failed. */
export interface Outcome {
  readonly reason: string | undefined;
  /** Faults that the seed wanted, and those that took place. */
  readonly planned: number;
  readonly fired: number;
  /** Figures by name, added up over all seeds. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A suite: what it does with one seed, and what all of them together must show. */
export interface Suite {
  readonly name: string;
  /** Seeds when the command line names no number. */
  readonly runs: number;
  /** Minutes when the command line names none. Default: no end. */
  readonly minutes?: number;
  readonly workers?: number;
  /** Seeds that a worker takes at once. */
  readonly chunk?: number;
  /** Share of the planned faults that must have fired. Default 1. */
  readonly least?: number;
  one(seed: number, options: SuiteOptions): Promise<Outcome>;
  /** What is wrong with the figures though every seed passed. */
  judge?(tally: Tally, options: SuiteOptions): string | undefined;
}

type Answer = readonly (readonly [seed: number, outcome: Outcome])[];

/** Says to a process that it works for another. */
export const workerFlag = 'MILLRACE_FAULTS_WORKER';

/** Runs a suite to its end, alone or with processes that share the seeds, and exits. */
export async function runSuite(suite: Suite): Promise<void> {
  const options = suiteOptions(suite);
  if (process.env[workerFlag] === '1') return serve(suite, options);
  const tally = new Tally(suite.name, options);
  const seeds = new Seeds(options, suite.chunk ?? 1, tally);
  if (options.workers <= 1) {
    for (let next = seeds.take(); next.length > 0; next = seeds.take()) {
      for (const seed of next) tally.take(seed, await outcomeOf(suite, seed, options));
    }
  } else await shared(options.workers, seeds, tally);
  process.exit(tally.end(suite.least ?? 1, suite.judge?.(tally, options)));
}

/** Hands out seeds until the runs or the time that were asked for are used up. */
class Seeds {
  private next: number;

  constructor(
    private readonly options: SuiteOptions,
    private readonly chunk: number,
    private readonly tally: Tally,
  ) {
    this.next = options.seed;
  }

  take(): number[] {
    const { seed, runs, minutes, first } = this.options;
    if (this.tally.seconds >= minutes * 60 || (first && this.tally.failed > 0)) return [];
    const count = Math.min(this.chunk, seed + runs - this.next);
    const taken = Array.from({ length: Math.max(0, count) }, (_, i) => this.next + i);
    this.next += taken.length;
    return taken;
  }
}

async function outcomeOf(suite: Suite, seed: number, options: SuiteOptions): Promise<Outcome> {
  try {
    return await suite.one(seed, options);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { reason, planned: 0, fired: 0, counts: {} };
  }
}

async function shared(workers: number, seeds: Seeds, tally: Tally): Promise<void> {
  await Promise.all(
    Array.from({ length: workers }, () => {
      const child = fork(process.argv[1] ?? '', process.argv.slice(2), {
        env: { ...process.env, [workerFlag]: '1' },
        // Small objects by the million, hardly one of which outlives its run.
        execArgv: [...process.execArgv, '--max-semi-space-size=32'],
      });
      return feed(child, seeds, tally);
    }),
  );
}

function feed(child: ChildProcess, seeds: Seeds, tally: Tally): Promise<void> {
  return new Promise((resolve, reject) => {
    let open: number[] = [];
    const more = () => {
      open = seeds.take();
      if (open.length > 0) child.send(open);
      else child.disconnect();
    };
    child.on('message', (answer) => {
      for (const [seed, outcome] of answer as Answer) tally.take(seed, outcome);
      more();
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (open.length > 0) tally.fail(open[0] ?? 0, `its process ended: ${signal ?? code}`);
      resolve();
    });
    more();
  });
}

function serve(suite: Suite, options: SuiteOptions): void {
  process.on('message', (seeds) => {
    void answer(suite, seeds as readonly number[], options);
  });
  process.on('disconnect', () => process.exit(0));
}

async function answer(suite: Suite, seeds: readonly number[], options: SuiteOptions) {
  const outcomes: [number, Outcome][] = [];
  for (const seed of seeds) outcomes.push([seed, await outcomeOf(suite, seed, options)]);
  process.send?.(outcomes);
}
