import type { Merging, Pairs } from '../../lib/state/stateStore.js';
import { type Kind, MergedGroups } from './mergedGroups.js';

/** The merged groups of one table by time. */
export class MergedTimes<V> {
  private readonly byTime = new Map<number, MergedGroups<V>>();
  private commits = 0;

  get size(): number {
    return this.byTime.size;
  }

  times(): readonly number[] {
    return [...this.byTime.keys()];
  }

  get(time: number): MergedGroups<V> | undefined {
    return this.byTime.get(time);
  }

  add(time: number, kind: Kind): MergedGroups<V> {
    const groups = new MergedGroups<V>(time + 0, kind); // −0 is 0
    this.byTime.set(time, groups);
    return groups;
  }

  /** Takes the groups of a time out. */
  take(time: number): MergedGroups<V> | undefined {
    const groups = this.byTime.get(time);
    if (groups !== undefined) this.byTime.delete(time);
    return groups;
  }

  /** Gives how many groups have not been changed before since the last commit. */
  merge(groups: MergedGroups<V>, pairs: Pairs<V>, fold: Merging<V>): number {
    return groups.merge(this.commits, pairs, fold);
  }

  /** Indexes of groups that have changed since the last commit. */
  changedOf(groups: MergedGroups<V>): Iterable<number> {
    return groups.changedIn(this.commits);
  }

  /** What has changed since the last commit. */
  *changes(): Iterable<readonly [number, Pairs<V>]> {
    for (const [time, groups] of this.byTime) {
      const changed = [...this.changedOf(groups)];
      if (changed.length === 0) continue;
      const keys = changed.map((at) => groups.keys[at]);
      yield [time, { keys, values: changed.map((at) => groups.values[at] as V) }];
    }
  }

  clear(): void {
    this.byTime.clear();
  }

  committed(): void {
    this.commits++;
  }
}
