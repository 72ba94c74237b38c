import { type Entry, entryKey, entryTime } from '../../lib/state/entry.js';
import type { Aggregate } from '../aggregates/aggregate.js';
import { ArrayFold } from './fold.js';
import type { PartTable } from './partTable.js';

/** What the groups of a stage do for aggregates that keep parts of their accumulators apart. */
export interface Apart<V> {
  /** After the last row of a batch, for every group that it has touched. */
  settle(entry: Entry<V>): void;
  /** The next results asked for are of this group. */
  enter(entry: Entry<V>): void;
  /** The group leaves. */
  forget(entry: Entry<V>): void;
}

/** The fold of one stage whose aggregates keep parts apart. */
export class PartsFold extends ArrayFold implements Apart<unknown[]> {
  private entered: Entry<unknown[]> | undefined;

  constructor(
    names: readonly string[],
    aggregates: readonly Aggregate<unknown, unknown, unknown>[],
    private readonly parts: PartTable,
  ) {
    super(names, aggregates);
  }

  settle(entry: Entry<unknown[]>): void {
    this.aggregates.forEach((aggregate, i) => {
      aggregate.settle?.(entry.value[i], this.parts.of(i, entryTime(entry), entryKey(entry)));
    });
  }

  enter(entry: Entry<unknown[]>): void {
    this.entered = entry;
  }

  forget(entry: Entry<unknown[]>): void {
    this.aggregates.forEach((aggregate, i) => {
      aggregate.forget?.(entry.value[i], this.parts.of(i, entryTime(entry), entryKey(entry)));
    });
  }

  override resultSource(i: number): string {
    return `fold.resultOf(${i}, v)`;
  }

  override resultOf(i: number, value: unknown[]): unknown {
    const aggregate = this.aggregates[i];
    if (this.entered === undefined || aggregate?.resultOf === undefined) {
      return super.resultOf(i, value);
    }
    const parts = this.parts.of(i, entryTime(this.entered), entryKey(this.entered));
    return aggregate.resultOf(value[i], parts);
  }
}

/** `apart` of a fold, if it is one that keeps parts. */
export function apartOf<V>(fold: unknown): Apart<V> | undefined {
  return fold instanceof PartsFold ? (fold as unknown as Apart<V>) : undefined;
}
