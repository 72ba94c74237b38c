import { type MaybePromise, then } from '../../../lib/maybe.js';
import type { Stage, StageContext } from '../../../lib/plan/planNode.js';
import type { Entry, KeyedTable } from '../../../lib/state/stateStore.js';
import { compareDue } from '../dueOrder.js';
import type { KeyRows, Leave } from './bucket.js';
import type { KeyReader } from './joinKey.js';
import { isLeftOnly, keepsLeft, keepsRight } from './joinType.js';
import { PairOutput } from './pairOutput.js';
import { Prober } from './prober.js';
import { RowCount } from './rowCount.js';
import { keyRowsFromStored, keyRowsToStored } from './rowFormat.js';
import { SideRows } from './sideRows.js';
import type { StreamJoinSpec } from './streamJoinSpec.js';

/**
 * The shared body of a join's two stages.
 *
 * ```
 * left row  ── late? ── leftWhere? ── probe right rows of its key ── store ┐
 *                                     emit each pair that holds            ├─ when both have ended: evict
 * right row ── late? ── rightWhere? ─ probe left rows of its key ─── store ┘  left, then right; what never
 *                                                                             matched comes out
 * ```
 *
 * Each pair meets once, when its later row arrives, so the order in which the engine interleaves the
 * two inputs changes nothing but the order of the output. For the same reason a row that may leave at
 * once stays until the batch ends: its partner may still come.
 *
 * Where a side's rows leave (EW = eviction watermark):
 * - an event time in the key: key time, of a window its end, <= EW, on both sides;
 * - bounds between the event times: time <= EW + offset, see `stateOffsets`;
 * - `ttl` where neither applies: batch timestamp + ttl <= batch timestamp of a later batch, and such
 *   rows match no more even before they are removed;
 * - otherwise never.
 */
export class StreamJoin {
  private readonly keys: KeyedTable<KeyRows>;
  private readonly left: SideRows;
  private readonly right: SideRows;
  private readonly count: RowCount;
  private readonly leftKey: KeyReader;
  private readonly rightKey: KeyReader;
  private readonly output: PairOutput;
  private readonly prober: Prober;
  private readonly keepsLeft: boolean;
  private readonly keepsRight: boolean;
  private readonly leftOnly: boolean;
  private ended = 0;

  constructor(
    private readonly spec: StreamJoinSpec,
    private readonly ctx: StageContext,
    out: Stage,
  ) {
    const { offsets, timeKeyed, ttlMs } = spec;
    const leftLeaves = offsets.left !== undefined || ttlMs !== undefined;
    const rightLeaves = offsets.right !== undefined || ttlMs !== undefined;
    const leftShares = !timeKeyed && (offsets.left !== undefined || ttlMs === undefined);
    const rightShares = !timeKeyed && (offsets.right !== undefined || ttlMs === undefined);
    this.keys = ctx.state.keyed<KeyRows>('keys', {
      toStored: keyRowsToStored,
      fromStored: (stored) => keyRowsFromStored(stored, leftShares, rightShares),
      counted: false,
    });
    this.count = new RowCount(ctx);
    const { keys, count } = this;
    this.left = new SideRows('left', ctx, keys, count, leftLeaves, leftShares);
    this.right = new SideRows('right', ctx, keys, count, rightLeaves, rightShares);
    this.leftKey = spec.keyReader('left');
    this.rightKey = spec.keyReader('right');
    this.output = new PairOutput(spec, out);
    this.prober = new Prober(spec, ctx, this.output, this.left, this.right);
    this.keepsLeft = keepsLeft(spec.type);
    this.keepsRight = keepsRight(spec.type);
    this.leftOnly = isLeftOnly(spec.type);
  }

  nextLeft(row: unknown, time: number): void {
    const { spec, leftKey } = this;
    leftKey.read(row, time);
    const { key, at } = leftKey;
    if (spec.hasWatermark.left && at <= this.ctx.lateWatermark) {
      this.ctx.late(row, at);
      return;
    }
    if (spec.leftWhere && !spec.leftWhere(row)) {
      if (this.keepsLeft) this.output.left(row, at);
      return;
    }
    if (key === undefined || spec.lacksTime.left(row, at)) {
      if (this.keepsLeft) this.storeLeft(this.keys.find(null), null, row, time, at, false);
      return;
    }
    const entry = this.keys.find(key);
    const matched = entry !== undefined && this.prober.matchLeft(entry, key, row, time, at);
    if (matched && this.leftOnly) return;
    this.storeLeft(entry, key, row, time, at, matched);
  }

  nextRight(row: unknown, time: number): void {
    const { spec, rightKey } = this;
    rightKey.read(row, time);
    const { key, at } = rightKey;
    if (spec.hasWatermark.right && at <= this.ctx.lateWatermark) {
      this.ctx.late(row, at);
      return;
    }
    if (spec.rightWhere && !spec.rightWhere(row)) {
      if (this.keepsRight) this.output.right(row, at);
      return;
    }
    if (key === undefined || spec.lacksTime.right(row, at)) {
      if (this.keepsRight) this.storeRight(this.keys.find(null), null, row, time, at, false);
      return;
    }
    let entry = this.keys.find(key);
    let matched = false;
    if (entry !== undefined) {
      matched = this.prober.matchRight(entry, key, row, time, at);
      if (this.leftOnly && matched) entry = this.keys.find(key); // its last left row may have gone
    }
    this.storeRight(entry, key, row, time, at, matched);
  }

  prepare(): MaybePromise<void> {
    const flush = this.ctx.closing && (this.keepsLeft || this.keepsRight);
    const steps = [
      () => this.left.load(this.leavesUpTo('left')),
      () => this.right.load(this.leavesUpTo('right')),
      () => (flush ? this.keys.loadAll() : undefined),
      () => (flush ? this.left.loadAll() : undefined),
      () => (flush ? this.right.loadAll() : undefined),
    ];
    return steps.reduce<MaybePromise<void>>((done, step) => then(done, step), undefined);
  }

  /** Called once per input; the second call ends the batch. */
  endBatch(): void {
    this.ended += 1;
    if (this.ended < 2) return;
    this.ended = 0;
    this.left.evict(this.leavesUpTo('left'), this.leaveLeft);
    this.right.evict(this.leavesUpTo('right'), this.leaveRight);
    if (this.ctx.closing) {
      if (this.keepsLeft) this.flush(this.left, this.leaveLeft);
      if (this.keepsRight) this.flush(this.right, this.leaveRight);
    }
    this.count.settle();
    this.output.endBatch();
  }

  private readonly leaveLeft: Leave = (row, time, at, matched) => {
    if (this.keepsLeft && !matched) this.output.left(row, this.spec.timeKeyed ? at : time);
  };

  private readonly leaveRight: Leave = (row, time, at, matched) => {
    if (this.keepsRight && !matched) this.output.right(row, this.spec.timeKeyed ? at : time);
  };

  /** Rows without event time, and rows of a side that nothing bounds: nothing will match them now. */
  private flush(side: SideRows, leave: Leave): void {
    const entries = [...this.keys.entries()];
    if (this.ctx.orderMatters) entries.sort(compareDue);
    for (const entry of entries) side.clear(entry, leave);
  }

  private leavesUpTo(side: 'left' | 'right'): number {
    const offset = this.spec.offsets[side];
    if (offset !== undefined) return this.ctx.evictionWatermark + offset;
    return this.spec.ttlMs === undefined ? Number.NEGATIVE_INFINITY : this.ctx.batchTimestampMs;
  }

  private storeLeft(
    entry: Entry<KeyRows> | undefined,
    key: unknown,
    row: unknown,
    time: number,
    at: number,
    matched: boolean,
  ): void {
    const leaves = this.spec.offsets.left === undefined ? this.expiry(at) : at;
    this.left.add(entry, key, row, time, leaves, matched);
  }

  private storeRight(
    entry: Entry<KeyRows> | undefined,
    key: unknown,
    row: unknown,
    time: number,
    at: number,
    matched: boolean,
  ): void {
    const leaves = this.spec.offsets.right === undefined ? this.expiry(at) : at;
    this.right.add(entry, key, row, time, leaves, matched);
  }

  private expiry(at: number): number {
    return this.spec.ttlMs === undefined ? at : this.ctx.batchTimestampMs + this.spec.ttlMs;
  }
}
