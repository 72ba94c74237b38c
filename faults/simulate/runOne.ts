import { setImmediate } from 'node:timers/promises';
import {
  asap,
  continuous,
  type FailedRow,
  fileSink,
  processingTime,
  readManifest,
  readStream,
  type StreamingQuery,
  type Trigger,
  writeStream,
} from '../../index.js';
import type { FileStep } from '../../lib/checkpoint/memoryFileSystem.js';
import { type ManualClock, manualClock } from '../../lib/testing/manualClock.js';
import { Random } from '../random.js';
import { type Answer, differ, differenceOf } from '../workloads/difference.js';
import { eventsOf, mostKeys } from '../workloads/events.js';
import { isPoison, poisoned } from '../workloads/poisoned.js';
import { randomWorkload } from '../workloads/randomWorkload.js';
import { textOf, type Workload } from '../workloads/workload.js';
import { Machine } from './machine.js';
import { type Fault, Process } from './process.js';
import { SimDatabase } from './simSink.js';
import { Feed } from './simSource.js';

/** What a simulated run came to; `reason`: why it failed. */
export interface Outcome {
  readonly workload: string;
  readonly reason: string | undefined;
  readonly planned: number;
  /** Doors at which faults fired, with the kind: `kill at kp4:after`. */
  readonly fired: readonly string[];
  readonly batches: number;
  readonly rows: number;
}

const mostTicks = 3000;
const directorySync = 'fsync directory';
/** Doors that few steps lead to. */
const rareDoors = [
  'remove',
  'unlink',
  'rename',
  directorySync,
  'store write',
  'store reply',
  'sink transaction',
];

/** Runs one query through all the lives that `seed` gives it, and compares. */
export async function runOne(seed: number, ignored: readonly FileStep[] = []): Promise<Outcome> {
  const run = new Run(seed, ignored);
  let reason: string | undefined;
  try {
    reason = await run.all();
  } catch (error) {
    reason = error instanceof Error ? `${error.message}` : String(error);
  }
  return {
    workload: run.title,
    reason,
    planned: run.planned,
    fired: run.fired,
    batches: run.machine.planned,
    rows: run.feeds.reduce((sum, feed) => sum + feed.rows.length, 0),
  };
}

class Run {
  readonly machine: Machine;
  readonly feeds: readonly Feed[];
  readonly fired: string[] = [];
  planned: number;
  private readonly random: Random;
  private readonly workload: Workload;
  private readonly database = new SimDatabase();
  private readonly deadLetters = new SimDatabase();
  private readonly hasPoison: boolean;
  private readonly clock: ManualClock = manualClock(1_000_000);
  private readonly usesFiles: boolean;
  private readonly triggerKind: string;
  private readonly completes: boolean;
  /** A batch of which there was no progress, though there was of the one behind it. */
  private untold: number | undefined;

  constructor(
    private readonly seed: number,
    ignored: readonly FileStep[],
  ) {
    const random = new Random(seed);
    this.random = random;
    this.hasPoison = random.chance(0.2);
    const workload = randomWorkload(random);
    this.workload = this.hasPoison ? poisoned(workload) : workload;
    this.machine = new Machine(random, ignored);
    const count = random.chance(0.01) ? 400 : random.between(5, 50);
    const keys = random.between(1, mostKeys);
    this.feeds = Array.from(
      { length: this.workload.sources },
      (_, i) => new Feed(eventsOf(random, count, { firstId: i * 10_000, keys })),
    );
    this.usesFiles = this.workload.mode === 'append' && random.chance(0.4);
    this.triggerKind = random.pick(['asap', 'asap', 'processingTime', 'continuous']);
    this.completes = random.chance(0.4);
    this.planned = random.pick([0, 1, 1, 2, 3, 4]);
  }

  get title(): string {
    const sink = this.usesFiles ? 'file sink' : 'database';
    return `${this.workload.name}; ${this.triggerKind}; ${sink}${this.completes ? '; completes' : ''}`;
  }

  async all(): Promise<string | undefined> {
    const { random } = this;
    const { planned } = this;
    for (let life = 0; life < planned; life++) await this.live(this.nextFault());
    const tampered = random.chance(0.1) ? await this.tamper() : undefined;
    if (tampered !== undefined) return tampered;
    const error = await this.live(undefined);
    if (error !== undefined) return `a run without faults failed: ${error.code} ${error.message}`;
    if (this.database.violation !== undefined) return this.database.violation;
    if (this.untold !== undefined) return `nobody was told of batch ${this.untold}`;
    const answer = await this.answer();
    return (
      differenceOf(this.workload, this.feeds, this.machine.plans, answer) ?? this.deadDifference()
    );
  }

  private nextFault(): Fault {
    const { random } = this;
    // Whoever goes on from names that are not durable must not lose them when the power goes next.
    if (this.fired.at(-1) === `kill at ${directorySync}` && random.chance(0.5)) {
      return { kind: 'power', step: random.between(1, 8), door: directorySync };
    }
    const kind = random.pick(['kill', 'kill', 'power', 'error'] as const);
    return random.chance(0.3)
      ? { kind, step: random.between(1, random.pick([3, 30])), door: random.pick(rareDoors) }
      : { kind, step: random.between(1, random.pick([20, 60, 150])) };
  }

  /** Poison is in the failed output, each row once. */
  private deadDifference(): string | undefined {
    if (!this.hasPoison) return undefined;
    const all = this.feeds.flatMap(({ rows }) => rows.filter(isPoison).map((row) => textOf(row)));
    const found = [...this.deadLetters.batches.values()].flat();
    const difference = differ(all.sort(), found.sort());
    return difference && `dead letters: ${difference}`;
  }

  /** An old copy of the store, or a damaged plan: the query must refuse, and change nothing. */
  private async tamper(): Promise<string | undefined> {
    const isBack = this.random.chance(0.5);
    const undo = isBack ? this.machine.setBack(2) : this.machine.flipPlan();
    if (undo === undefined) return undefined;
    const before = this.database.batches.size;
    const error = await this.live(undefined);
    undo();
    this.planned += 1;
    this.fired.push(isBack ? 'old store' : 'flipped plan');
    if (error === undefined) return `ran on with ${this.fired.at(-1)}`;
    if (!error.code.startsWith('CHECKPOINT_')) return `tampered: ${error.code} ${error.message}`;
    return before === this.database.batches.size ? undefined : 'a refused query wrote to its sink';
  }

  /** One life: from start to a fault, a clean stop, or the end of all rows. */
  private async live(
    fault: Fault | undefined,
  ): Promise<{ code: string; message: string } | undefined> {
    const process = new Process(fault);
    this.machine.boot(process);
    const query = this.start(process);
    let told: number | undefined;
    query.progress$.subscribe({
      next: ({ batchId }) => {
        if (told !== undefined && batchId !== told + 1) this.untold ??= batchId - 1;
        told = batchId;
      },
      error: () => undefined,
    });
    const ended = query.awaitTermination().then(
      () => undefined,
      () => undefined,
    );
    await this.script(query, process, fault === undefined);
    if (process.firedAt !== undefined) this.fired.push(`${fault?.kind} at ${process.firedAt}`);
    if (process.isDead) {
      await ended;
      this.machine.crash(fault?.kind === 'power');
      return undefined;
    }
    await query.stop();
    return query.exception;
  }

  private start(process: Process): StreamingQuery {
    const { workload, machine, random, seed } = this;
    const inputs = this.feeds.map((feed) => readStream(feed.source(process, random)));
    const fileSystem = machine.fileSystem();
    return writeStream(workload.build(inputs), {
      sink: this.usesFiles ? fileSink('/out') : this.database.sink(process, random),
      outputMode: workload.mode,
      trigger: this.trigger(),
      checkpointLocation: '/checkpoint',
      multipleWatermarkPolicy: workload.policy,
      ...(this.hasPoison
        ? { failedRows: 'deadLetter', failedSink: this.deadLetters.sink(process, random, rowIn) }
        : {}),
      internals: {
        fileSystem,
        killPoint: (name) => process.point(name),
        openCheckpoint: () => machine.open(`query-${seed}`, (name) => process.point(name)),
      },
    });
  }

  private trigger(): Trigger {
    if (this.triggerKind === 'asap') return asap(this.clock);
    if (this.triggerKind === 'continuous') return continuous(700, this.clock);
    return processingTime(400, this.clock);
  }

  private async script(query: StreamingQuery, process: Process, isLast: boolean): Promise<void> {
    const { random } = this;
    await this.quiet(query);
    while (query.isActive && !process.isDead) {
      const dry = this.feeds.every((feed) => feed.isDry);
      if (dry && !isLast && random.chance(0.5)) return;
      if (dry && isLast) break;
      if (dry && !isLast) return;
      for (const feed of this.feeds) if (random.chance(0.7)) feed.arrive(random.between(0, 15));
      if (random.chance(0.5)) this.clock.advance(random.below(1000));
      if (random.chance(0.8)) await this.quiet(query);
      if (!isLast && random.chance(0.03)) return;
    }
    await this.quiet(query);
    if (!this.completes || !query.isActive || process.isDead) return;
    for (const feed of this.feeds) feed.completed = true;
    for (const feed of this.feeds) feed.wake();
    await this.quiet(query);
  }

  /** Until the query has nothing to do or has ended; time passes while it waits. */
  private async quiet(query: StreamingQuery): Promise<void> {
    let quiet = false;
    const settle = () => {
      quiet = true;
    };
    query.processAllAvailable().then(settle, settle);
    for (let ticks = 0; ; ticks++) {
      await setImmediate();
      if (quiet) return;
      if (ticks > mostTicks) throw new RangeError('the query hangs');
      this.clock.advance(200);
    }
  }

  private async answer(): Promise<Answer> {
    const upserts = this.triggerKind === 'continuous' && this.workload.mode === 'update';
    if (!this.usesFiles) return { batches: this.database.batches, perBatch: true, upserts };
    const { files } = this.machine;
    this.machine.boot(new Process(undefined));
    const manifest = await readManifest('/out', { fileSystem: files });
    const rows: string[] = [];
    for (const file of manifest.files) {
      const bytes = await files.read(`/out/${file.path}`);
      if (bytes === undefined)
        throw new RangeError(`the manifest names ${file.path}, which is gone`);
      const lines = Buffer.from(bytes).toString('utf8').split('\n').filter(Boolean);
      rows.push(...lines.map((line) => textOf(JSON.parse(line) as object)));
    }
    return { batches: new Map([[0, rows]]), perBatch: false, upserts };
  }
}

/** The row of a dead letter. */
function rowIn(letter: unknown): object {
  return (letter as FailedRow).row as object;
}
