import {
  asap,
  availableNow,
  type MemorySink,
  memorySink,
  memoryStream,
  processingTime,
  StreamingError,
  type StreamingQuery,
  type Trigger,
  writeStream,
} from '../../index.js';
import { manualClock } from '../../lib/testing/index.js';
import { buildPlan, type Source } from './buildPlan.js';
import { firstDifference, firstStepDifference, type GotBatch } from './compare.js';
import { extensions } from './extensions.js';
import type { Plan, Row, Vector } from './vector.js';

/** How a vector is run: the answer has to be the same each way. */
export type Way = 'memory' | 'leveldb' | 'restart' | 'crash';

export interface Ways {
  /** A fresh folder for one vector's checkpoint. */
  checkpoint(vector: Vector): string;
}

/** Runs one vector one way; answers the first difference, or undefined. */
export async function runVector(
  vector: Vector,
  way: Way,
  ways?: Ways,
): Promise<string | undefined> {
  const run = new VectorRun(vector, way, way === 'memory' ? undefined : ways?.checkpoint(vector));
  try {
    await run.all();
  } catch (error) {
    return vector.refused ? refusalDifference(vector, error, run) : `failed: ${textOf(error)}`;
  }
  if (vector.refused) {
    return extensions.some((shape) => shape.accepts(vector))
      ? undefined
      : `expected a refusal (${vector.refused.condition}), but it ran`;
  }
  return vector.clock
    ? firstStepDifference(vector, run.stepRows)
    : firstDifference(vector, run.batches);
}

function refusalDifference(vector: Vector, error: unknown, run: VectorRun): string | undefined {
  if (
    !(error instanceof StreamingError) &&
    !(error instanceof RangeError) &&
    !(error instanceof TypeError)
  ) {
    return `refused without a code: ${textOf(error)}`;
  }
  if (vector.refused?.atStart && run.batches.length > 0) return 'refused only after a batch';
  return undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
}

class VectorRun {
  readonly batches: GotBatch[] = [];
  /** The rows of each step, of a vector with a clock. */
  readonly stepRows: Row[][] = [];
  private readonly sources = new Map<string, Source>();
  private sink: MemorySink<Row> = memorySink<Row>();
  private query: StreamingQuery | undefined;
  private readonly crashed = new Set<number>();
  private readonly clock;

  constructor(
    private readonly vector: Vector,
    private readonly way: Way,
    private readonly checkpoint: string | undefined,
  ) {
    this.clock = manualClock(vector.clock?.startMs);
    for (const [name, columns] of Object.entries(vector.sources)) {
      const options = vector.feed === 'drained' ? { maxCallsPerTrigger: 1 } : {};
      this.sources.set(name, {
        stream: memoryStream<Row>(options),
        columns: columns.map(([column]) => column),
      });
    }
  }

  async all(): Promise<void> {
    try {
      if (this.vector.feed === 'drained') await this.drained();
      else await this.stepwise();
    } finally {
      await this.query?.stop();
    }
  }

  private async drained(): Promise<void> {
    for (const step of this.vector.steps) this.add(step.add);
    this.start();
    await this.throughCrashes(async () => {
      await this.query?.awaitTermination();
    });
  }

  private async stepwise(): Promise<void> {
    this.start();
    for (const step of this.vector.steps) {
      const before = this.batches.length;
      // A query that is still opening would take the rows at once, and not when the clock moves.
      if (this.vector.clock) await this.settled();
      this.add(step.add);
      this.clock.advance(this.vector.clock?.intervalMs ?? 0);
      await this.throughCrashes(() => this.settled());
      this.stepRows.push(this.batches.slice(before).flatMap(({ rows }) => rows));
      if (this.way === 'restart') {
        await this.query?.stop();
        this.start();
      }
    }
  }

  /** All rows are processed. With a clock: nothing is left to do before it moves again. */
  private async settled(): Promise<void> {
    const { query } = this;
    if (!this.vector.clock) return query?.processAllAvailable();
    // Quiet three times in a row: what the microtask queue had scheduled has begun by then.
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      if (query?.internals.execution.isWorking) quiet = -1;
    }
    if (query?.exception) throw query.exception;
  }

  /** Waits; a crash that we planned starts the query again. */
  private async throughCrashes(wait: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await wait();
      } catch (error) {
        if (this.way !== 'crash' || !String((error as Error).message).includes('planned crash')) {
          throw error;
        }
        this.start();
      }
    }
  }

  private add(add: Readonly<Record<string, readonly Row[]>>): void {
    for (const [name, source] of this.sources) source.stream.addData(...(add[name] ?? []));
  }

  private start(): void {
    const { vector } = this;
    const { rows$ } = buildPlan(vector.plan, this.sources);
    this.sink = memorySink<Row>();
    const query = writeStream(rows$, {
      sink: this.sink,
      outputMode: vector.outputMode,
      trigger: this.trigger(),
      ...(vector.conf.multipleWatermarkPolicy
        ? { multipleWatermarkPolicy: vector.conf.multipleWatermarkPolicy }
        : {}),
      ...(this.checkpoint === undefined ? {} : { checkpointLocation: this.checkpoint }),
      ...(this.way === 'crash' ? { internals: { killPoint: (name) => this.kill(name) } } : {}),
    });
    const sink = this.sink;
    query.progress$.subscribe({
      next: (progress) => {
        const { watermark } = progress.eventTime;
        this.batches.push({
          batchId: progress.batchId,
          watermarkMs: declaresWatermark(vector.plan) ? Date.parse(watermark ?? '') : null,
          rows: sink.batches().find((batch) => batch.batchId === progress.batchId)?.rows ?? [],
          state: progress.stateOperators.map((operator) => ({
            operator: operator.operatorName,
            total: operator.numRowsTotal,
            updated: operator.numRowsUpdated,
            removed: operator.numRowsRemoved,
            dropped: operator.numRowsDroppedByWatermark,
          })),
        });
      },
      error: () => undefined,
    });
    this.query = query;
  }

  private trigger(): Trigger {
    const { clock, feed } = this.vector;
    if (clock) return processingTime(clock.intervalMs, this.clock);
    return feed === 'drained' ? availableNow() : asap();
  }

  /** Once per batch, after its plan is durable and before it is committed. */
  private kill(point: string): void {
    if (point !== 'kp4:after') return;
    if (this.crashed.has(this.batches.length)) return;
    this.crashed.add(this.batches.length);
    throw new Error('planned crash');
  }
}

function declaresWatermark(plan: Plan): boolean {
  if (plan.op === 'withWatermark') return true;
  if (plan.op === 'source') return false;
  if (plan.op === 'union') return plan.inputs.some(declaresWatermark);
  if (plan.op === 'join') return declaresWatermark(plan.left) || declaresWatermark(plan.right);
  return declaresWatermark(plan.in);
}
