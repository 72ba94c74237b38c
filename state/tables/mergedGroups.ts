import { isPackedPair } from '../../lib/state/packedPair.js';
import type { Merging, Pairs } from '../../lib/state/stateStore.js';
import { NumberSlots } from './numberSlots.js';

export type Kind = 'number' | 'string';

/**
 * Groups of one time that were merged by the whole: keys and values side by side, without an entry each, of
 * which most would live for a window and be asked for by nobody (docs/performance.md). They are all numbers
 * or all text, which are their own canonical form.
 */
export class MergedGroups<V> implements Pairs<V> {
  readonly keys: unknown[] = [];
  readonly values: V[] = [];
  private readonly slots: Slots;
  private commit = Number.NaN;
  /** So many were there before what is to be committed, and have no change but those in `again`. */
  private older = 0;
  private readonly again = new Set<number>();

  constructor(
    readonly time: number,
    readonly kind: Kind,
  ) {
    this.slots = kind === 'number' ? new NumberSlots() : new TextSlots();
  }

  /**
   * Gives how many groups have not been changed before since the last commit.
   *
   * @param commit number of the commit to come.
   */
  merge(commit: number, { keys, values }: Pairs<V>, fold: Merging<V>): number {
    if (commit !== this.commit) this.begin(commit);
    const { slots } = this;
    slots.reserve(keys.length);
    const before = this.keys.length;
    let again = 0;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      const value = values[i] as V;
      const at = slots.slotOf(key) - 1;
      if (at < 0) {
        slots.addSlot(key);
        this.keys.push(key === 0 ? 0 : key); // −0 is 0
        this.values.push(fold.merge(fold.zero(), value));
        continue;
      }
      this.values[at] = fold.merge(this.values[at] as V, value);
      if (at < this.older && this.isFirstChange(at)) again++;
    }
    return this.keys.length - before + again;
  }

  /** Indexes of the groups that this commit will have to write. */
  *changedIn(commit: number): Iterable<number> {
    if (commit !== this.commit) return;
    yield* this.again;
    for (let at = this.older; at < this.keys.length; at++) yield at;
  }

  private begin(commit: number): void {
    this.commit = commit;
    this.older = this.keys.length;
    this.again.clear();
  }

  private isFirstChange(at: number): boolean {
    const { size } = this.again;
    return this.again.add(at).size > size;
  }
}

/** Keys of one kind, each with a slot: 1, 2, … in the order in which they came. */
interface Slots {
  slotOf(key: unknown): number;
  addSlot(key: unknown): void;
  reserve(more: number): void;
}

class TextSlots implements Slots {
  private readonly slots = new Map<string, number>();

  slotOf(key: string): number {
    return this.slots.get(key) ?? 0;
  }

  addSlot(key: string): void {
    this.slots.set(key, this.slots.size + 1);
  }

  reserve(): void {}
}

/** Of keys that are their own canonical form; undefined: one is not, or they differ. */
export function kindOf(keys: readonly unknown[]): Kind | undefined {
  const kind = typeof keys[0];
  if (kind === 'number') return keys.every(isOwnNumber) ? kind : undefined;
  return kind === 'string' && keys.every(isOwnText) ? kind : undefined;
}

function isOwnNumber(key: unknown): boolean {
  return typeof key === 'number' && !isPackedPair(key) && !Number.isNaN(key);
}

function isOwnText(key: unknown): boolean {
  return typeof key === 'string' && key.charCodeAt(0) !== 0;
}
