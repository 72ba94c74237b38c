import type { StageContext } from '../../../lib/plan/planNode.js';
import type { Entry } from '../../../lib/state/entry.js';
import { type Bucket, type KeyRows, timeAt } from './bucket.js';
import type { RowTimes } from './joinKey.js';
import { isLeftOnly, keepsLeft, keepsRight } from './joinType.js';
import type { PairOutput } from './pairOutput.js';
import type { SideRows } from './sideRows.js';
import type { Residual, StreamJoinSpec } from './streamJoinSpec.js';
import type { TimeInterval } from './timeBounds.js';

/** Meets a new row with the other side's stored rows of its key, oldest first. */
export class Prober {
  private readonly interval: TimeInterval | undefined;
  private readonly residual: Residual | undefined;
  /** Whether a pair must meet more than the key. */
  private readonly checks: boolean;
  private readonly timeKeyed: boolean;
  private readonly leftGivesTime: boolean;
  private readonly leftOnly: boolean;
  private readonly emitsSemi: boolean;
  private readonly marksLeft: boolean;
  private readonly marksRight: boolean;
  private readonly leftTtl: boolean;
  private readonly rightTtl: boolean;

  constructor(
    spec: StreamJoinSpec,
    private readonly ctx: StageContext,
    private readonly output: PairOutput,
    private readonly left: SideRows,
    private readonly right: SideRows,
  ) {
    this.interval = spec.interval.isUnbounded ? undefined : spec.interval;
    this.residual = spec.residual;
    this.checks = this.interval !== undefined || this.residual !== undefined;
    this.timeKeyed = spec.timeKeyed;
    this.leftGivesTime = spec.outputTime.side === 'left';
    this.leftOnly = isLeftOnly(spec.type);
    this.emitsSemi = spec.type === 'leftSemi';
    this.marksLeft = keepsLeft(spec.type) && !this.leftOnly;
    this.marksRight = keepsRight(spec.type);
    this.leftTtl = spec.ttlMs !== undefined && spec.offsets.left === undefined;
    this.rightTtl = spec.ttlMs !== undefined && spec.offsets.right === undefined;
  }

  /** Emits what a new left row gives; whether it has a match. Its entry is written when it is stored. */
  matchLeft(entry: Entry<KeyRows>, row: unknown, key: RowTimes): boolean {
    const open = entry.value.right;
    if (open === undefined) return false;
    let matched = false;
    for (let no = open.newer; no !== 0; ) {
      const sealed = this.right.sealedBucket(entry, no);
      const before = sealed.value.matched;
      if (this.meetLeft(sealed.value, row, key)) matched = true;
      if (sealed.value.matched !== before) this.right.touchSealed(sealed);
      if (matched && this.leftOnly) return true;
      no = sealed.value.newer;
    }
    return this.meetLeft(open, row, key) || matched;
  }

  /**
   * Emits what a new right row gives, and MUST then be stored under `entry`: in a left-only join the left
   * rows that it settles leave, which may leave nothing there.
   */
  matchRight(entry: Entry<KeyRows>, row: unknown, key: RowTimes): boolean {
    const open = entry.value.left;
    if (open === undefined) return false;
    if (this.leftOnly) return this.settleLeft(entry, open, row, key);
    let matched = false;
    for (let no = open.newer; no !== 0; ) {
      const sealed = this.left.sealedBucket(entry, no);
      const before = sealed.value.matched;
      if (this.meetRight(sealed.value, row, key)) matched = true;
      if (sealed.value.matched !== before) this.left.touchSealed(sealed);
      no = sealed.value.newer;
    }
    return this.meetRight(open, row, key) || matched;
  }

  private meetLeft(bucket: Bucket, row: unknown, key: RowTimes): boolean {
    const { rows, times, ats } = bucket;
    let matched = false;
    for (let i = 0; i < rows.length; i++) {
      if (this.rightTtl && timeAt(ats, i) <= this.ctx.batchTimestampMs) continue;
      if (this.checks && !this.holds(row, key.time, rows[i], timeAt(times, i))) continue;
      matched = true;
      if (this.leftOnly) {
        if (this.emitsSemi) this.output.left(row, key.at);
        return true;
      }
      if (this.marksRight) bucket.matched |= 1 << i;
      const rowsTime = this.leftGivesTime || this.timeKeyed ? key.at : timeAt(times, i);
      this.output.pair(row, rows[i], rowsTime);
    }
    return matched;
  }

  private meetRight(bucket: Bucket, row: unknown, key: RowTimes): boolean {
    const { rows, times, ats } = bucket;
    let matched = false;
    for (let i = 0; i < rows.length; i++) {
      if (this.leftTtl && timeAt(ats, i) <= this.ctx.batchTimestampMs) continue;
      if (this.checks && !this.holds(rows[i], timeAt(times, i), row, key.time)) continue;
      matched = true;
      if (this.marksLeft) bucket.matched |= 1 << i;
      const rowsTime = !this.leftGivesTime || this.timeKeyed ? key.at : timeAt(times, i);
      this.output.pair(rows[i], row, rowsTime);
    }
    return matched;
  }

  private settleLeft(entry: Entry<KeyRows>, open: Bucket, row: unknown, key: RowTimes): boolean {
    let matched = false;
    for (let no = open.newer; no !== 0; ) {
      const sealed = this.left.sealedBucket(entry, no);
      no = sealed.value.newer; // before the bucket may go
      const gone = this.settled(sealed.value, row, key);
      if (gone === 0) continue;
      matched = true;
      this.left.remove(entry, open, sealed.value, sealed, gone);
    }
    const gone = this.settled(open, row, key);
    if (gone !== 0) this.left.remove(entry, open, open, undefined, gone);
    if (gone === 0 && !matched) return false;
    this.left.dropEmpty(entry);
    return true;
  }

  /** The left rows that a right row settles, as bits; leftSemi gives them. */
  private settled({ rows, times }: Bucket, row: unknown, key: RowTimes): number {
    let gone = 0;
    for (let i = 0; i < rows.length; i++) {
      const leftMs = timeAt(times, i);
      if (this.checks && !this.holds(rows[i], leftMs, row, key.time)) continue;
      gone |= 1 << i;
      if (this.emitsSemi) this.output.left(rows[i], this.timeKeyed ? key.at : leftMs);
    }
    return gone;
  }

  private holds(left: unknown, leftMs: number, right: unknown, rightMs: number): boolean {
    if (this.interval !== undefined && !this.interval.holds(leftMs, rightMs)) return false;
    return this.residual === undefined || this.residual(left, leftMs, right, rightMs);
  }
}
