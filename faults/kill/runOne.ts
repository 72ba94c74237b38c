import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../scratch.js';
import type { Outcome } from '../suite.js';
import { type Answer, differenceOf, type Rows } from '../workloads/difference.js';
import { answerOf } from './answer.js';
import { InputFiles, inputFolder } from './inputFiles.js';
import { lifeOf } from './life.js';
import type { Push, Report } from './messages.js';
import { PlanFiles } from './planFiles.js';
import { PushedRows } from './pushes.js';
import { availableIn, type Kill, type Scenario, scenarioOf } from './scenario.js';
import { forgottenPlans } from './steps.js';

/** Runs the query of a seed, kills it as often as the scenario says, and compares with the model. */
export async function runOne(seed: number, script: string): Promise<Outcome> {
  const directory = mkdtempSync(join(scratch, 'millrace-kill-'));
  const run = new Run(seed, script, directory);
  try {
    const reason = await run.all();
    const { workload, sink, input, continuous } = run.scenario;
    const title = `${workload.name}; ${sink} of ${input}${continuous ? '; continuous' : ''}`;
    return {
      reason: reason && `${reason} (${title}; ${run.deaths.join(', ')})`,
      planned: run.planned,
      fired: run.deaths.length,
      counts: run.counts,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

class Run {
  readonly scenario: Scenario;
  readonly deaths: string[] = [];
  readonly counts: Record<string, number> = {};
  planned = 0;
  private readonly plans: PlanFiles;
  private readonly feeds: readonly Rows[];
  private readonly memory = new Map<number, readonly string[]>();
  private violation: string | undefined;

  constructor(
    private readonly seed: number,
    private readonly script: string,
    private readonly directory: string,
  ) {
    this.scenario = scenarioOf(seed);
    const checkpoint = join(directory, 'checkpoint');
    this.feeds = this.scenario.feeds.map((_, i) => this.feed(i));
    this.plans = new PlanFiles(join(checkpoint, 'offsets'), forgottenPlans(checkpoint));
  }

  async all(): Promise<string | undefined> {
    const { kills } = this.scenario;
    for (const [life, kill] of [...kills, undefined].entries()) {
      const flaw = await this.live(life, kill);
      if (flaw !== undefined) return `life ${life}: ${flaw}`;
    }
    const { workload, input } = this.scenario;
    const { feeds } = this;
    this.add('queries');
    this.add(`queries of ${input}`);
    this.add('batches', this.plans.plans.size);
    this.add(
      'rows',
      feeds.reduce((sum, { rows }) => sum + rows.length, 0),
    );
    return differenceOf(workload, feeds, this.plans.plans, await this.answer());
  }

  /** Answers what is wrong. */
  private async live(life: number, kill: Kill | undefined): Promise<string | undefined> {
    const { kills } = this.scenario;
    const { seed, directory, script } = this;
    const completes = this.scenario.completes && life === kills.length;
    const order = { seed, life, directory, kill, completes };
    for (const feed of this.feeds) {
      if (feed instanceof InputFiles) feed.provide(availableIn(life, feed.rows.length));
    }
    const end = await lifeOf(script, order, (report, answer) => this.take(life, report, answer));
    if (end.error !== undefined) return end.error;
    if (kill !== undefined) this.planned += 1;
    if (end.killed) {
      const name = kill === undefined ? 'nobody' : 'step' in kill ? kill.step : 'an instant';
      if (kill === undefined) return 'killed by somebody else';
      this.deaths.push(name);
      this.add('kills');
      this.add(`kill at ${name}`);
    }
    return this.plans.gather() ?? this.violation;
  }

  private feed(source: number): Rows {
    const { input, rowsPerBatch } = this.scenario;
    const { rows } = this.scenario.feeds[source] as Rows;
    if (input === 'durable') return new PushedRows(rows, rowsPerBatch);
    if (input === 'numbers') return { rows };
    return new InputFiles(rows, inputFolder(this.directory, source), rowsPerBatch);
  }

  private take(life: number, report: Report, answer: (message: Push | 'taken') => void): void {
    if (report.is === 'batch') {
      this.takeBatch(report.batchId, report.texts);
      answer('taken');
    } else if (report.is === 'log' || report.is === 'pushed') {
      const { source } = report;
      const feed = this.feeds[source];
      if (!(feed instanceof PushedRows)) return;
      this.violation ??= report.is === 'log' ? feed.found(report.count) : feed.taken(report);
      answer({ source, range: feed.push(availableIn(life, feed.all.length)) });
    }
  }

  private takeBatch(batchId: number, texts: readonly string[]): void {
    const known = this.memory.get(batchId);
    if (known === undefined) this.memory.set(batchId, texts);
    else if (known.join('\n') !== texts.join('\n')) {
      this.violation ??= `batch ${batchId} came again with other rows`;
    }
  }

  private answer(): Promise<Answer> {
    return answerOf(this.scenario, this.directory, this.memory);
  }

  private add(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }
}
