import type { MaybePromise } from '../../lib/maybe.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import type { Entry } from '../../lib/state/entry.js';
import type { ChangedEntries, Pairs, TimedTable } from '../../lib/state/stateStore.js';
import { inOrderOfAppearance } from './appearance.js';
import { inKeyOrder } from './dueOrder.js';
import type { Fold } from './fold.js';
import { type Apart, apartOf } from './partsFold.js';

/** Makes a group's row and tells its event time. */
export interface TimedRows<V> {
  rowOf(entry: Entry<V>): unknown;
  timeOf(entry: Entry<V>): number;
}

/**
 * Groups that event time closes, laid out by that time: the end of a window, or the key's event time.
 *
 * Append emits a group once, when its time <= the eviction watermark, in order of time; update emits
 * what the batch touched and then evicts silently; complete emits all, keeps all, and no row is late.
 *
 * Where order matters downstream, groups of one time leave by key, and complete mode keeps the order in
 * which groups appeared.
 *
 * Source: semantics/spark.md 2.6, 2.9.
 */
export class TimedGroups<V> {
  /** A row of a group with time <= this is late (ms). Fixed during a batch. */
  lateWatermark = Number.NEGATIVE_INFINITY;
  private readonly apart: Apart<V> | undefined;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly table: TimedTable<V>,
    readonly fold: Fold<V>,
    private readonly rows: TimedRows<V>,
  ) {
    this.apart = apartOf<V>(fold);
  }

  prepare(): MaybePromise<void> {
    if (this.ctx.outputMode === 'complete') return this.table.loadAll();
    this.lateWatermark = this.ctx.lateWatermark;
    return this.table.load(this.ctx.evictionWatermark);
  }

  add(time: number, key: unknown, row: unknown): void {
    const entry = this.group(time, key);
    entry.value = this.fold.add(entry.value, row);
  }

  /** A group that is about to change; until the turn ends it may be changed again. */
  group(time: number, key: unknown): Entry<V> {
    const { table } = this;
    const entry = table.find(time, key) ?? table.insert(time, key, this.fold.zero());
    table.touch(entry);
    return entry;
  }

  /** A shorter way to groups of one time that have changed, for this turn. */
  changedAt(time: number): ChangedEntries<V> | undefined {
    return this.table.changedAt(time);
  }

  /** Merges a value into the group of each key; group by group of one time, where they lie together. */
  mergeAll(time: number, pairs: Pairs<V>): void {
    // Nobody asks what was touched.
    const isWhole = this.ctx.outputMode === 'append' && this.apart === undefined;
    if (isWhole && this.table.mergeAll(time, pairs, this.fold)) return;
    const { keys, values } = pairs;
    for (let i = 0; i < keys.length; i++) {
      const entry = this.group(time, keys[i]);
      entry.value = this.fold.merge(entry.value, values[i] as V);
    }
  }

  emit(): void {
    if (this.apart) for (const entry of this.table.touched()) this.apart.settle(entry);
    switch (this.ctx.outputMode) {
      case 'append':
        this.evict(true);
        break;
      case 'update':
        for (const entry of this.table.touched()) this.emitEntry(entry);
        this.evict(false);
        break;
      case 'complete':
        for (const entry of inOrderOfAppearance(this.fold, this.table.entries())) {
          this.emitEntry(entry);
        }
    }
  }

  private evict(emitting: boolean): void {
    const ordered = emitting && this.ctx.orderMatters;
    for (const taken of this.table.takeDue(this.ctx.evictionWatermark)) {
      if (emitting) {
        for (const entry of ordered ? inKeyOrder(taken) : taken) this.emitEntry(entry);
      }
      if (this.apart) for (const entry of taken) this.apart.forget(entry);
    }
  }

  private emitEntry(entry: Entry<V>): void {
    this.apart?.enter(entry);
    this.out.next(this.rows.rowOf(entry), this.rows.timeOf(entry));
  }
}
