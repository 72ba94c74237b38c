import { StreamingError } from '../../../lib/errors.js';
import { isPromise, type MaybePromise, then } from '../../../lib/maybe.js';
import { noteFailedKey } from '../../../lib/plan/failedKey.js';
import type { Stage, StageContext } from '../../../lib/plan/planNode.js';
import { canonicalKey } from '../../../lib/state/canonicalKey.js';
import { type Entry, entryKey, entryTime, isDirty } from '../../../lib/state/entry.js';
import { keyText } from '../../../lib/state/keyText.js';
import { compareEntries } from '../dueOrder.js';
import { type InitialState, initialEntries } from '../initialEntries.js';
import { RowsByKey } from '../rowsByKey.js';
import { endAfterWakeUp, wakeAtFirst } from '../wakeUp.js';
import type { GroupState, GroupTimeout } from './groupState.js';
import { type GroupCalls, GroupStateCall } from './groupStateCall.js';
import { GroupStateTables } from './groupStateTables.js';

/** What the two public operators have in common. */
export interface GroupStateSpec {
  readonly operator: string;
  readonly timeout: GroupTimeout;
  readonly initialState: InitialState<unknown, unknown> | undefined;
  readonly keyOf: (row: unknown) => unknown;
  readonly valueOf: (row: unknown) => unknown;
  /** Calls the user's function and hands on what it gives. */
  readonly call: (
    key: unknown,
    rows: readonly unknown[],
    state: GroupState<unknown>,
    out: Stage,
  ) => void;
}

const noRows: readonly unknown[] = [];

/**
 * Order in a batch: initial state (first batch only) → one call per key with rows, in order of first
 * appearance → one call per initial state without rows → one call per due timeout, in order of time.
 */
export class GroupStateStage implements Stage {
  private readonly tables: GroupStateTables;
  private readonly groups: RowsByKey;
  private readonly calls: GroupCalls;
  private readonly filtersLate: boolean;
  private initial: readonly (readonly [unknown, unknown])[] = [];

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly spec: GroupStateSpec,
  ) {
    this.tables = new GroupStateTables(ctx);
    this.groups = new RowsByKey(ctx.operatorId);
    this.calls = { operator: ctx.operatorId, timeout: spec.timeout, ctx };
    this.filtersLate = spec.timeout === 'eventTime';
  }

  opened(): MaybePromise<void> {
    if (this.spec.timeout === 'processingTime') return wakeAtFirst(this.ctx, [this.nextWakeUp()]);
  }

  prepare(): MaybePromise<void> {
    const { initialState } = this.spec;
    if (!this.ctx.firstBatch || initialState === undefined) return this.loadTimeouts();
    return then(this.ctx.asked(initialEntries(initialState), 'initialState'), (pairs) => {
      this.initial = pairs;
      return this.loadTimeouts();
    });
  }

  next(row: unknown, time: number): void {
    if (this.filtersLate && time <= this.ctx.lateWatermark) {
      this.ctx.late(row, time);
      return;
    }
    this.groups.add(this.spec.keyOf(row), this.spec.valueOf(row));
  }

  endBatch(): void {
    if (this.initial.length > 0) this.seed();
    for (const { key, rows } of this.groups.values()) this.call(key, rows, false);
    this.groups.clear();
    if (this.spec.timeout !== 'none') this.fireTimeouts();
    if (this.spec.timeout !== 'processingTime') this.out.endBatch();
    else endAfterWakeUp(this.ctx, this.out, [this.nextWakeUp()]);
  }

  /** A key with initial state is called in the first batch, with or without rows. */
  private seed(): void {
    const seen = new Set<unknown>();
    for (const [key, state] of this.initial) {
      const { operatorId: operator } = this.ctx;
      const canonical = canonicalKey(key, operator);
      if (seen.has(canonical)) {
        throw new StreamingError('GROUP_STATE_INITIAL_DUPLICATE', { operator, key: keyText(key) });
      }
      seen.add(canonical);
      if (state === null || state === undefined) {
        throw new StreamingError('STATE_NULL', {
          operator,
          what: `initial state of ${keyText(key)}`,
        });
      }
      this.tables.replace(key, undefined, { defined: true, state, timeoutMs: Number.NaN });
      this.groups.group(key);
    }
    this.initial = [];
  }

  private call(key: unknown, rows: readonly unknown[], timedOut: boolean): void {
    const before = this.tables.find(key);
    const state = new GroupStateCall(this.calls, before, timedOut);
    // What the function gives may be lazy: the call is over when it is exhausted.
    try {
      this.spec.call(key, rows, state, this.out);
    } catch (error) {
      noteFailedKey(error, key);
      throw error;
    }
    this.tables.replace(key, before, state.end());
  }

  /**
   * Strictly before the threshold: a timeout equal to it waits for the next batch.
   *
   * In the closing batch no time will pass any more: what is still waiting is called once. An event
   * time set in that very batch is not: the function would set it again and again.
   */
  private fireTimeouts(): void {
    const threshold = this.threshold();
    const due: Entry<null>[] = [];
    for (const entry of this.tables.timeouts.due(threshold)) {
      if (entryTime(entry) >= threshold) break;
      if (this.ctx.closing && this.filtersLate && isDirty(entry)) continue;
      due.push(entry);
    }
    for (const entry of due.sort(compareEntries)) this.call(entryKey(entry), noRows, true);
  }

  private threshold(): number {
    if (this.ctx.closing) return Number.POSITIVE_INFINITY;
    return this.filtersLate ? this.ctx.evictionWatermark : this.ctx.batchTimestampMs;
  }

  private loadTimeouts(): MaybePromise<void> {
    if (this.spec.timeout !== 'none') return this.tables.timeouts.load(this.threshold());
  }

  /** Processing time passes without rows; the watermark does not, so only that is waited for. */
  private nextWakeUp(): MaybePromise<number | undefined> {
    const first = this.tables.timeouts.firstTime();
    return isPromise(first) ? first.then(later) : later(first);
  }
}

/** A timeout fires when the time is later than it. */
function later(timeoutMs: number | undefined): number | undefined {
  return timeoutMs === undefined ? undefined : timeoutMs + 1;
}
