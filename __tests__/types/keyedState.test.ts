import { expectTypeOf } from 'expect-type';
import { type Observable, of } from 'rxjs';
import { distinct } from '../../operators/distinct.js';
import { dropDuplicates } from '../../operators/dropDuplicates.js';
import { dropDuplicatesWithinWatermark } from '../../operators/dropDuplicatesWithinWatermark.js';
import { flatMapGroupsWithState } from '../../operators/flatMapGroupsWithState.js';
import { groupByKey } from '../../operators/groupByKey.js';
import type { GroupState } from '../../operators/internal/groupState/groupState.js';
import { limit } from '../../operators/limit.js';
import { mapGroupsWithState } from '../../operators/mapGroupsWithState.js';
import { asc, desc, orderBy } from '../../operators/orderBy.js';
import { transformWithState } from '../../operators/transformWithState.js';

interface Click {
  readonly user: string;
  readonly page: number | null;
  readonly at: Date;
}

const clicks: Observable<Click> = of();
const byUser = clicks.pipe(groupByKey((c) => c.user));

/** What does not compile is not run either. */
function refused(_body: () => void): () => void {
  return () => undefined;
}

describe('types of keyed operators', () => {
  it('keep the row type', () => {
    const rows = clicks.pipe(
      dropDuplicates((c) => c.user, { eventTime: (c) => c.at }),
      dropDuplicates(['user', 'at']),
      dropDuplicates({ eventTime: true }),
      dropDuplicates(),
      dropDuplicatesWithinWatermark(['user']),
      dropDuplicatesWithinWatermark((c) => c.page),
      distinct(),
      orderBy(
        desc((c) => c.page),
        asc((c) => c.user, { nulls: 'last' }),
        (c) => c.at,
      ),
      limit(3),
    );
    expectTypeOf(rows).toEqualTypeOf<Observable<Click>>();
  });

  it(
    'know the columns',
    refused(() => {
      // @ts-expect-error no such column
      clicks.pipe(dropDuplicates(['id']));
      // @ts-expect-error no such column
      clicks.pipe(orderBy(desc((c) => c.id)));
      // @ts-expect-error a number is no event time option
      clicks.pipe(dropDuplicates((c) => c.user, { eventTime: 5 }));
    }),
  );

  it('give key, rows and state to a function', () => {
    const counts = byUser.pipe(
      mapGroupsWithState((user, rows, state: GroupState<number>) => {
        expectTypeOf(user).toEqualTypeOf<string>();
        expectTypeOf(rows).toEqualTypeOf<readonly Click[]>();
        state.update(rows.length);
        // @ts-expect-error the state is a number
        state.update('1');
        return { user, n: rows.length };
      }),
    );
    expectTypeOf(counts).toEqualTypeOf<Observable<{ user: string; n: number }>>();
    const flat = byUser.pipe(
      flatMapGroupsWithState(
        function* (user, rows, state: GroupState<number>) {
          if (state.hasTimedOut) yield [user, rows.length] as const;
        },
        { timeout: 'eventTime', initialState: [['a', 1]] },
      ),
    );
    expectTypeOf(flat).toEqualTypeOf<Observable<readonly [string, number]>>();
  });

  it(
    'refuse initial state of another type, and other modes',
    refused(() => {
      const fn = (_user: string, _rows: readonly Click[], _state: GroupState<number>) => [];
      // @ts-expect-error the state is a number
      flatMapGroupsWithState(fn, { initialState: [['a', 'b']] });
      // @ts-expect-error complete is no mode of a function
      flatMapGroupsWithState(fn, { outputMode: 'complete' });
      // @ts-expect-error rows without a key
      clicks.pipe(flatMapGroupsWithState(fn));
    }),
  );

  it('give the declared state, and timers where there is a time', () => {
    const out = byUser.pipe(
      transformWithState({
        timeMode: 'processingTime',
        init: (handle) => ({
          n: handle.value<number>('n', { ttl: '1 hour' }),
          pages: handle.map<number, Date>('pages'),
        }),
        handleInputRows(user, rows, state, ctx) {
          expectTypeOf(user).toEqualTypeOf<string>();
          expectTypeOf(rows).toEqualTypeOf<readonly Click[]>();
          state.n.update(rows.length);
          state.pages.updateValue(1, new Date(0));
          // @ts-expect-error a page is a number
          state.pages.updateValue('1', new Date(0));
          ctx.registerTimer(new Date(5));
          return [{ user, timers: ctx.listTimers() }];
        },
        handleExpiredTimer(user, timerMs, state) {
          expectTypeOf(timerMs).toEqualTypeOf<number>();
          state.n.clear();
          return [{ user, timers: [] as readonly number[] }];
        },
      }),
    );
    expectTypeOf(out).toEqualTypeOf<Observable<{ user: string; timers: readonly number[] }>>();
  });

  it(
    'have no timers in mode none, and a ttl in processing time only',
    refused(() => {
      byUser.pipe(
        transformWithState({
          timeMode: 'none',
          // @ts-expect-error a ttl needs processing time
          init: (handle) => handle.value<number>('n', { ttl: 5 }),
          handleInputRows(_user, _rows, _n, ctx) {
            // @ts-expect-error timers need a time mode
            ctx.registerTimer(5);
            return [ctx.getCurrentProcessingTimeMs()];
          },
        }),
      );
      byUser.pipe(
        transformWithState({
          timeMode: 'none',
          init: () => 0,
          handleInputRows: () => [],
          // @ts-expect-error nothing can fire
          handleExpiredTimer: () => [],
        }),
      );
      byUser.pipe(
        transformWithState({
          timeMode: 'eventTime',
          // @ts-expect-error a ttl needs processing time
          init: (handle) => handle.list<number>('n', { ttl: 5 }),
          handleInputRows: () => [],
        }),
      );
      byUser.pipe(
        transformWithState({
          timeMode: 'processingTime',
          init: () => 0,
          handleInputRows: (_user, rows) => [...rows],
          // @ts-expect-error rows have an event time in event time mode only
          eventTime: (row: Click) => row.at,
        }),
      );
    }),
  );

  it('know the rows whose event time is asked for', () => {
    const out = byUser.pipe(
      transformWithState({
        timeMode: 'eventTime',
        init: () => 0,
        handleInputRows: (_user, rows) => [...rows],
        eventTime: (row) => row.at,
      }),
    );
    expectTypeOf(out).toEqualTypeOf<Observable<Click>>();
  });
});
