import { expectTypeOf } from 'expect-type';
import { type Observable, type OperatorFunction, of, pipe } from 'rxjs';
import { count, groupByKey, readBatch, select, union, where, withColumns } from '../../index.js';

interface Click {
  readonly kind: 'click';
  readonly button: string;
}
interface Key {
  readonly kind: 'key';
  readonly code: number;
}
interface Scroll {
  readonly kind: 'scroll';
  readonly to: number | undefined;
}
const clicks: Observable<Click> = of();
const keys: Observable<Key> = of();
const scrolls: Observable<Scroll> = of();
const isKey = (row: Click | Key | Scroll): row is Key => row.kind === 'key';

/** Over any rows, as a program would write it for itself. */
function named<T extends { readonly kind: string }>() {
  return pipe(
    withColumns((row: T) => ({ name: row.kind.toUpperCase() })),
    where((row) => row.name !== row.kind),
  );
}

describe('rows of several types', () => {
  it('are what union gives of any number of streams', () => {
    expectTypeOf(clicks.pipe(union(clicks))).toEqualTypeOf<Observable<Click>>();
    expectTypeOf(clicks.pipe(union(keys, scrolls))).toEqualTypeOf<
      Observable<Click | Key | Scroll>
    >();
    const others: readonly Observable<Key | Scroll>[] = [keys, scrolls];
    expectTypeOf(clicks.pipe(union(...others))).toEqualTypeOf<Observable<Click | Key | Scroll>>();
    const both: OperatorFunction<Click, Click | Key> = union(keys);
    expectTypeOf(clicks.pipe(both)).toEqualTypeOf<Observable<Click | Key>>();
    // @ts-expect-error an array is no stream
    expect(() => union([{ kind: 'key', code: 1 }])).toThrow(TypeError);
  });

  it('keep the columns of each behind withColumns', () => {
    const rows = clicks.pipe(
      union(keys, scrolls),
      withColumns(() => ({ at: 1 })),
    );
    const codes = rows.pipe(
      where(isKey),
      select((row) => row.code),
    );
    expectTypeOf(codes).toEqualTypeOf<Observable<number>>();
    expectTypeOf(
      rows.pipe(select((row) => (row.kind === 'click' ? row.button : row.at))),
    ).toEqualTypeOf<Observable<string | number>>();
  });

  it('keep their columns in an operator over any rows', () => {
    expectTypeOf(
      keys.pipe(
        named(),
        select((row) => `${row.name} ${row.code}`),
      ),
    ).toEqualTypeOf<Observable<string>>();
  });
});

describe('the key of several columns', () => {
  it('has null where a column is undefined', async () => {
    const counts = scrolls.pipe(groupByKey('kind', 'to'), count());
    expectTypeOf(counts).toEqualTypeOf<
      Observable<{ key: { kind: 'scroll'; to: number | null }; count: number }>
    >();
    const missing: Scroll = { kind: 'scroll', to: undefined };
    expect(await readBatch(of(missing).pipe(groupByKey('kind', 'to'), count()))).toEqual([
      { key: { kind: 'scroll', to: null }, count: 1 },
    ]);
  });

  it('is the same of a function: undefined is null in arrays and objects, too', () => {
    const parts = scrolls.pipe(
      groupByKey((row) => ({ kind: row.kind, to: row.to })),
      count(),
    );
    expectTypeOf(parts).toEqualTypeOf<
      Observable<{ key: { readonly kind: 'scroll'; readonly to: number | null }; count: number }>
    >();
    const list = scrolls.pipe(
      groupByKey((row) => [row.kind, row.to]),
      count(),
    );
    expectTypeOf(list).toEqualTypeOf<
      Observable<{ key: readonly ['scroll', number | null]; count: number }>
    >();
  });
});
