import { setImmediate } from 'node:timers/promises';
import { manualClock } from '../../lib/testing/manualClock.js';

const mostTicks = 3000;
const tickMs = 200;

/** The clock of a run: with each turn of the event loop that somebody waits it goes on by a tick. */
export class VirtualTime {
  readonly clock = manualClock(1_000_000);

  /** Until the answer is there, good or bad. */
  async until(answer: Promise<unknown>, ms = tickMs): Promise<void> {
    let answered = false;
    const settle = () => {
      answered = true;
    };
    answer.then(settle, settle);
    await this.untilSo(() => answered, ms);
  }

  /** The same, of what must not need time: the clock stands still. */
  atOnce(answer: Promise<unknown>): Promise<void> {
    return this.until(answer, 0);
  }

  async untilSo(isSo: () => boolean, ms = tickMs): Promise<void> {
    for (let ticks = 0; ; ticks++) {
      await setImmediate();
      if (isSo()) return;
      if (ticks > mostTicks) throw new RangeError('the query hangs');
      if (ms > 0) this.clock.advance(ms);
    }
  }

  async pass(ticks: number): Promise<void> {
    for (let left = ticks; left > 0; left--) {
      this.clock.advance(tickMs);
      await setImmediate();
    }
  }
}
