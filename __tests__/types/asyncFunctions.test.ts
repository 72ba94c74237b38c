import { expectTypeOf } from 'expect-type';
import { type Observable, type OperatorFunction, of } from 'rxjs';
import { select, where, withColumns } from '../../index.js';

const rows: Observable<{ readonly a: number }> = of();

/** What programs write over any rows must go on compiling. */
function stamped<T extends object>(): OperatorFunction<T, Omit<T, 'at'> & { at: number }> {
  return withColumns((_row: T) => ({ at: 1 }));
}
function columns<T extends object, C extends object>(of: (row: T) => C) {
  return withColumns(of);
}
function mapped<T, R>(project: (row: T) => R): OperatorFunction<T, R> {
  return select(project);
}

describe('types of functions of the row', () => {
  it('are not async in withColumns and where', () => {
    // @ts-expect-error a Promise is no columns
    expect(() => rows.pipe(withColumns(async (row) => ({ b: row.a })))).toThrow(TypeError);
    // @ts-expect-error a Promise is no condition
    expect(() => rows.pipe(where(async (row) => row.a > 0))).toThrow(TypeError);
  });

  it('are async in select for the compiler, since rows may be anything: it is refused at run time', () => {
    expect(() => rows.pipe(select(async (row) => row.a))).toThrow(TypeError);
  });

  it('may be those of any rows', () => {
    expectTypeOf(rows.pipe(stamped())).toEqualTypeOf<
      Observable<Omit<{ readonly a: number }, 'at'> & { at: number }>
    >();
    expectTypeOf(rows.pipe(mapped((row) => row.a))).toEqualTypeOf<Observable<number>>();
    expectTypeOf(
      rows.pipe(
        columns(() => ({ b: 1 })),
        select('b'),
      ),
    ).toEqualTypeOf<Observable<{ b: number }>>();
    expectTypeOf(rows.pipe(withColumns(() => ({})))).not.toBeAny();
  });
});
