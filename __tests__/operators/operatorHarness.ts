import type { Observable } from 'rxjs';
import { StreamingError } from '../../lib/errors.js';
import { isPromise } from '../../lib/maybe.js';
import { EventTimeStats } from '../../lib/plan/eventTimeStats.js';
import type { OutputMode } from '../../lib/plan/outputMode.js';
import { nodesAbove } from '../../lib/plan/planGraph.js';
import type { PlanNode, Stage, StageContext } from '../../lib/plan/planNode.js';
import type { QueryShape } from '../../lib/plan/queryShape.js';
import type { StateBackend } from '../../lib/state/stateBackend.js';
import type { StateStore } from '../../lib/state/stateStore.js';
import { DataStream } from '../../lib/stream/dataStream.js';
import { memoryBackend } from '../../state/memoryBackend.js';

/** A pipe under test, as a function of its source. */
export type Build<In, Out> = (source: Observable<In>) => Observable<Out>;

export interface BatchInput<In> {
  /** Rows with their event times (ms); null: none. */
  readonly rows?: readonly (readonly [row: In, timeMs: number | null])[];
  readonly late?: number;
  readonly evict?: number;
  /** Batch timestamp (ms). */
  readonly at?: number;
  readonly closing?: boolean;
}

export interface BatchOutput<Out> {
  readonly rows: readonly Out[];
  readonly times: readonly number[];
  readonly late: readonly unknown[];
  /** Of each late row: how many of its windows took it. */
  readonly openWindows: readonly number[];
  readonly metrics: ReadonlyMap<string, number>;
  readonly wakeAt: number | undefined;
}

export interface HarnessOptions {
  readonly outputMode?: OutputMode;
  /** Delay (ms) of a withWatermark above; absent: no watermark. */
  readonly delayMs?: number;
  readonly backend?: StateBackend;
}

/** One operator, run batch by batch without an engine. */
export class OperatorHarness<In, Out> {
  plan: PlanNode;
  backend: StateBackend;
  private readonly ctx: FakeContext;
  private entry!: Stage;
  private stages: Stage[] = [];
  private readonly out: { row: Out; time: number }[] = [];
  private ends = 0;

  constructor(
    build: Build<In, Out>,
    private readonly options: HarnessOptions = {},
  ) {
    this.plan = planUnder(build, options.delayMs);
    this.backend = options.backend ?? memoryBackend();
    this.ctx = new FakeContext(options, () => this.backend);
    this.restart();
  }

  /** A new run over the same state, of the same program or another. */
  restart(build?: Build<In, Out>): void {
    if (build !== undefined) this.plan = planUnder(build, this.options.delayMs);
    const end: Stage = {
      next: (row, time) => this.out.push({ row: row as Out, time }),
      endBatch: () => {
        this.ends += 1;
      },
    };
    this.stages = [];
    let out = end;
    for (let node = this.plan; node.kind !== 'source'; node = node.inputs[0] as PlanNode) {
      if (node.kind === 'withWatermark') continue;
      out = node.stage(this.ctx, out) as Stage;
      this.stages.push(out);
    }
    this.entry = out;
  }

  /** Runs one batch over a store that answers at once. */
  batch(input: BatchInput<In> = {}): BatchOutput<Out> {
    this.begin(input);
    for (const stage of this.stages) {
      if (isPromise(stage.prepare?.())) throw new TypeError('use batchLater over this store');
    }
    this.push(input);
    return this.commit();
  }

  /** Runs one batch over a store that may take its time. */
  async batchLater(input: BatchInput<In> = {}): Promise<BatchOutput<Out>> {
    this.begin(input);
    await Promise.all(this.stages.map((stage) => stage.prepare?.()));
    this.push(input);
    await Promise.all(this.ctx.waiting);
    const output = this.commit();
    await this.committing;
    return output;
  }

  /** What a restarted run asks for before its first batch. */
  async opened(): Promise<number | undefined> {
    this.ctx.wake = undefined;
    for (const stage of this.stages) await stage.opened?.();
    return this.ctx.wake;
  }

  cancel(): void {
    for (const stage of this.stages) stage.cancel?.();
  }

  /** State rows that count. */
  get total(): number {
    return this.backend.operator(this.ctx.operatorId).metrics.numRowsTotal;
  }

  get entriesRead(): number {
    return this.backend.operator(this.ctx.operatorId).metrics.numEntriesRead;
  }

  private committing: unknown;

  private begin(input: BatchInput<In>): void {
    this.out.length = 0;
    this.ends = 0;
    this.backend.begin();
    this.ctx.begin(input);
  }

  private push(input: BatchInput<In>): void {
    for (const [row, timeMs] of input.rows ?? []) this.entry.next(row, timeMs ?? Number.NaN);
    this.entry.endBatch();
  }

  private commit(): BatchOutput<Out> {
    if (this.ends !== 1) throw new TypeError(`the batch ended ${this.ends} times`);
    this.committing = this.backend.commit({
      queryId: 'q',
      batchId: this.ctx.batchId,
      watermarkMs: null,
      nextWatermarkMs: null,
      watermarkNodes: {},
      completed: false,
    });
    this.ctx.firstBatch = false;
    return {
      rows: this.out.map(({ row }) => row),
      times: this.out.map(({ time }) => time),
      late: this.ctx.lateRows,
      openWindows: this.ctx.openWindows,
      metrics: this.ctx.metrics,
      wakeAt: this.ctx.wake,
    };
  }

  /** Runs `validate` of every node, as a query in this mode does before it starts. */
  validate(outputMode: OutputMode = this.options.outputMode ?? 'append'): void {
    const nodes = [...nodesAbove(this.plan), this.plan];
    const shape: QueryShape = {
      root: this.plan,
      outputMode,
      nodes,
      hasWatermark: () => this.options.delayMs !== undefined,
      requireWatermark: (node) => {
        if (this.options.delayMs !== undefined) return;
        throw new StreamingError('WATERMARK_REQUIRED', { operator: node.kind });
      },
      above: nodesAbove,
    } as QueryShape;
    for (const node of nodes) node.validate?.(shape);
  }
}

function planUnder<In, Out>(build: Build<In, Out>, delayMs: number | undefined): PlanNode {
  const never = () => {
    throw new TypeError('a source has no stage');
  };
  let node = { kind: 'source', inputs: [], stage: never } as PlanNode;
  if (delayMs !== undefined) {
    const marked = { kind: 'withWatermark', inputs: [node], delayMs, idleAfterMs: undefined };
    node = { ...marked, stage: never } as PlanNode;
  }
  const built = build(new DataStream<In>(node));
  return (built as DataStream<Out>).plan;
}

/** The context of one operator, whose fields a test sets per batch. */
class FakeContext implements StageContext {
  readonly operatorId = 'operator-0';
  readonly outputMode: OutputMode;
  readonly hasWatermark: boolean;
  readonly orderMatters = false;
  readonly eventTime = new EventTimeStats();
  batchId = -1;
  lateWatermark = Number.NEGATIVE_INFINITY;
  evictionWatermark = Number.NEGATIVE_INFINITY;
  batchTimestampMs = 0;
  closing = false;
  firstBatch = true;
  lateRows: unknown[] = [];
  openWindows: number[] = [];
  metrics = new Map<string, number>();
  wake: number | undefined;
  waiting: PromiseLike<void>[] = [];

  constructor(
    options: HarnessOptions,
    private readonly backend: () => StateBackend,
  ) {
    this.outputMode = options.outputMode ?? 'append';
    this.hasWatermark = options.delayMs !== undefined;
  }

  get state(): StateStore {
    return this.backend().operator(this.operatorId);
  }

  begin(input: BatchInput<unknown>): void {
    const none = this.hasWatermark ? 0 : Number.NEGATIVE_INFINITY;
    this.batchId += 1;
    this.closing = input.closing ?? false;
    this.lateWatermark = input.late ?? none;
    this.evictionWatermark = this.closing
      ? Number.POSITIVE_INFINITY
      : (input.evict ?? this.lateWatermark);
    this.batchTimestampMs = input.at ?? this.batchTimestampMs;
    this.lateRows = [];
    this.openWindows = [];
    this.metrics = new Map();
    this.waiting = [];
  }

  late(row: unknown, _time: number, openWindows = 0): void {
    this.lateRows.push(row);
    this.openWindows.push(openWindows);
  }

  failed(_row: unknown, _time: number, error: unknown): void {
    throw error;
  }

  count(metric: string, by = 1): void {
    this.metrics.set(metric, (this.metrics.get(metric) ?? 0) + by);
  }

  wakeAt(timeMs: number | undefined): void {
    this.wake = timeMs;
  }

  pending(done: PromiseLike<void>): void {
    this.waiting.push(done);
  }

  asked<T>(answer: T): T {
    return answer;
  }

  observe(): void {}
}

/** Rows whose event time stands in the row, in whole seconds, as in Spark's tables. */
export function atSeconds<T>(
  ...rows: readonly (readonly [row: T, seconds: number])[]
): readonly (readonly [T, number])[] {
  return rows.map(([row, seconds]) => [row, seconds * 1000]);
}

/** Stands for an aggregation in a plan: hands its rows through. */
export function tableOf<T>(source: Observable<T>): Observable<T> {
  return new DataStream<T>({
    kind: 'aggregate',
    inputs: [(source as DataStream<T>).plan],
    traits: { stateful: true, aggregation: true },
    stage: (_ctx, out) => out,
  });
}
