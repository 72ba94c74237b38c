import { each, type MaybePromise, then } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import { type Entry, sharedTime } from '../../../lib/state/entry.js';
import type { TimedTable } from '../../../lib/state/stateStore.js';
import { inKeyOrder } from '../dueOrder.js';
import { type Bucket, type KeyRows, type Leave, noRows } from './bucket.js';
import { EarlierRows } from './earlierRows.js';
import { type JoinKey, withStart } from './joinKey.js';
import type { JoinRows, Leaving } from './joinRows.js';
import type { JoinSide } from './joinType.js';
import { KeyedRows } from './keyedRows.js';
import type { RowCount } from './rowCount.js';
import {
  bucketFromStored,
  bucketToStored,
  timedRowsFromStored,
  timedRowsToStored,
} from './rowFormat.js';
import { SideRows } from './sideRows.js';
import type { StreamJoinSpec } from './streamJoinSpec.js';
import { noOffsets } from './timeBounds.js';

/**
 * Rows by the event time in their key, with which they leave, and then by the rest of it. Those without that
 * time are beside them and leave at the end.
 *
 * Windows that end together but begin apart are not equal. What comes first at an end and key lies under the
 * key as it is, so that windows of one length, the usual ones, need no key of two parts; others lie under
 * their start and key. Entries of one time leave together, so a free key has nothing under any start.
 */
export class TimedRows implements JoinRows {
  readonly left: SideRows;
  readonly right: SideRows;
  private readonly keys: TimedTable<KeyRows>;
  private readonly sealed: readonly TimedTable<Bucket>[];
  private readonly timeless: KeyedRows;
  private earlier: EarlierRows | undefined;
  /** `find` has met another start under the key that it was asked for. */
  private isTaken = false;

  constructor(
    private readonly ctx: StageContext,
    spec: StreamJoinSpec,
    count: RowCount,
  ) {
    this.keys = ctx.state.timed<KeyRows>('rows', {
      toStored: timedRowsToStored,
      fromStored: timedRowsFromStored,
      counted: false,
      paged: true,
    });
    const buckets = {
      toStored: bucketToStored,
      fromStored: (stored: unknown) => bucketFromStored(stored, true),
      counted: false,
    };
    const left = ctx.state.timed<Bucket>('rowsLeft', buckets);
    const right = ctx.state.timed<Bucket>('rowsRight', buckets);
    this.sealed = [left, right];
    this.left = new SideRows('left', ctx, this.keys, left, count, { sharesTimes: true });
    this.right = new SideRows('right', ctx, this.keys, right, count, { sharesTimes: true });
    this.timeless = new KeyedRows(
      ctx,
      { type: spec.type, offsets: noOffsets, ttlMs: undefined, timeKeyed: true },
      count,
    );
    if (ctx.state.writesChanges) this.earlier = new EarlierRows(ctx, spec, count);
  }

  prepare(flush: boolean): MaybePromise<void> {
    const upTo = flush ? Number.POSITIVE_INFINITY : this.ctx.evictionWatermark;
    const tables = [this.keys, ...this.sealed];
    const loaded = then(this.timeless.prepare(flush), () =>
      each(tables, (table) => table.load(upTo)),
    );
    return then(loaded, () => this.moveEarlier());
  }

  find({ at, key, start }: JoinKey): Entry<KeyRows> | undefined {
    const first = this.keys.find(at, key);
    this.isTaken = first !== undefined && first.value.start !== start;
    return this.isTaken ? this.keys.find(at, withStart(key, start)) : first;
  }

  insert({ at, key, start }: JoinKey): Entry<KeyRows> {
    return this.keys.insert(at, this.isTaken ? withStart(key, start) : key, noRows(start));
  }

  addAlone(side: JoinSide, key: JoinKey, row: unknown): void {
    const { time, at } = key;
    if (Number.isNaN(at)) return this.timeless.addAlone(side, key, row);
    const alone = { key: null, time, at, start: undefined };
    this[side].add(this.find(alone) ?? this.insert(alone), row, alone, false);
  }

  evict(leaving: Leaving): void {
    this.take(this.ctx.evictionWatermark, leaving);
  }

  flush(sides: readonly JoinSide[], leaving: Leaving): void {
    this.take(Number.POSITIVE_INFINITY, leaving);
    this.timeless.flush(sides, leaving);
  }

  private take(upTo: number, leaving: Leaving): void {
    const due: (readonly Entry<KeyRows>[])[] = [];
    for (const entries of this.keys.takeDue(upTo)) {
      due.push(this.ctx.orderMatters ? inKeyOrder(entries) : entries);
    }
    for (const entries of due) leaveAll(this.left, entries, leaving.left);
    for (const entries of due) leaveAll(this.right, entries, leaving.right);
    // Their entries have no row now.
    for (const table of this.sealed) for (const _ of table.takeDue(upTo));
  }

  private moveEarlier(): MaybePromise<void> {
    const { earlier } = this;
    this.earlier = undefined;
    return earlier?.move(this.timeless, this);
  }
}

/** `entries` are of one time, with which their rows leave. */
function leaveAll(side: SideRows, entries: readonly Entry<KeyRows>[], leave: Leave): void {
  const at = sharedTime(entries);
  const leaveAt: Leave = (row, time, _at, matched) => leave(row, time, at, matched);
  for (const entry of entries) side.handOverAll(entry, leaveAt);
}
