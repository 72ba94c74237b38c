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
import type { StreamingError } from '../../lib/errors.js';
import { Random } from '../random.js';
import { type Answer, differ, differenceOf } from '../workloads/difference.js';
import { eventsOf, mostKeys } from '../workloads/events.js';
import { isPoison, poisoned } from '../workloads/poisoned.js';
import { randomWorkload } from '../workloads/randomWorkload.js';
import { textOf, type Workload } from '../workloads/workload.js';
import { Machine } from './machine.js';
import { type Fault, Process } from './process.js';
import { Service } from './service.js';
import { SimDatabase } from './simSink.js';
import { Feed } from './simSource.js';
import { unexplained } from './unexplained.js';
import { VirtualTime } from './virtualTime.js';

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

/** What a batch has worked at a look at the clock: it gives way after 2 while something is written, after 10 else. */
const msOfWork = [0, 0, 0, 1, 1, 3];
const directorySync = 'fsync directory';
/** A query that is left alone gets so much time, and may give last what has come due in the last of it. */
const ticksAlone = 40;
const latencyMs = 6000;
/** Tables of aggregations that have other things than their groups. */
const besideGroups = new Set(['ends', 'heads', 'keyedParts', 'parts']);
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
/** The same, where there are asynchronous operators. */
const askedDoors = [...rareDoors, 'operator asks', 'operator answers'];

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
  private readonly time = new VirtualTime();
  private readonly usesFiles: boolean;
  private readonly triggerKind: string;
  private readonly completes: boolean;
  /** The last batch of which there was progress; undefined where a failure may have come before its own. */
  private told: number | undefined = -1;
  /** What a query did that neither its script nor its fault leads to. */
  private unexplained: string | undefined;
  /** When the last life had nothing left to do. */
  private quietMs = 0;

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
    if (this.unexplained !== undefined) return this.unexplained;
    if (this.database.violation !== undefined) return this.database.violation;
    const last = this.machine.planned - 1;
    if (this.told !== undefined && this.told !== last) return `nobody was told of batch ${last}`;
    const answer = await this.answer();
    return (
      differenceOf(this.workload, this.feeds, this.machine.plans, answer, this.quietMs) ??
      this.deadDifference()
    );
  }

  private nextFault(): Fault {
    const { random } = this;
    // Whoever goes on from names that are not durable must not lose them when the power goes next.
    if (this.fired.at(-1) === `kill at ${directorySync}` && random.chance(0.5)) {
      return { kind: 'power', step: random.between(1, 8), door: directorySync };
    }
    if (this.workload.asks && random.chance(0.5)) {
      const step = random.between(1, 12);
      return { kind: random.pick(['silence', 'error', 'error']), step, door: 'operator answers' };
    }
    const kind = random.pick(['kill', 'kill', 'power', 'error'] as const);
    const doors = this.workload.asks ? askedDoors : rareDoors;
    return random.chance(0.3)
      ? { kind, step: random.between(1, random.pick([3, 30])), door: random.pick(doors) }
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
    query.internals.setup.onRestart = ({ exception }) => this.judge(exception, process);
    query.progress$.subscribe({
      next: ({ batchId }) => this.tell(batchId),
      error: () => undefined,
    });
    const ended = query.awaitTermination();
    ended.catch(() => undefined);
    await this.script(query, process, fault === undefined);
    if (!process.isDead) void query.stop();
    await this.time.atOnce(ended);
    if (process.firedAt !== undefined) this.fired.push(`${fault?.kind} at ${process.firedAt}`);
    if (process.isDead) this.machine.crash(fault?.kind === 'power');
    const { exception } = query;
    if (fault && exception) this.judge(exception, process);
    // Without an error nothing was left half done, and a later life has nothing to tell of this one's.
    if (process.isDead) this.told = undefined;
    process.whenOver((door) => {
      this.unexplained ??= `a query that had ended did something: ${door}`;
    });
    return exception;
  }

  private judge(error: StreamingError, process: Process): void {
    this.unexplained ??= unexplained(error, process);
    this.told = undefined;
  }

  private tell(batchId: number): void {
    if (this.told !== undefined && batchId !== this.told + 1) {
      this.unexplained ??= `batch ${batchId} was told of after batch ${this.told}`;
    }
    this.told = batchId;
  }

  private start(process: Process): StreamingQuery {
    const { workload, machine, random, seed } = this;
    const inputs = this.feeds.map((feed) => readStream(feed.source(process, random)));
    const fileSystem = machine.fileSystem();
    let workedMs = 0;
    const askOf = () => new Service(process, random).ask;
    return writeStream(workload.build(inputs, askOf), {
      sink: this.usesFiles ? fileSink('/out') : this.database.sink(process, random),
      outputMode: workload.mode,
      trigger: this.trigger(),
      checkpointLocation: '/checkpoint',
      multipleWatermarkPolicy: workload.policy,
      ...(this.restarts(process) ? { restart: { attempts: 2, delay: random.below(2000) } } : {}),
      ...(this.hasPoison
        ? { failedRows: 'deadLetter', failedSink: this.deadLetters.sink(process, random, rowIn) }
        : {}),
      internals: {
        fileSystem,
        clock: this.time.clock,
        workedMs: () => {
          workedMs += random.pick(msOfWork);
          return workedMs;
        },
        killPoint: (name) => process.point(name),
        openCheckpoint: () => machine.open(`query-${seed}`, (name) => process.point(name)),
      },
    });
  }

  /** Whether the query makes its failure good by itself; a dead one cannot. */
  private restarts({ fault }: Process): boolean {
    if (fault?.kind !== 'error' && fault?.kind !== 'silence') return false;
    return this.random.chance(0.4);
  }

  private trigger(): Trigger {
    const { clock } = this.time;
    if (this.triggerKind === 'asap') return asap(clock);
    if (this.triggerKind === 'continuous') return continuous(700, clock);
    return processingTime(400, clock);
  }

  private async script(query: StreamingQuery, process: Process, isLast: boolean): Promise<void> {
    const { random } = this;
    const isAlone = isLast && random.chance(0.3);
    if (!isAlone) await this.quiet(query);
    while (query.isActive && !process.isDead) {
      const dry = this.feeds.every((feed) => feed.isDry);
      if (dry && !isLast && random.chance(0.5)) return;
      if (dry && isLast) break;
      if (dry && !isLast) return;
      for (const feed of this.feeds) if (random.chance(0.7)) feed.arrive(random.between(0, 15));
      if (random.chance(0.5)) this.time.clock.advance(random.below(1000));
      const isAbrupt = !isLast && random.chance(0.08);
      if (isAlone || isAbrupt) await this.time.pass(random.below(4));
      else if (random.chance(0.8)) await this.quiet(query);
      if (isAbrupt) return;
      if (isLast && !isAlone && random.chance(0.3)) await this.look(query);
    }
    if (isAlone) await this.leftAlone(query);
    else await this.quiet(query);
    this.quietMs = this.time.clock.now() - (isAlone ? latencyMs : 0);
    if (!this.completes || !query.isActive || process.isDead) return;
    for (const feed of this.feeds) feed.completed = true;
    for (const feed of this.feeds) feed.wake();
    await this.quiet(query);
  }

  /** Nobody asks for anything: what has arrived, and what is due, has to come by itself. */
  private async leftAlone(query: StreamingQuery): Promise<void> {
    const { feeds, time } = this;
    const hasAll = () => feeds.every(({ behind, rows }) => behind >= rows.length);
    await time.untilSo(() => !query.isActive || hasAll());
    await time.pass(ticksAlone);
  }

  /** Until the query has nothing to do or has ended. */
  private async quiet(query: StreamingQuery): Promise<void> {
    const there = this.feeds.map((feed) => feed.available);
    await this.time.until(query.processAllAvailable());
    if (!query.isActive || this.feeds.every((feed, i) => feed.behind >= (there[i] ?? 0))) return;
    this.unexplained ??= 'processAllAvailable was answered before all was processed';
  }

  /**
   * Somebody asks for the state of the aggregations: it has as many groups as the last batch has counted, and
   * in continuous mode those of the epoch under way, which is over when nothing is left to do.
   */
  private async look(query: StreamingQuery): Promise<void> {
    await this.quiet(query);
    if (!query.isActive) return;
    const { lastProgress } = query;
    for (const { operatorId, numRowsTotal } of lastProgress?.stateOperators ?? []) {
      if (!operatorId.startsWith('aggregate')) continue;
      const scan = query.state(operatorId).scan();
      await this.time.until(scan);
      const { length } = (await scan).filter(({ table }) => !besideGroups.has(table));
      if (query.lastProgress !== lastProgress || length === numRowsTotal) continue;
      this.unexplained ??= `the state of ${operatorId} shows ${length} groups of ${numRowsTotal}`;
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
