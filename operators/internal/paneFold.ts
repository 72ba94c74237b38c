import type { Pairs } from '../../lib/state/stateStore.js';
import type { Fold } from './fold.js';

/** The keys of a pane in order of appearance, and what their rows are folded into. */
class Pane<V> implements Pairs<V> {
  readonly keys: unknown[] = [];
  readonly values: V[] = [];
  readonly indexes = new Map<unknown, number>();
}

/**
 * The rows of one batch, folded per pane (by start, ms) and key; keys are primitives, which a `Map`
 * compares as state does.
 */
export class PaneFold<V> {
  private panes = new Map<number, Pane<V>>();
  private lastStart = Number.NaN;
  private lastPane: Pane<V> | undefined;

  constructor(private readonly fold: Fold<V>) {}

  /** False, and nothing done, for a key that is an object. */
  add(paneStart: number, key: unknown, row: unknown): boolean {
    if (typeof key === 'object' && key !== null) return false;
    const pane =
      paneStart === this.lastStart && this.lastPane ? this.lastPane : this.paneAt(paneStart);
    const { indexes, values } = pane;
    const at = indexes.get(key);
    if (at === undefined) {
      indexes.set(key, values.length);
      pane.keys.push(key);
      values.push(this.fold.add(this.fold.zero(), row));
    } else values[at] = this.fold.add(values[at] as V, row);
    return true;
  }

  /** Hands out every pane once, and forgets them. */
  drain(take: (paneStart: number, pane: Pairs<V>) => void): void {
    for (const [start, pane] of this.panes) take(start, pane);
    this.clear();
  }

  clear(): void {
    if (this.panes.size > 0) this.panes = new Map();
    this.lastStart = Number.NaN;
    this.lastPane = undefined;
  }

  private paneAt(start: number): Pane<V> {
    let pane = this.panes.get(start);
    if (pane === undefined) {
      pane = new Pane();
      this.panes.set(start, pane);
    }
    this.lastStart = start;
    this.lastPane = pane;
    return pane;
  }
}
