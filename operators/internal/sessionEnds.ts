import type { MaybePromise } from '../../lib/maybe.js';
import type { StageContext } from '../../lib/plan/planNode.js';
import { type Entry, entryKey } from '../../lib/state/entry.js';
import type { KeyedTable } from '../../lib/state/stateStore.js';
import { DueIndex } from './dueIndex.js';
import type { KeySessions } from './sessionKey.js';

/** Of sessions whose gaps differ, ms. */
const usualStepMs = 1024;

/**
 * By when the latest session of each key may be over. A key is in the index once, at or before the end of its
 * latest session: what has become of the session since is seen when that time has come. Times are multiples of a
 * step, a small part of the gap, so that the many sessions which each have an end of their own lie in few pages.
 */
export class SessionEnds<V> {
  private readonly index: DueIndex;
  private readonly stepMs: number;

  /** @param gapMs NaN: each row has its own */
  constructor(
    private readonly ctx: StageContext,
    private readonly latest: KeyedTable<KeySessions<V>>,
    gapMs: number,
  ) {
    this.index = new DueIndex(ctx, 'ends');
    // Powers of two, of which larger ones are multiples of smaller ones: the gap may change between two runs.
    this.stepMs = gapMs > 0 ? 2 ** Math.max(0, Math.floor(Math.log2(gapMs)) - 3) : usualStepMs;
  }

  /** MUST be called in a stage's `prepare`, and awaited, before `take`. */
  load(): MaybePromise<void> {
    return this.index.load(this.ctx.evictionWatermark);
  }

  add(key: unknown, end: number): void {
    const step = Math.floor(end / this.stepMs) * this.stepMs;
    this.index.add(step > this.ctx.evictionWatermark ? step : end, key);
  }

  /** Takes out the keys whose latest session is over, and puts those of which it is not where it ends now. */
  take(): Entry<KeySessions<V>>[] {
    const upTo = this.ctx.evictionWatermark;
    const over: Entry<KeySessions<V>>[] = [];
    for (const { references } of this.index.take(upTo)) {
      for (const key of references) {
        const entry = this.latest.find(key);
        if (entry === undefined) continue;
        if (entry.value.end <= upTo) over.push(entry);
        else this.add(entryKey(entry), entry.value.end);
      }
    }
    return over;
  }
}
