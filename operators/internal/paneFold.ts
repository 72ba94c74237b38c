import type { Fold } from './fold.js';

interface Part<V> {
  value: V;
}

/**
 * The rows of one batch, folded per pane (by start, ms) and key; keys are primitives, which a `Map`
 * compares as state does.
 */
export class PaneFold<V> {
  private panes = new Map<number, Map<unknown, Part<V>>>();
  private lastStart = Number.NaN;
  private lastPane: Map<unknown, Part<V>> | undefined;

  constructor(private readonly fold: Fold<V>) {}

  /** False, and nothing done, for a key that is an object. */
  add(paneStart: number, key: unknown, row: unknown): boolean {
    if (typeof key === 'object' && key !== null) return false;
    const pane =
      paneStart === this.lastStart && this.lastPane ? this.lastPane : this.paneAt(paneStart);
    const part = pane.get(key);
    if (part === undefined) pane.set(key, { value: this.fold.add(this.fold.zero(), row) });
    else part.value = this.fold.add(part.value, row);
    return true;
  }

  /** Hands out every part once, and forgets them. */
  drain(take: (paneStart: number, key: unknown, value: V) => void): void {
    for (const [start, pane] of this.panes) {
      for (const [key, part] of pane) take(start, key, part.value);
    }
    this.clear();
  }

  clear(): void {
    if (this.panes.size > 0) this.panes = new Map();
    this.lastStart = Number.NaN;
    this.lastPane = undefined;
  }

  private paneAt(start: number): Map<unknown, Part<V>> {
    let pane = this.panes.get(start);
    if (pane === undefined) {
      pane = new Map();
      this.panes.set(start, pane);
    }
    this.lastStart = start;
    this.lastPane = pane;
    return pane;
  }
}
