import { each, type MaybePromise, then } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import type { Entry } from '../../../lib/state/entry.js';
import { compareEntries } from '../dueOrder.js';
import { type Bucket, type KeyRows, noRows } from './bucket.js';
import type { JoinKey } from './joinKey.js';
import type { JoinRows, Leaving } from './joinRows.js';
import { TimelessTable } from './joinTable.js';
import { type JoinSide, joinSides } from './joinType.js';
import { leavingIndex } from './leavingIndex.js';
import type { RowCount } from './rowCount.js';
import {
  bucketFromStored,
  bucketToStored,
  keyRowsFromStored,
  keyRowsToStored,
} from './rowFormat.js';
import { SideRows } from './sideRows.js';
import type { StreamJoinSpec } from './streamJoinSpec.js';

/**
 * Rows by key, each of which leaves by a time of its own or never. Those without a key, or without a time
 * that they need, are under null, which is no key.
 */
export class KeyedRows implements JoinRows {
  readonly keys: TimelessTable<KeyRows>;
  readonly left: SideRows;
  readonly right: SideRows;

  constructor(
    private readonly ctx: StageContext,
    private readonly spec: Pick<StreamJoinSpec, 'offsets' | 'ttlMs' | 'timeKeyed' | 'type'>,
    count: RowCount,
  ) {
    const shares = { left: this.sharesTimes('left'), right: this.sharesTimes('right') };
    this.keys = new TimelessTable(
      ctx.state.keyed<KeyRows>('keys', {
        toStored: keyRowsToStored,
        fromStored: (stored) => keyRowsFromStored(stored, shares.left, shares.right),
        counted: false,
      }),
    );
    this.left = this.sideRows('left', count, shares.left);
    this.right = this.sideRows('right', count, shares.right);
  }

  prepare(flush: boolean): MaybePromise<void> {
    const due = each(joinSides, (side) => this[side].load(this.leavesUpTo(side)));
    return then(due, () => (flush ? this.loadAll() : undefined));
  }

  /** MUST be awaited in a stage's `prepare` before `flush`. */
  loadAll(): MaybePromise<void> {
    return each([this.keys, this.left, this.right], (table) => table.loadAll());
  }

  find({ key }: JoinKey): Entry<KeyRows> | undefined {
    return this.keys.find(Number.NaN, key);
  }

  insert({ key }: JoinKey): Entry<KeyRows> {
    return this.keys.insert(Number.NaN, key, noRows(undefined));
  }

  addAlone(side: JoinSide, { time, at }: JoinKey, row: unknown): void {
    const alone = { key: null, time, at, start: undefined };
    this[side].add(this.find(alone) ?? this.insert(alone), row, alone, false);
  }

  evict(leaving: Leaving): void {
    this.left.evict(this.leavesUpTo('left'), leaving.left);
    this.right.evict(this.leavesUpTo('right'), leaving.right);
  }

  flush(sides: readonly JoinSide[], leaving: Leaving): void {
    for (const side of sides) {
      const entries = [...this.keys.entries()];
      if (this.ctx.orderMatters) entries.sort(compareEntries);
      for (const entry of entries) this[side].clear(entry, leaving[side]);
    }
  }

  private sideRows(side: JoinSide, count: RowCount, sharesTimes: boolean): SideRows {
    const { ctx, keys, spec } = this;
    const sealed = new TimelessTable(
      ctx.state.keyed<Bucket>(side, {
        toStored: bucketToStored,
        fromStored: (stored) => bucketFromStored(stored, sharesTimes),
        counted: false,
      }),
    );
    const leavesByTime = spec.offsets[side] !== undefined;
    const ttlMs = leavesByTime ? undefined : spec.ttlMs;
    const leaves = leavesByTime || ttlMs !== undefined;
    const index = leaves ? leavingIndex(side, ctx, keys) : undefined;
    const isWhole = spec.type === 'inner' && !leaves && !ctx.state.writesChanges;
    return new SideRows(side, ctx, keys, sealed, count, { index, ttlMs, sharesTimes, isWhole });
  }

  /** Whether a row leaves by its event time, or never. */
  private sharesTimes(side: JoinSide): boolean {
    const { offsets, ttlMs, timeKeyed } = this.spec;
    return !timeKeyed && (offsets[side] !== undefined || ttlMs === undefined);
  }

  private leavesUpTo(side: JoinSide): number {
    const { offsets, ttlMs } = this.spec;
    if (offsets[side] !== undefined) return this.ctx.evictionWatermark + offsets[side];
    return ttlMs === undefined ? Number.NEGATIVE_INFINITY : this.ctx.batchTimestampMs;
  }
}
