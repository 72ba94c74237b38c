import * as O from 'fp-ts/lib/Option.js';
import { Duration } from 'luxon';
import { StreamingError } from '../../lib/errors.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState, GroupTimeout } from '../../operators/internal/groupState/groupState.js';
import { type BatchInput, OperatorHarness } from './operatorHarness.js';

type Body = (state: GroupState<number>) => unknown;

/** One call of a function on the state of one key: what `body` answers, or the code it throws. */
class OneKey {
  private body: Body = () => null;
  private readonly run: OperatorHarness<string, unknown>;

  constructor(timeout: GroupTimeout, delayMs?: number) {
    this.run = new OperatorHarness<string, unknown>(
      (source) =>
        source.pipe(
          groupByKey((key) => key),
          flatMapGroupsWithState((_key, _rows, state: GroupState<number>) => [this.body(state)], {
            timeout,
          }),
        ),
      delayMs === undefined ? {} : { delayMs },
    );
  }

  call(body: Body, batch: BatchInput<string> = {}): unknown {
    this.body = body;
    try {
      return this.run.batch({ rows: [['k', null]], ...batch }).rows[0];
    } catch (error) {
      return error instanceof StreamingError ? error.code : error;
    }
  }

  idle(batch: BatchInput<string>, body: Body): readonly unknown[] {
    this.body = body;
    return this.run.batch({ rows: [], ...batch }).rows;
  }

  get total(): number {
    return this.run.total;
  }
}

const get = (state: GroupState<number>) => O.toNullable(state.get());
const at = 1000;

describe('GroupState', () => {
  it('is absent, updated, removed, removed again and updated', () => {
    const key = new OneKey('none');
    expect(key.call((state) => [state.exists, get(state)])).toEqual([false, null]);
    expect(
      key.call((state) => {
        state.update(0);
        return [state.exists, get(state)];
      }),
    ).toEqual([true, 0]); // 0 is a state like any other
    expect(key.call((state) => [state.exists, get(state)])).toEqual([true, 0]);
    expect(
      key.call((state) => {
        state.remove();
        state.remove();
        return [state.exists, get(state)];
      }),
    ).toEqual([false, null]);
    expect(key.total).toBe(0);
    key.call((state) => {
      state.remove();
      state.update(2);
    });
    expect(key.call(get)).toBe(2);
    expect(key.total).toBe(1);
  });

  it('refuses null and undefined as a state', () => {
    expect(new OneKey('none').call((state) => state.update(null as never))).toBe('STATE_NULL');
    expect(new OneKey('none').call((state) => state.update(undefined as never))).toBe('STATE_NULL');
  });

  it('takes no timeout without the option', () => {
    const kind = 'GROUP_STATE_TIMEOUT_KIND';
    expect(new OneKey('none').call((state) => state.setTimeoutDuration(1))).toBe(kind);
    expect(new OneKey('none').call((state) => state.setTimeoutTimestamp(1))).toBe(kind);
    expect(new OneKey('eventTime', 0).call((state) => state.setTimeoutDuration(1))).toBe(kind);
    expect(new OneKey('processingTime').call((state) => state.setTimeoutTimestamp(1))).toBe(kind);
  });

  it.each([
    ['-1 month 31 days 1 second', 1000], // a month counts 31 days
    [500, 500],
    ['2 seconds', 2000],
    [{ minutes: 1 }, 60_000],
    [Duration.fromMillis(7), 7],
  ])('a processing timeout of %p is %p ms from now', (duration, ms) => {
    const key = new OneKey('processingTime');
    key.call((state) => state.setTimeoutDuration(duration), { at });
    expect(key.total).toBe(1); // a timeout without a state
    expect(key.idle({ at: at + ms }, (state) => state.hasTimedOut)).toEqual([]);
    expect(key.idle({ at: at + ms + 1 }, (state) => state.hasTimedOut)).toEqual([true]);
    expect(key.total).toBe(0);
  });

  it.each([[-1000], [0], ['-2 seconds'], ['-1 month'], ['1 month -31 days'], ['soon'], [null]])(
    'refuses a timeout of %p',
    (duration) => {
      const key = new OneKey('processingTime');
      expect(key.call((state) => state.setTimeoutDuration(duration as never))).toBe(
        'GROUP_STATE_DURATION',
      );
    },
  );

  it('takes timestamps from the watermark on', () => {
    const set = (timestamp: number | Date, additional?: string) =>
      new OneKey('eventTime', 0).call((state) => state.setTimeoutTimestamp(timestamp, additional), {
        late: 1000,
        evict: 1000,
      });
    for (const fine of [5000, 10_000, new Date(20_000), 1000]) expect(set(fine)).toBeUndefined();
    expect(set(900, '100 milliseconds')).toBeUndefined();
    expect(set(999)).toBe('GROUP_STATE_TIMEOUT_PAST');
    expect(set(900, '99 milliseconds')).toBe('GROUP_STATE_TIMEOUT_PAST');
    for (const bad of [-10_000, 0, new Date(-10_000), Number.NaN, new Date(Number.NaN)]) {
      expect(set(bad)).toBe('GROUP_STATE_TIMESTAMP');
    }
    for (const negative of ['-3 seconds', '-1 month', '1 month -32 days']) {
      expect(set(10_000, negative)).toBe('GROUP_STATE_TIMESTAMP');
    }
  });

  it('keeps a timeout through update and remove of the same call', () => {
    const key = new OneKey('eventTime', 0);
    key.call((state) => {
      state.setTimeoutTimestamp(5000);
      state.update(5);
      state.remove();
    });
    expect(key.total).toBe(1);
    const fired = key.idle({ late: 0, evict: 5001 }, (state) => [state.exists, state.hasTimedOut]);
    expect(fired).toEqual([[false, true]]);
  });

  it('clears the timeout in every call that does not set one', () => {
    const key = new OneKey('processingTime');
    key.call(
      (state) => {
        state.update(1);
        state.setTimeoutDuration(10);
      },
      { at: 0 },
    );
    expect(key.call(get, { at: 5 })).toBe(1);
    expect(key.idle({ at: 100 }, get)).toEqual([]);
    expect(key.total).toBe(1);
  });

  it('clears a timeout that has fired', () => {
    const key = new OneKey('eventTime', 0);
    key.call((state) => {
      state.update(1);
      state.setTimeoutTimestamp(100);
    });
    expect(key.idle({ late: 0, evict: 100 }, get)).toEqual([]); // strictly later
    expect(key.idle({ late: 100, evict: 101 }, get)).toEqual([1]);
    expect(key.idle({ late: 101, evict: 999 }, get)).toEqual([]);
    expect(key.total).toBe(1);
  });

  it('does not fire the old timeout of a key that gets rows', () => {
    const key = new OneKey('processingTime');
    const arm: Body = (state) => {
      state.setTimeoutDuration(10);
      return state.hasTimedOut;
    };
    expect(key.call(arm, { at: 0 })).toBe(false);
    expect(key.call(arm, { at: 50 })).toBe(false);
    expect(key.idle({ at: 60 }, arm)).toEqual([]);
    expect(key.idle({ at: 61 }, arm)).toEqual([true]);
  });

  it('knows watermark and processing time', () => {
    const watermark: Body = (state) => state.getCurrentWatermarkMs();
    expect(new OneKey('none').call(watermark)).toBe('GROUP_STATE_NO_WATERMARK');
    expect(new OneKey('none', 10).call(watermark)).toBe(0);
    expect(new OneKey('eventTime', 10).call(watermark, { late: 5, evict: 7 })).toBe(7);
    expect(new OneKey('eventTime', 10).call(watermark, { late: 5, closing: true })).toBe(5);
    const now: Body = (state) => state.getCurrentProcessingTimeMs();
    expect(new OneKey('none').call(now, { at: 1234 })).toBe(1234);
  });

  it('is gone once the function has returned', () => {
    const key = new OneKey('processingTime');
    let kept!: GroupState<number>;
    key.call((state) => {
      kept = state;
    });
    const over = expect.objectContaining({ code: 'GROUP_STATE_CALL_OVER' });
    expect(() => kept.update(1)).toThrow(over);
    expect(() => kept.get()).toThrow(over);
    expect(() => kept.exists).toThrow(over);
    expect(() => kept.remove()).toThrow(over);
    expect(() => kept.setTimeoutDuration(1)).toThrow(over);
    expect(key.total).toBe(0);
  });

  it('calls each waiting key once in the closing batch, whatever it sets again', () => {
    for (const timeout of ['processingTime', 'eventTime'] as const) {
      const key = new OneKey(timeout, 0);
      const arm: Body = (state) => {
        if (timeout === 'eventTime') state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + 9);
        else state.setTimeoutDuration(9);
        return state.hasTimedOut;
      };
      key.call(arm);
      expect(key.idle({ closing: true }, arm)).toEqual([true]);
    }
  });
});
