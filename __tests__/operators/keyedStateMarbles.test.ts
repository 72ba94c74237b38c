import * as O from 'fp-ts/lib/Option.js';
import { TestScheduler } from 'rxjs/testing';
import { distinct } from '../../operators/distinct.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState } from '../../operators/internal/groupState/groupState.js';
import { limit } from '../../operators/limit.js';
import { transformWithState } from '../../operators/transformWithState.js';

type Run = Parameters<TestScheduler['run']>[0];

const marbles = (body: Run) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);

describe('keyed operators in a live subscription', () => {
  it('distinct passes a row in its own frame', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('--a--b-a--c---|');
      const subs = '      ^-------------!';
      const expected = '  --a--b----c---|';
      expectObservable(source.pipe(distinct())).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('dropDuplicates: empty, never, error, early unsubscription, two subscriptions', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      expectObservable(cold('|').pipe(dropDuplicates())).toBe('|');
      expectObservable(cold('-').pipe(dropDuplicates())).toBe('-');
      expectObservable(cold('-a-#').pipe(dropDuplicates())).toBe('-a-#');
      const source = hot('-a-a-b-|');
      const unique = source.pipe(dropDuplicates());
      expectObservable(unique, '^--!').toBe('-a--');
      expectObservable(unique, '--^----').toBe('---a-b-|');
      expectSubscriptions(source.subscriptions).toBe(['^--!', '--^----!']);
    });
  });

  it('what a key function throws is the error of the stream', () => {
    marbles(({ cold, expectObservable }) => {
      const failing = dropDuplicates(() => {
        throw 'mine';
      });
      expectObservable(cold('-a-|').pipe(failing)).toBe('-#', undefined, 'mine');
    });
  });

  it('limit reads what stands before it to the end', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-c-d-|');
      const subs = '      ^--------!';
      const expected = '  -a-b-----|';
      expectObservable(source.pipe(limit(2))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('a timeout fires on its own, one frame after it', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('-a---b--a-------');
      // a: 1 + 2, and later than that; b: 5 + 5; a again: 8 + 2, at once with b, in order of key.
      const expected = '  -a--xb--a--(xy)-';
      const rows = { a: 'a1', b: 'b1', x: 'a gone', y: 'b gone' };
      const silent = source.pipe(
        groupByKey((key) => key),
        flatMapGroupsWithState(
          (key, seen, state: GroupState<number>) => {
            if (state.hasTimedOut) return [`${key} gone`];
            state.setTimeoutDuration(key === 'a' ? 2 : 5);
            return [`${key}${seen.length}`];
          },
          { timeout: 'processingTime' },
        ),
      );
      expectObservable(silent).toBe(expected, rows);
    });
  });

  it('a timer fires in its own frame, and state lives as long as the subscription', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('-a--a----|');
      const expected = '  -A--B-t--|';
      const rows = { A: 1, B: 2, t: -1 };
      const timed = source.pipe(
        groupByKey((key) => key),
        transformWithState({
          timeMode: 'processingTime',
          init: (handle) => handle.value<number>('n'),
          handleInputRows(_key, seen, n, ctx): number[] {
            if (!n.exists) ctx.registerTimer(ctx.getCurrentProcessingTimeMs() + 5);
            n.update(O.getOrElse(() => 0)(n.get()) + seen.length);
            return [O.getOrElse(() => 0)(n.get())];
          },
          handleExpiredTimer: (): number[] => [-1],
        }),
      );
      expectObservable(timed).toBe(expected, rows);
    });
  });

  it('completion fires what is still waiting, once', () => {
    marbles(({ hot, expectObservable }) => {
      const source = hot('-a-|');
      const timed = source.pipe(
        groupByKey((key) => key),
        transformWithState({
          timeMode: 'processingTime',
          init: () => 0,
          handleInputRows(_key, _rows, _state, ctx): string[] {
            ctx.registerTimer(1_000_000);
            return [];
          },
          handleExpiredTimer: (key): string[] => [key],
        }),
      );
      expectObservable(timed).toBe('---(a|)');
    });
  });
});
