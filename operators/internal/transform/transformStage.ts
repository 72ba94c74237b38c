import { StreamingError } from '../../../lib/errors.js';
import { each, type MaybePromise, then } from '../../../lib/maybe.js';
import { noteFailedKey } from '../../../lib/plan/failedKey.js';
import type { Stage, StageContext } from '../../../lib/plan/planNode.js';
import { entryKey, entryTime, isDirty } from '../../../lib/state/entry.js';
import { eventTimeMs } from '../../../lib/time/eventTime.js';
import type { Due } from '../dueOrder.js';
import { type InitialState, initialEntries } from '../initialEntries.js';
import { refuseAsync, rowsOf } from '../refuseAsync.js';
import { RowsByKey } from '../rowsByKey.js';
import { endAfterWakeUp, wakeAtFirst } from '../wakeUp.js';
import { CallContext } from './callContext.js';
import { CallScope } from './callScope.js';
import { Firing } from './firing.js';
import type { StateHandle, TimeMode } from './processor.js';
import { stateHandle } from './stateHandle.js';
import { TimerTables } from './timerTables.js';
import { Variables } from './variables.js';

/** The user's processor (`StateProcessor`), as the stage sees it. */
export interface AnyProcessor {
  readonly timeMode: TimeMode;
  init(handle: StateHandle<TimeMode>): unknown;
  readonly initialState?: InitialState<unknown, unknown>;
  handleInitialState?(key: unknown, row: unknown, state: unknown, ctx: CallContext): void;
  handleInputRows(
    key: unknown,
    rows: readonly unknown[],
    state: unknown,
    ctx: CallContext,
  ): Iterable<unknown>;
  handleExpiredTimer?(
    key: unknown,
    timerMs: number,
    state: unknown,
    ctx: CallContext,
  ): Iterable<unknown>;
  eventTime?(row: unknown): unknown;
  close?(): void;
}

export interface TransformSpec {
  readonly processor: AnyProcessor;
  readonly keyOf: (row: unknown) => unknown;
  readonly valueOf: (row: unknown) => unknown;
}

const noRows: readonly unknown[] = [];

/**
 * Order in a batch: initial state (first batch only) → one call per key with rows, in order of first
 * appearance → due timers, in order of time over all keys → what has outlived its TTL is forgotten.
 */
export class TransformStage implements Stage {
  private readonly processor: AnyProcessor;
  private readonly scope: CallScope;
  private readonly variables: Variables;
  private readonly timers: TimerTables;
  private readonly context: CallContext;
  private readonly groups: RowsByKey;
  private readonly user: unknown;
  private readonly preparing = [
    () => this.variables.prepare(),
    () => this.loadTimers(),
    () => this.loadInitial(),
  ];
  private initial: readonly (readonly [unknown, unknown])[] = [];
  private closed = false;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly spec: TransformSpec,
  ) {
    this.processor = spec.processor;
    const operator = ctx.operatorId;
    const { timeMode } = this.processor;
    this.scope = new CallScope(operator);
    this.variables = new Variables(ctx, this.scope);
    this.timers = new TimerTables(ctx.state);
    this.context = new CallContext(ctx, this.scope, this.timers, timeMode);
    this.groups = new RowsByKey(operator);
    this.user = this.processor.init(stateHandle(this.variables, this.scope, timeMode));
    refuseAsync(this.user, operator, 'init');
    this.scope.leave();
  }

  opened(): MaybePromise<void> {
    this.variables.opened();
    if (this.processor.timeMode === 'processingTime') return wakeAtFirst(this.ctx, this.wakeUps());
  }

  prepare(): MaybePromise<void> {
    return each(this.preparing, (step) => step());
  }

  next(row: unknown, time: number): void {
    if (this.processor.timeMode === 'eventTime' && time <= this.ctx.lateWatermark) {
      this.ctx.late(row, time);
      return;
    }
    this.groups.add(this.spec.keyOf(row), this.spec.valueOf(row));
  }

  endBatch(): void {
    this.takeInitial();
    for (const { key, rows } of this.groups.values()) {
      this.call('handleInputRows', key, () =>
        this.processor.handleInputRows(key, rows, this.user, this.context),
      );
    }
    this.groups.clear();
    if (this.processor.timeMode !== 'none') this.fireTimers();
    this.variables.clean();
    if (this.processor.timeMode !== 'processingTime') this.out.endBatch();
    else endAfterWakeUp(this.ctx, this.out, this.wakeUps());
  }

  /** The engine may say so twice: when a batch is given up and when the query ends. */
  cancel(): void {
    if (this.closed) return;
    this.closed = true;
    this.processor.close?.();
  }

  private takeInitial(): void {
    const pairs = this.initial;
    this.initial = [];
    for (const [key, row] of pairs) {
      this.within(key, () => {
        const result = this.processor.handleInitialState?.(key, row, this.user, this.context);
        refuseAsync(result, this.scope.operator, 'handleInitialState');
      });
    }
  }

  /** Calls a handler; the call is over when what it gives is exhausted. */
  private call(called: string, key: unknown, handler: () => Iterable<unknown>): void {
    this.within(key, () => {
      for (const row of rowsOf(handler(), this.scope.operator, called)) {
        this.out.next(row, this.timeOf(row));
      }
    });
  }

  private within(key: unknown, body: () => void): void {
    this.scope.enter(key);
    try {
      body();
    } catch (error) {
      noteFailedKey(error, key);
      throw error;
    }
    this.scope.leave();
  }

  /**
   * Inclusive: a timer equal to the batch's time fires.
   *
   * In the closing batch no time will pass any more: what is still waiting fires once. An event time
   * registered in that very batch does not: its handler would register the next one again and again.
   */
  private fireTimers(): void {
    const threshold = this.threshold();
    const { closing } = this.ctx;
    const due: Due[] = [];
    for (const entry of this.timers.byTime.due(threshold)) {
      if (closing && this.processor.timeMode === 'eventTime' && isDirty(entry)) continue;
      due.push({ time: entryTime(entry), key: entryKey(entry) });
    }
    const firing = new Firing(due);
    if (!closing) {
      this.timers.onAdd = (timer) => {
        if (timer.time <= threshold) firing.add(timer);
      };
    }
    for (let timer = firing.next(); timer !== undefined; timer = firing.next()) {
      // A handler may have deleted it meanwhile.
      if (this.timers.has(timer.key, timer.time)) this.fire(timer.key, timer.time);
    }
    this.timers.onAdd = undefined;
  }

  /** While the handler runs, the timer is still listed. */
  private fire(key: unknown, time: number): void {
    this.call('handleExpiredTimer', key, () =>
      this.processor.handleExpiredTimer === undefined
        ? noRows
        : this.processor.handleExpiredTimer(key, time, this.user, this.context),
    );
    this.timers.remove(key, time);
    this.ctx.count('numExpiredTimers');
  }

  private timeOf(row: unknown): number {
    if (this.processor.eventTime === undefined) return Number.NaN;
    const timeMs = eventTimeMs(this.processor.eventTime(row));
    const watermarkMs = this.ctx.lateWatermark;
    if (!(timeMs <= watermarkMs)) return timeMs;
    const { operator } = this.scope;
    throw new StreamingError('TRANSFORM_ROW_TOO_OLD', { operator, timeMs, watermarkMs });
  }

  private threshold(): number {
    if (this.ctx.closing) return Number.POSITIVE_INFINITY;
    const { timeMode } = this.processor;
    return timeMode === 'eventTime' ? this.ctx.evictionWatermark : this.ctx.batchTimestampMs;
  }

  private loadTimers(): MaybePromise<void> {
    if (this.processor.timeMode !== 'none') return this.timers.byTime.load(this.threshold());
  }

  private loadInitial(): MaybePromise<void> {
    const { initialState } = this.processor;
    if (!this.ctx.firstBatch || initialState === undefined) return;
    return then(this.ctx.asked(initialEntries(initialState), 'initialState'), (pairs) => {
      this.initial = pairs;
    });
  }

  private wakeUps(): readonly MaybePromise<number | undefined>[] {
    return [this.timers.firstMs(), ...this.variables.firstMs()];
  }
}
