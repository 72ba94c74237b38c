import type { Observable, OperatorFunction } from 'rxjs';
import { EventTimeStats } from '../../lib/plan/eventTimeStats.js';
import type { PlanNode, Stage, StageContext } from '../../lib/plan/planNode.js';
import type { StateBackend } from '../../lib/state/stateBackend.js';
import type { StateStore } from '../../lib/state/stateStore.js';
import { DataStream } from '../../lib/stream/dataStream.js';
import { openDurableBackend } from '../../state/durableBackend.js';
import { memoryBackend } from '../../state/memoryBackend.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';

export type At<T> = readonly [row: T, timeMs: number | null];

export interface JoinBatch<L, R> {
  /** Rows of both sides in the order in which the engine delivers them. */
  readonly rows?: readonly (readonly ['left', ...At<L>] | readonly ['right', ...At<R>])[];
  readonly late?: number;
  readonly evict?: number;
  readonly at?: number;
  readonly closing?: boolean;
}

export interface JoinBatchOutput {
  readonly rows: readonly unknown[];
  readonly times: readonly number[];
  readonly late: readonly unknown[];
  /** Rows in the state of both sides. */
  readonly total: number;
  /** Entries read from the store below. */
  readonly read: number;
}

export interface JoinHarnessOptions {
  /** Which sides carry a watermark. Default both. */
  readonly watermarks?: readonly ('left' | 'right')[];
  /** Whether state is encoded and read back; with a cache of one entry. Default false. */
  readonly stored?: boolean;
  /** With `stored`: what has been written before, up to which batch. */
  readonly written?: { readonly content: MemoryBytes; readonly batchId: number };
}

/** A join, run batch by batch without an engine. */
export class JoinHarness<L, R> {
  readonly plan: PlanNode;
  private backend!: StateBackend;
  private ctx!: JoinContext;
  private stages: readonly Stage[] = [];
  private rows: unknown[] = [];
  private times: number[] = [];
  private readonly content: MemoryBytes;

  constructor(
    join: (right: Observable<R>) => OperatorFunction<L, unknown>,
    private readonly options: JoinHarnessOptions = {},
  ) {
    this.content = options.written?.content ?? new MemoryBytes();
    const marked = options.watermarks ?? ['left', 'right'];
    const left = new DataStream<L>(inputNode(marked.includes('left')));
    const right = new DataStream<R>(inputNode(marked.includes('right')));
    this.plan = (join(right)(left) as DataStream<unknown>).plan;
  }

  /** Starts, or starts again on what has been written; in memory on nothing. */
  async open(): Promise<this> {
    await this.backend?.close();
    this.backend = this.options.stored ? await storedBackend(this.content) : memoryBackend();
    const batchId = this.ctx?.batchId ?? this.options.written?.batchId ?? -1;
    this.ctx = new JoinContext(this.backend.operator('join-0'), batchId);
    const end: Stage = {
      next: (row, time) => {
        this.rows.push(row);
        this.times.push(time);
      },
      endBatch: () => undefined,
    };
    this.stages = this.plan.stage(this.ctx, end) as readonly Stage[];
    return this;
  }

  /** What the join has counted in the last batch. */
  get counted(): Readonly<Record<string, number>> {
    return this.ctx.counted;
  }

  async batch(input: JoinBatch<L, R> = {}): Promise<JoinBatchOutput> {
    this.rows = [];
    this.times = [];
    this.backend.begin();
    this.ctx.begin(input);
    for (const stage of this.stages) await stage.prepare?.();
    for (const [side, row, timeMs] of input.rows ?? []) {
      this.stages[side === 'left' ? 0 : 1]?.next(row, timeMs ?? Number.NaN);
    }
    for (const stage of this.stages) stage.endBatch();
    const read = this.ctx.state.metrics.numEntriesRead;
    await this.backend.commit({
      queryId: 'q',
      batchId: this.ctx.batchId,
      watermarkMs: null,
      nextWatermarkMs: null,
      watermarkNodes: {},
      completed: false,
    });
    const { lateRows, counted } = this.ctx;
    const total = counted.numRowsTotal ?? 0;
    return { rows: this.rows, times: this.times, late: lateRows, total, read };
  }
}

function inputNode(hasWatermark: boolean): PlanNode {
  return {
    kind: 'source',
    inputs: [],
    ...(hasWatermark ? { watermarkOut: (_inputs, origin: number) => origin } : {}),
    stage: (_ctx, out) => out,
  };
}

async function storedBackend(content: MemoryBytes): Promise<StateBackend> {
  const options = { queryId: 'q', directory: 'memory', clean: true, cacheEntries: 1 };
  return (await openDurableBackend(new MemoryByteStore(content), options)).backend;
}

class JoinContext implements StageContext {
  readonly operatorId = 'join-0';
  readonly outputMode = 'append';
  readonly hasWatermark = true;
  readonly orderMatters = false;
  readonly firstBatch = false;
  readonly eventTime = new EventTimeStats();
  lateWatermark = Number.NEGATIVE_INFINITY;
  evictionWatermark = Number.NEGATIVE_INFINITY;
  batchTimestampMs = 0;
  closing = false;
  lateRows: unknown[] = [];
  counted: Record<string, number> = {};

  constructor(
    readonly state: StateStore,
    public batchId: number,
  ) {}

  begin(input: JoinBatch<unknown, unknown>): void {
    this.batchId += 1;
    this.closing = input.closing ?? false;
    this.lateWatermark = input.late ?? Number.NEGATIVE_INFINITY;
    this.evictionWatermark = this.closing
      ? Number.POSITIVE_INFINITY
      : (input.evict ?? Number.NEGATIVE_INFINITY);
    this.batchTimestampMs = input.at ?? this.batchTimestampMs;
    this.lateRows = [];
    this.counted = {};
  }

  late(row: unknown): void {
    this.lateRows.push(row);
  }

  failed(_row: unknown, _time: number, error: unknown): void {
    throw error;
  }

  count(metric: string, by = 1): void {
    this.counted[metric] = (this.counted[metric] ?? 0) + by;
  }

  wakeAt(): void {}
  pending(): void {}
  asked<T>(answer: T): T {
    return answer;
  }
  observe(): void {}
}
