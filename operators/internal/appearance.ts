import { type Entry, entryTime } from '../../lib/state/entry.js';
import type { Aggregate } from '../aggregates/aggregate.js';
import { ArrayFold, type Fold } from './fold.js';

/**
 * When a group appeared, as a number that grows: kept beside its accumulators, only where a plan reads
 * the order of a whole table (`limit` in complete mode), because tables forget it in a restart.
 *
 * The next number needs no entry of its own: in complete mode every group is read before the first row.
 */
class Appearance implements Aggregate<unknown, number, number> {
  readonly name = 'appearance';
  readonly anyOrder = true;
  readonly exactMerge = true;
  private next = 0;

  zero(): number {
    return this.next++;
  }

  add(acc: number): number {
    return acc;
  }

  merge(acc: number, later: number): number {
    return Math.min(acc, later);
  }

  result(acc: number): number {
    return acc;
  }

  fromStored(stored: unknown): number {
    const appeared = stored as number;
    if (appeared >= this.next) this.next = appeared + 1;
    return appeared;
  }
}

/** The fold of one stage, which also remembers in which order groups appeared. */
export function withAppearance<V>(fold: Fold<V>): Fold<V> {
  return appearing(fold) as unknown as Fold<V>;
}

function appearing<V>({ names, aggregates }: Fold<V>): ArrayFold {
  return new ArrayFold(names, [...aggregates, new Appearance()]);
}

/** Groups in the order in which they appeared, if `fold` remembers it; else as they come. */
export function inOrderOfAppearance<V>(
  fold: Fold<V>,
  entries: Iterable<Entry<V>>,
): Iterable<Entry<V>> {
  if (!(fold instanceof ArrayFold)) return entries;
  const at = fold.aggregates.length - 1;
  if (!(fold.aggregates[at] instanceof Appearance)) return entries;
  const appeared = (entry: Entry<V>) => (entry.value as readonly number[])[at] as number;
  // Windows of one row appear together: earlier ones first.
  return [...entries].sort((a, b) => appeared(a) - appeared(b) || entryTime(a) - entryTime(b));
}
