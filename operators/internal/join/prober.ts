import type { StageContext } from '../../../lib/plan/planNode.js';
import type { Entry } from '../../../lib/state/stateStore.js';
import { isLeftOnly, keepsLeft, keepsRight } from './joinType.js';
import type { Bucket, KeyRows, RowList, StoredRow } from './keyRows.js';
import type { PairOutput } from './pairOutput.js';
import type { SideRows } from './sideRows.js';
import type { Residual, StreamJoinSpec } from './streamJoinSpec.js';
import type { TimeInterval } from './timeBounds.js';

/** Meets a new row with the other side's stored rows of its key, oldest first. */
export class Prober {
  private readonly interval: TimeInterval | undefined;
  private readonly residual: Residual | undefined;
  private readonly timeKeyed: boolean;
  private readonly leftOnly: boolean;
  private readonly emitsSemi: boolean;
  private readonly marksLeft: boolean;
  private readonly marksRight: boolean;
  private readonly leftTtl: boolean;
  private readonly rightTtl: boolean;
  /** Whether the last bucket has a row that was marked as matched just now. */
  private hasMarked = false;

  constructor(
    spec: StreamJoinSpec,
    private readonly ctx: StageContext,
    private readonly output: PairOutput,
    private readonly left: SideRows,
    private readonly right: SideRows,
  ) {
    this.interval = spec.interval.isUnbounded ? undefined : spec.interval;
    this.residual = spec.residual;
    this.timeKeyed = spec.timeKeyed;
    this.leftOnly = isLeftOnly(spec.type);
    this.emitsSemi = spec.type === 'leftSemi';
    this.marksLeft = keepsLeft(spec.type) && !this.leftOnly;
    this.marksRight = keepsRight(spec.type);
    this.leftTtl = spec.ttlMs !== undefined && spec.offsets.left === undefined;
    this.rightTtl = spec.ttlMs !== undefined && spec.offsets.right === undefined;
  }

  /** Emits what a new left row gives; whether it has a match. Its entry is written when it is stored. */
  matchLeft(entry: Entry<KeyRows>, key: unknown, row: unknown, time: number, at: number): boolean {
    const list = entry.value.right;
    if (!list) return false;
    let matched = false;
    for (let no = list.oldest; no !== 0; ) {
      const sealed = this.right.sealedBucket(key, no);
      if (this.meetLeft(sealed.value.rows, row, time, at)) matched = true;
      if (this.hasMarked) this.right.touchSealed(sealed);
      if (matched && this.leftOnly) return true;
      no = sealed.value.newer;
    }
    return this.meetLeft(list.open.rows, row, time, at) || matched;
  }

  /** Emits what a new right row gives. In a left-only join the left rows that it settles leave. */
  matchRight(entry: Entry<KeyRows>, key: unknown, row: unknown, time: number, at: number): boolean {
    const list = entry.value.left;
    if (!list) return false;
    if (this.leftOnly) return this.settleLeft(entry, list, key, row, time);
    let matched = false;
    for (let no = list.oldest; no !== 0; ) {
      const sealed = this.left.sealedBucket(key, no);
      if (this.meetRight(sealed.value.rows, row, time, at)) matched = true;
      if (this.hasMarked) this.left.touchSealed(sealed);
      no = sealed.value.newer;
    }
    return this.meetRight(list.open.rows, row, time, at) || matched;
  }

  private meetLeft(rows: readonly StoredRow[], row: unknown, time: number, at: number): boolean {
    const expired = this.rightTtl ? this.ctx.batchTimestampMs : Number.NEGATIVE_INFINITY;
    let matched = false;
    this.hasMarked = false;
    for (let i = 0; i < rows.length; i++) {
      const right = rows[i] as StoredRow;
      if (right.at <= expired || !this.holds(row, time, right.row, right.time)) continue;
      matched = true;
      if (this.leftOnly) {
        if (this.emitsSemi) this.output.left(row, at);
        return true;
      }
      if (this.marksRight && !right.matched) this.mark(right);
      this.output.pair(row, at, right.row, this.timeKeyed ? right.at : right.time);
    }
    return matched;
  }

  private meetRight(rows: readonly StoredRow[], row: unknown, time: number, at: number): boolean {
    const expired = this.leftTtl ? this.ctx.batchTimestampMs : Number.NEGATIVE_INFINITY;
    let matched = false;
    this.hasMarked = false;
    for (let i = 0; i < rows.length; i++) {
      const left = rows[i] as StoredRow;
      if (left.at <= expired || !this.holds(left.row, left.time, row, time)) continue;
      matched = true;
      if (this.marksLeft && !left.matched) this.mark(left);
      this.output.pair(left.row, this.timeKeyed ? left.at : left.time, row, at);
    }
    return matched;
  }

  private mark(stored: StoredRow): void {
    stored.matched = true;
    this.hasMarked = true;
  }

  private settleLeft(
    entry: Entry<KeyRows>,
    list: RowList,
    key: unknown,
    row: unknown,
    time: number,
  ): boolean {
    let matched = false;
    for (let no = list.oldest; no !== 0; ) {
      const sealed = this.left.sealedBucket(key, no);
      no = sealed.value.newer; // before the bucket may go
      const kept = this.unmatched(sealed.value, row, time);
      if (!kept) continue;
      matched = true;
      this.left.keep(key, list, sealed.value, sealed, kept);
    }
    const kept = this.unmatched(list.open, row, time);
    if (kept) this.left.keep(key, list, list.open, undefined, kept);
    if (kept || matched) this.left.settle(entry);
    return matched || kept !== undefined;
  }

  /** The left rows that a right row does not settle; undefined: all of them. */
  private unmatched(bucket: Bucket, row: unknown, time: number): StoredRow[] | undefined {
    let kept: StoredRow[] | undefined;
    for (let i = 0; i < bucket.rows.length; i++) {
      const left = bucket.rows[i] as StoredRow;
      if (!this.holds(left.row, left.time, row, time)) {
        kept?.push(left);
        continue;
      }
      kept ??= bucket.rows.slice(0, i);
      if (this.emitsSemi) this.output.left(left.row, this.timeKeyed ? left.at : left.time);
    }
    return kept;
  }

  private holds(left: unknown, leftMs: number, right: unknown, rightMs: number): boolean {
    if (this.interval !== undefined && !this.interval.holds(leftMs, rightMs)) return false;
    return this.residual === undefined || this.residual(left, leftMs, right, rightMs);
  }
}
