import { expectTypeOf } from 'expect-type';
import * as N from 'fp-ts/lib/number.js';
import { filter, map, type Observable, type OperatorFunction, of, pipe } from 'rxjs';
import type { Decimal } from '../../lib/schema/decimal.js';
import type { TimeWindow } from '../../lib/time/timeWindow.js';
import { aggregate } from '../../operators/aggregate.js';
import type { Aggregates } from '../../operators/aggregates/aggregates.js';
import { fromMonoid } from '../../operators/aggregates/fromMonoid.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { observe } from '../../operators/observe.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { window } from '../../operators/window.js';
import { windowOf } from '../../operators/windowOf.js';
import { windowTime } from '../../operators/windowTime.js';
import { withWatermark } from '../../operators/withWatermark.js';

interface Event {
  readonly time: Date;
  readonly action: string | null;
  readonly ms: number | null;
  readonly big: bigint;
  readonly price: Decimal;
}

const events: Observable<Event> = of();

describe('types of grouping and aggregation', () => {
  it('infers the example of the README with no annotation', () => {
    const counts = events.pipe(
      withWatermark((e) => e.time, '10 minutes'),
      groupByKey((e) => e.action),
      window('1 hour', { slide: '30 minutes' }),
      aggregate((rows) => ({ n: rows.count(), mean: rows.avg((e) => e.ms) })),
    );
    expectTypeOf(counts).toEqualTypeOf<
      Observable<{ key: string | null; window: TimeWindow; n: number; mean: number | null }>
    >();
  });

  it('takes key and window in either order', () => {
    const row = events.pipe(window('1 hour'), groupByKey('action'), count());
    expectTypeOf(row).toEqualTypeOf<
      Observable<{ window: TimeWindow; key: string | null; count: number }>
    >();
  });

  it('keeps tuple and object keys, and names several columns', () => {
    const tuples = events.pipe(
      groupByKey((e) => [e.action, e.ms]),
      count(),
    );
    expectTypeOf(tuples).toExtend<Observable<{ key: readonly [string | null, number | null] }>>();
    const objects = events.pipe(
      groupByKey((e) => ({ a: e.action })),
      count(),
    );
    expectTypeOf(objects).toExtend<Observable<{ key: { readonly a: string | null } }>>();
    const columns = events.pipe(groupByKey('action', 'ms'), count());
    expectTypeOf(columns).toEqualTypeOf<
      Observable<{ key: { action: string | null; ms: number | null }; count: number }>
    >();
  });

  it('gives windows in ms on request, and single groups without key', () => {
    const row = events.pipe(window('1 hour', { timestamps: 'ms' }), count());
    expectTypeOf(row).toEqualTypeOf<Observable<{ window: TimeWindow<number>; count: number }>>();
    const all = events.pipe(aggregate((rows) => ({ last: rows.last((e) => e.action) })));
    expectTypeOf(all).toEqualTypeOf<Observable<{ last: string | null }>>();
    const session = events.pipe(
      groupByKey('action'),
      sessionWindow((e) => e.ms, { timestamps: 'ms' }),
    );
    expectTypeOf(session.pipe(count())).toEqualTypeOf<
      Observable<{ key: string | null; window: TimeWindow<number>; count: number }>
    >();
  });

  it('shows key and value to an RxJS operator, and groups on behind it', () => {
    const grouped = events.pipe(
      groupByKey((e) => e.action),
      filter((g) => g.key !== 'ping' && g.value.ms !== 0),
      aggregate((rows) => ({ most: rows.max((e) => e.ms) })),
    );
    expectTypeOf(grouped).toEqualTypeOf<Observable<{ key: string | null; most: number | null }>>();
    const values = events.pipe(
      groupByKey((e) => e.action),
      map((g) => g.value),
      count(),
    );
    expectTypeOf(values).toEqualTypeOf<Observable<{ count: number }>>();
  });

  it('takes functions that say their row type, behind a grouping and without a stream', () => {
    const action = (e: Event) => e.action;
    const time = (e: Event) => e.time;
    const results = (rows: Aggregates<Event>) => ({ most: rows.max((e) => e.ms) });
    interface Row {
      key: string | null;
      window: TimeWindow;
      most: number | null;
    }
    const keyLast = events.pipe(window('1 hour', { time }), groupByKey(action), aggregate(results));
    expectTypeOf(keyLast).toEqualTypeOf<Observable<Row>>();
    const keyFirst = events.pipe(
      groupByKey(action),
      window('1 hour', { time }),
      aggregate(results),
    );
    expectTypeOf(keyFirst).toEqualTypeOf<Observable<Row>>();
    const sessions = events.pipe(
      groupByKey(action),
      sessionWindow((e: Event) => e.ms, { time }),
      aggregate(results),
    );
    expectTypeOf(sessions).toEqualTypeOf<Observable<Row>>();

    const alone = aggregate(results);
    expectTypeOf(alone).toEqualTypeOf<OperatorFunction<Event, { most: number | null }>>();
    const chain = pipe(groupByKey(action), count());
    expectTypeOf(events.pipe(chain)).toEqualTypeOf<
      Observable<{ key: string | null; count: number }>
    >();
    const check = () => {
      const grouped = events.pipe(groupByKey(action));
      // @ts-expect-error rows of another type
      grouped.pipe(aggregate((rows: Aggregates<Date>) => ({ n: rows.count() })));
      const windowed = events.pipe(window('1 hour'));
      // @ts-expect-error a key of another row
      windowed.pipe(groupByKey((at: Date) => at.getTime()));
    };
    expect(check).toBeInstanceOf(Function);
  });

  it('types the results', () => {
    const row = events.pipe(
      aggregate((rows) => ({
        sum: rows.sum((e) => e.ms),
        bigs: rows.sum((e) => e.big),
        money: rows.sum((e) => e.price),
        mean: rows.avg((e) => e.big),
        meanMoney: rows.avg((e) => e.price),
        first: rows.min((e) => e.time),
        best: rows.maxBy(
          (e) => e.action,
          (e) => e.ms,
        ),
        list: rows.collectList((e) => e.ms),
        own: fromMonoid(N.MonoidSum)((e) => e.ms ?? 0),
        dev: rows.stddevSamp((e) => e.ms, { where: (e) => e.action === 'open' }),
      })),
    );
    expectTypeOf(row).toEqualTypeOf<
      Observable<{
        sum: number | null;
        bigs: bigint | null;
        money: Decimal | null;
        mean: number | null;
        meanMoney: Decimal | null;
        first: Date | null;
        best: string | null;
        list: readonly number[];
        own: number;
        dev: number | null;
      }>
    >();
  });

  it('refuses what is not there', () => {
    const check = () => {
      // @ts-expect-error no such column
      events.pipe(groupByKey('acton'));
      // @ts-expect-error no such column
      events.pipe(groupByKey((e) => e.acton));
      // @ts-expect-error no such field
      events.pipe(aggregate((rows) => ({ n: rows.sum((e) => e.sm) })));
      // @ts-expect-error no number
      events.pipe(aggregate((rows) => ({ n: rows.sum((e) => e.action) })));
      // @ts-expect-error no aggregate
      events.pipe(aggregate(() => ({ n: 1 })));
      const grouped = events.pipe(groupByKey('ms'), window('1 hour'));
      // @ts-expect-error no such field behind a grouping
      grouped.pipe(aggregate((rows) => ({ n: rows.max((e) => e.key) })));
      // @ts-expect-error the row has no window
      events.pipe(windowTime());
      // @ts-expect-error no time
      events.pipe(window('1 hour', { time: (e) => e.action }));
    };
    expect(check).toBeInstanceOf(Function);
  });

  it('types windowOf, windowTime, observe and eventTime', () => {
    const column = windowOf((e: Event) => e.time, '1 hour', { timestamps: 'ms' });
    expectTypeOf(column).returns.toEqualTypeOf<TimeWindow<number> | null>();
    const windows = events.pipe(window('1 hour'), count(), windowTime(), window('1 day'), count());
    expectTypeOf(windows).toEqualTypeOf<Observable<{ window: TimeWindow; count: number }>>();
    const observed = events.pipe(observe('q', (rows) => ({ n: rows.count((e) => e.ms) })));
    expectTypeOf(observed).toEqualTypeOf<Observable<Event>>();
    const byTime = events.pipe(
      groupByKey((e) => ({ at: e.time }), { eventTime: (key) => key.at }),
      count(),
    );
    expectTypeOf(byTime).toExtend<Observable<{ key: { readonly at: Date }; count: number }>>();
    const byColumn = events.pipe(groupByKey('time', { eventTime: (key) => key }), count());
    expectTypeOf(byColumn).toEqualTypeOf<Observable<{ key: Date; count: number }>>();
    const byColumns = events.pipe(
      groupByKey('time', 'action', { eventTime: (key) => key.time }),
      count(),
    );
    expectTypeOf(byColumns).toExtend<Observable<{ key: { time: Date; action: string | null } }>>();
  });
});
