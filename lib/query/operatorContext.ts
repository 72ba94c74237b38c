import { StreamingError } from '../errors.js';
import { isPromise, type MaybePromise } from '../maybe.js';
import { EventTimeStats } from '../plan/eventTimeStats.js';
import type { OutputMode } from '../plan/outputMode.js';
import type { StageContext } from '../plan/planNode.js';
import type { StateStore } from '../state/stateStore.js';
import type { Batch } from './batch.js';

/** What the operators of a run report to, whoever runs them. */
export interface OperatorEvents {
  late(
    operatorId: string,
    row: unknown,
    time: number,
    watermark: number,
    openWindows: number,
  ): void;
  /** Throws if the policy is to fail. */
  failed(operatorId: string, row: unknown, time: number, error: unknown): void;
  pending(operatorId: string, done: PromiseLike<void>): void;
  /** Gives up what does not answer. Absent: it is waited for, however long. */
  asked?<T>(operatorId: string, answer: PromiseLike<T>, what: string): PromiseLike<T>;
  observe(name: string, values: Readonly<Record<string, unknown>>): void;
  /** One operator's earliest timer has changed (ms; undefined: none). */
  wakeAt(operatorId: string, timeMs: number | undefined): void;
}

/** What is fixed about an operator when the plan is compiled. */
export interface OperatorFacts {
  readonly operatorId: string;
  readonly outputMode: OutputMode;
  /** A watermark reaches it. */
  readonly hasWatermark: boolean;
  /** Somebody behind it sees the order of its rows. */
  readonly orderMatters: boolean;
  /** Of an operator that keeps state. */
  readonly store: StateStore | undefined;
}

/** The batch that all operators of a run are in. */
export interface CurrentBatch {
  batch: Batch;
}

/** The one implementation of {@link StageContext}: the engine sets its watermarks before each batch. */
export class OperatorContext implements StageContext {
  lateWatermark = Number.NEGATIVE_INFINITY;
  evictionWatermark = Number.NEGATIVE_INFINITY;
  readonly eventTime = new EventTimeStats();
  /** Rows that came too late in this batch. */
  lateRows = 0;
  failedRows = 0;
  readonly counters = new Map<string, number>();
  readonly operatorId: string;
  readonly outputMode: OutputMode;
  readonly hasWatermark: boolean;
  readonly orderMatters: boolean;
  private readonly store: StateStore | undefined;

  constructor(
    facts: OperatorFacts,
    private readonly events: OperatorEvents,
    private readonly current: CurrentBatch,
  ) {
    this.operatorId = facts.operatorId;
    this.outputMode = facts.outputMode;
    this.hasWatermark = facts.hasWatermark;
    this.orderMatters = facts.orderMatters;
    this.store = facts.store;
  }

  get batchId(): number {
    return this.current.batch.batchId;
  }
  get batchTimestampMs(): number {
    return this.current.batch.timestampMs;
  }
  get closing(): boolean {
    return this.current.batch.closing;
  }
  get firstBatch(): boolean {
    return this.current.batch.firstBatch;
  }

  get state(): StateStore {
    if (!this.store)
      throw new StreamingError('OPERATOR_NOT_STATEFUL', { operator: this.operatorId });
    return this.store;
  }

  late(row: unknown, time: number, openWindows = 0): void {
    this.lateRows += 1;
    this.events.late(this.operatorId, row, time, this.lateWatermark, openWindows);
  }

  failed(row: unknown, time: number, error: unknown): void {
    this.failedRows += 1;
    this.events.failed(this.operatorId, row, time, error);
  }

  count(metric: string, by = 1): void {
    this.counters.set(metric, (this.counters.get(metric) ?? 0) + by);
  }

  wakeAt(timeMs: number | undefined): void {
    this.events.wakeAt(this.operatorId, timeMs);
  }

  pending(done: PromiseLike<void>): void {
    this.events.pending(this.operatorId, done);
  }

  asked<T>(answer: MaybePromise<T>, what: string): MaybePromise<T> {
    if (!isPromise(answer)) return answer;
    return this.events.asked?.(this.operatorId, answer, what) ?? answer;
  }

  observe(name: string, values: Readonly<Record<string, unknown>>): void {
    this.events.observe(name, values);
  }

  clear(): void {
    this.lateRows = 0;
    this.failedRows = 0;
    // Most batches have nothing to clear, and clearing a Map makes it anew.
    if (this.eventTime.count > 0) this.eventTime.clear();
    if (this.counters.size > 0) this.counters.clear();
  }
}
