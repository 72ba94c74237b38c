import type { MaybePromise } from '../../lib/maybe.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import { type Entry, entryKey } from '../../lib/state/entry.js';
import type { KeyedTable } from '../../lib/state/stateStore.js';
import { inOrderOfAppearance } from './appearance.js';
import { compareEntries } from './dueOrder.js';
import type { Fold } from './fold.js';
import type { GroupRows } from './groupRows.js';
import { type Apart, apartOf } from './partsFold.js';

/**
 * Groups without event time: no row is late, nothing is evicted.
 *
 * Append mode emits nothing before the closing batch; then everything, once.
 */
export class KeyedGroups<V> {
  private readonly apart: Apart<V> | undefined;

  constructor(
    private readonly ctx: StageContext,
    private readonly out: Stage,
    private readonly table: KeyedTable<V>,
    readonly fold: Fold<V>,
    private readonly rows: GroupRows<V>,
  ) {
    this.apart = apartOf<V>(fold);
  }

  prepare(): MaybePromise<void> {
    if (this.emitsAll) return this.table.loadAll();
  }

  add(key: unknown, row: unknown): void {
    const entry = this.table.findOrInsert(key, this.fold);
    this.table.touch(entry);
    entry.value = this.fold.add(entry.value, row);
  }

  /**
   * A single group for all rows exists from the first batch on, and is saved anew, so emitted in update
   * mode, in every batch, also without rows (semantics/spark.md 2.9; Spark's StateStoreSave).
   */
  keepOne(): void {
    const entry = this.table.find(null);
    if (entry === undefined) this.table.insert(null, this.fold.zero());
    else if (!this.ctx.closing) this.table.touch(entry);
  }

  emit(): void {
    if (this.apart) for (const entry of this.table.touched()) this.apart.settle(entry);
    if (this.ctx.outputMode === 'update') {
      for (const entry of this.table.touched()) this.emitEntry(entry);
    } else if (this.emitsAll) {
      for (const entry of this.inOrder()) this.emitEntry(entry);
      if (this.ctx.outputMode === 'append') this.removeAll();
    }
  }

  private get emitsAll(): boolean {
    const mode = this.ctx.outputMode;
    return mode === 'complete' || (mode === 'append' && this.ctx.closing);
  }

  private inOrder(): Iterable<Entry<V>> {
    const entries = this.table.entries();
    if (this.ctx.outputMode === 'complete') return inOrderOfAppearance(this.fold, entries);
    return this.ctx.orderMatters ? [...entries].sort(compareEntries) : entries;
  }

  private emitEntry(entry: Entry<V>): void {
    this.apart?.enter(entry);
    this.out.next(this.rows.ofKey(entryKey(entry), entry.value), Number.NaN);
  }

  private removeAll(): void {
    for (const entry of [...this.table.entries()]) {
      this.apart?.forget(entry);
      this.table.remove(entry);
    }
  }
}
