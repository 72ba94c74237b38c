import { each, type MaybePromise, then } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import { entryKey } from '../../../lib/state/entry.js';
import { DueIndex } from '../dueIndex.js';
import { timeOfWindow } from '../windowBounds.js';
import { type JoinKey, timedKey } from './joinKey.js';
import type { JoinRows } from './joinRows.js';
import { joinSides } from './joinType.js';
import type { KeyedRows } from './keyedRows.js';
import { dueTables } from './leavingIndex.js';
import type { RowCount } from './rowCount.js';
import type { StreamJoinSpec } from './streamJoinSpec.js';

/**
 * Rows with an event time in their key as checkpoints have them that are older than {@link TimedRows}: in
 * `keys`, under the whole key, and in an index by their time.
 *
 * ```
 * key := [key, time] | time        without `on` the time alone
 * time := ms | [start, end]
 * ```
 */
export class EarlierRows {
  private readonly indexes: readonly DueIndex[];

  constructor(
    ctx: StageContext,
    private readonly spec: StreamJoinSpec,
    private readonly count: RowCount,
  ) {
    this.indexes = joinSides.map((side) => new DueIndex(ctx, dueTables[side]));
  }

  /** Moves them out of `from`, which keeps rows without a time. Part of the batch that is being prepared. */
  move(from: KeyedRows, to: JoinRows): MaybePromise<void> {
    const indexes = this.indexes.filter((index) => !index.isEmpty);
    if (indexes.length === 0) return;
    const loaded = then(from.loadAll(), () =>
      each(indexes, (index) => index.load(Number.POSITIVE_INFINITY)),
    );
    return then(loaded, () => {
      for (const index of indexes) for (const _ of index.take(Number.POSITIVE_INFINITY));
      this.moveAll(from, to);
    });
  }

  private moveAll(from: KeyedRows, to: JoinRows): void {
    const { added, removed } = this.count;
    for (const entry of [...from.keys.entries()]) {
      for (const side of joinSides) {
        from[side].clear(entry, (row, time, at, matched) => {
          if (entryKey(entry) === null) {
            to.addAlone(side, { key: null, time, at, start: undefined }, row);
          } else {
            const key = { ...this.keyOf(entryKey(entry)), time };
            to[side].add(to.find(key) ?? to.insert(key), row, key, matched);
          }
        });
      }
    }
    Object.assign(this.count, { added, removed }); // no row has come or gone
  }

  private keyOf(stored: unknown): Omit<JoinKey, 'time'> {
    const [key, time] = this.spec.hasKeyColumns ? (stored as [unknown, unknown]) : ['', stored];
    if (!Array.isArray(time))
      return { key: timedKey(key, undefined), at: Number(time), start: undefined };
    const [start, end] = time as [number, number];
    return { key: timedKey(key, start), at: timeOfWindow(end), start };
  }
}
