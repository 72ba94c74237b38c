import { expectTypeOf } from 'expect-type';
import { type Observable, of } from 'rxjs';
import {
  asc,
  count,
  desc,
  dropDuplicates,
  dropDuplicatesWithinWatermark,
  foreach,
  foreachBatch,
  groupByKey,
  orderBy,
  type StreamSink,
  withWatermark,
} from '../../index.js';

interface Order {
  readonly user: string;
  readonly amount: number;
  readonly at: number;
}

const orders: Observable<Order> = of();
const perUser = orders.pipe(groupByKey('user'), count());

describe('a column by its name', () => {
  it('is one of the row that the pipe has there', () => {
    const timed = orders.pipe(withWatermark('at', '1 hour'));
    expectTypeOf(orders.pipe(dropDuplicates('user'))).toEqualTypeOf<Observable<Order>>();
    expectTypeOf(timed.pipe(dropDuplicatesWithinWatermark('user'))).toEqualTypeOf<
      Observable<Order>
    >();
    expectTypeOf(perUser.pipe(orderBy('count'))).toEqualTypeOf(perUser);
    const nulls = 'last';
    expectTypeOf(perUser.pipe(orderBy(desc('count'), asc('key', { nulls })))).toEqualTypeOf(
      perUser,
    );
  });

  it('does not compile where there is none of that name', () => {
    // @ts-expect-error no column usr
    orders.pipe(dropDuplicates('usr'));
    // @ts-expect-error no column usr
    orders.pipe(dropDuplicates(['user', 'usr']));
    // @ts-expect-error no column amount behind the count
    perUser.pipe(orderBy('amount'));
    // @ts-expect-error no column amount behind the count
    perUser.pipe(orderBy(desc('amount')));
  });
});

describe('a function of foreach and foreachBatch', () => {
  it('may give anything', () => {
    const seen: Order[] = [];
    const write = (rows: readonly Order[]) => seen.push(...rows);
    expectTypeOf(foreachBatch<Order>(write)).toEqualTypeOf<StreamSink<Order>>();
    const process = (row: Order) => seen.push(row);
    expectTypeOf(foreach<Order>({ process })).toEqualTypeOf<StreamSink<Order>>();
  });
});
