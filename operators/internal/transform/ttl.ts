import type { MaybePromise } from '../../../lib/maybe.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import { entryKey } from '../../../lib/state/entry.js';
import type { TimedTable } from '../../../lib/state/stateStore.js';

/**
 * Expiries of one state variable, `ttl:name := expiry key -> null`: what is due is found at the cost
 * of what is due.
 *
 * Invariant: a live cell with expiry `t` has exactly one entry, at `t`. Each update rewrites it.
 */
export class Ttl {
  private readonly index: TimedTable<null>;

  constructor(
    private readonly ctx: StageContext,
    name: string,
    private readonly ttlMs: number,
  ) {
    this.index = ctx.state.timed<null>(`ttl:${name}`, { counted: false });
  }

  /** Expiry of what is written now. */
  expiryMs(): number {
    return this.ctx.batchTimestampMs + this.ttlMs;
  }

  /** The cell of `key` expires at `to` now, not at `from`; NaN: there is, or was, none. */
  move(key: unknown, from: number, to: number): void {
    if (Object.is(from, to)) return;
    if (!Number.isNaN(from)) {
      const entry = this.index.find(from, key);
      if (entry !== undefined) this.index.remove(entry);
    }
    if (!Number.isNaN(to)) this.index.insert(to, key, null);
  }

  load(): MaybePromise<void> {
    return this.index.load(this.ctx.batchTimestampMs);
  }

  /** Forgets what is due and calls `expire` for the key of each; says how many. */
  clean(expire: (key: unknown) => void): number {
    let removed = 0;
    for (const entry of this.index.due(this.ctx.batchTimestampMs)) {
      this.index.remove(entry);
      expire(entryKey(entry));
      removed += 1;
    }
    return removed;
  }

  firstMs(): MaybePromise<number | undefined> {
    return this.index.firstTime();
  }

  loadAll(): MaybePromise<void> {
    return this.index.loadAll();
  }

  drop(): void {
    for (const entry of [...this.index.entries()]) this.index.remove(entry);
  }
}
