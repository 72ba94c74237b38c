import { mergeMap, NEVER, type SchedulerLike } from 'rxjs';
import {
  asap,
  continuous,
  flatMapGroupsWithState,
  groupByKey,
  memorySink,
  memoryStream,
  processingTime,
  readStream,
  type Trigger,
  writeStream,
} from '../../index.js';
import { manualClock } from '../../lib/testing/manualClock.js';
import { longestDelayMs, scheduleAfter } from '../../lib/triggers/scheduleAfter.js';

const day = 86_400_000;

/** A clock that takes no more than Node's timers, which fire at once when asked for more. */
function nodeLike() {
  const clock = manualClock();
  const timers: SchedulerLike = {
    now: () => clock.now(),
    schedule: (work, delay = 0, state) => {
      if (delay > longestDelayMs) throw new RangeError(`no timer waits ${delay} ms`);
      return clock.schedule(work, delay, state as never);
    },
  };
  return { clock, timers };
}

/** Lets everything that waits for nothing but its turn go on. */
const settled = async () => {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
};

describe('delays that are longer than a timer of Node', () => {
  it.each([longestDelayMs, longestDelayMs + 1, 40 * day, 100 * day])('waits %d ms', (delay) => {
    const { clock, timers } = nodeLike();
    const calls: unknown[] = [];
    scheduleAfter(timers, (state) => calls.push(state), delay, 'x');
    clock.advance(delay - 1);
    expect(calls).toEqual([]);
    clock.advance(1);
    expect(calls).toEqual(['x']);
  });

  it('can be called off while it waits', () => {
    const { clock, timers } = nodeLike();
    const calls: unknown[] = [];
    const waiting = scheduleAfter(timers, () => calls.push(1), 60 * day);
    clock.advance(30 * day);
    waiting.unsubscribe();
    clock.advance(60 * day);
    expect(calls).toEqual([]);
  });

  it.each<[string, (clock: SchedulerLike) => Trigger | SchedulerLike]>([
    ['asap', asap],
    ['an RxJS scheduler', (clock) => clock],
    ['processingTime', (clock) => processingTime('1 minute', clock)],
    ['processingTime of 40 days', (clock) => processingTime('40 days', clock)],
    ['continuous of 40 days', (clock) => continuous('40 days', clock)],
  ])('a timeout in 30 days fires once and wakes the query for nothing else: %s', async (_, of) => {
    const { clock, timers } = nodeLike();
    const words = memoryStream<string>();
    const sink = memorySink<string>();
    const query = writeStream(
      readStream(words).pipe(
        groupByKey((word) => word),
        flatMapGroupsWithState(
          (key: string, _rows, state) => {
            if (state.hasTimedOut) return [`${key} at ${state.getCurrentProcessingTimeMs() / day}`];
            state.setTimeoutDuration('30 days');
            return [];
          },
          { timeout: 'processingTime' },
        ),
      ),
      { sink, trigger: of(timers) as Trigger, internals: { clock: timers } },
    );
    words.addData('a');
    await settled();
    for (let i = 0; i < 90; i++) {
      clock.advance(day);
      await settled();
    }
    expect(sink.rows()).toHaveLength(1);
    expect(query.recentProgress.length).toBeLessThanOrEqual(3);
    await query.stop();
  });

  it('awaitTermination and rxTimeout wait as long as they say', async () => {
    const { clock, timers } = nodeLike();
    const words = memoryStream<string>();
    const query = writeStream(readStream(words).pipe(mergeMap(() => NEVER)), {
      sink: memorySink(),
      rxTimeout: '40 days',
      trigger: asap(timers),
      internals: { clock: timers },
    });
    words.addData('a');
    let answer: unknown;
    void query.awaitTermination('30 days').then((ended) => {
      answer = ended;
    });
    await settled();
    clock.advance(30 * day - 1);
    await settled();
    expect(answer).toBeUndefined();
    clock.advance(1);
    await settled();
    expect(answer).toBe(false);
    expect(query.isActive).toBe(true);
    clock.advance(10 * day);
    await expect(query.awaitTermination()).rejects.toMatchObject({
      cause: { code: 'RX_DID_NOT_COMPLETE' },
    });
  });
});
