import type { MaybePromise } from '../../../lib/maybe.js';
import type { Stage, StageContext } from '../../../lib/plan/planNode.js';
import type { Leave } from './bucket.js';
import type { KeyReader } from './joinKey.js';
import type { JoinRows, Leaving } from './joinRows.js';
import { isLeftOnly, type JoinSide, joinSides, keepsLeft, keepsRight } from './joinType.js';
import { KeyedRows } from './keyedRows.js';
import { PairOutput } from './pairOutput.js';
import { Prober } from './prober.js';
import { RowCount } from './rowCount.js';
import type { StreamJoinSpec } from './streamJoinSpec.js';
import { TimedRows } from './timedRows.js';

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
  private readonly rows: JoinRows;
  private readonly count: RowCount;
  private readonly leftKey: KeyReader;
  private readonly rightKey: KeyReader;
  private readonly output: PairOutput;
  private readonly prober: Prober;
  private readonly keepsLeft: boolean;
  private readonly keepsRight: boolean;
  private readonly leftOnly: boolean;
  /**
   * Of the right rows of a key nothing is asked but whether there is one, and all leave together: the first
   * stands for all.
   */
  private readonly keepsOneRight: boolean;
  private readonly leaving: Leaving;
  private ended = 0;

  constructor(
    private readonly spec: StreamJoinSpec,
    private readonly ctx: StageContext,
    out: Stage,
  ) {
    this.count = new RowCount(ctx);
    const Rows = spec.leavesByKey ? TimedRows : KeyedRows;
    this.rows = new Rows(ctx, spec, this.count);
    this.leftKey = spec.keyReader('left');
    this.rightKey = spec.keyReader('right');
    this.output = new PairOutput(spec, out);
    this.prober = new Prober(spec, ctx, this.output, this.rows.left, this.rows.right);
    this.keepsLeft = keepsLeft(spec.type);
    this.keepsRight = keepsRight(spec.type);
    this.leftOnly = isLeftOnly(spec.type);
    this.keepsOneRight = this.leftOnly && spec.leavesByKey && asksKeyAlone(spec);
    this.leaving = { left: this.leaveLeft, right: this.leaveRight };
  }

  nextLeft(row: unknown, time: number): void {
    const { spec, leftKey, rows } = this;
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
    if (key === undefined || spec.lacksTime.left?.(row, at)) {
      if (this.keepsLeft) rows.addAlone('left', leftKey, row);
      return;
    }
    const entry = rows.find(leftKey);
    const matched = entry !== undefined && this.prober.matchLeft(entry, row, leftKey);
    if (matched && this.leftOnly) return;
    rows.left.add(entry ?? rows.insert(leftKey), row, leftKey, matched);
  }

  nextRight(row: unknown, time: number): void {
    const { spec, rightKey, rows } = this;
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
    if (key === undefined || spec.lacksTime.right?.(row, at)) {
      if (this.keepsRight) rows.addAlone('right', rightKey, row);
      return;
    }
    const entry = rows.find(rightKey);
    if (this.keepsOneRight && entry?.value.right !== undefined) return;
    const matched = entry !== undefined && this.prober.matchRight(entry, row, rightKey);
    rows.right.add(entry ?? rows.insert(rightKey), row, rightKey, matched);
  }

  prepare(): MaybePromise<void> {
    return this.rows.prepare(this.flushed().length > 0);
  }

  /** Called once per input; the second call ends the batch. */
  endBatch(): void {
    this.ended += 1;
    if (this.ended < 2) return;
    this.ended = 0;
    this.rows.evict(this.leaving);
    const flushed = this.flushed();
    if (flushed.length > 0) this.rows.flush(flushed, this.leaving);
    this.count.settle();
    this.output.endBatch();
  }

  private readonly leaveLeft: Leave = (row, time, at, matched) => {
    if (this.keepsLeft && !matched) this.output.left(row, this.spec.timeKeyed ? at : time);
  };

  private readonly leaveRight: Leave = (row, time, at, matched) => {
    if (this.keepsRight && !matched) this.output.right(row, this.spec.timeKeyed ? at : time);
  };

  /**
   * Sides whose rows come out at the end: rows without event time, and those that nothing bounds. Nothing
   * will match them now.
   */
  private flushed(): readonly JoinSide[] {
    if (!this.ctx.closing) return [];
    return joinSides.filter((side) => (side === 'left' ? this.keepsLeft : this.keepsRight));
  }
}

function asksKeyAlone({ interval, residual }: StreamJoinSpec): boolean {
  return interval.isUnbounded && residual === undefined;
}
