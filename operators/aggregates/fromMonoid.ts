import type { Monoid } from 'fp-ts/lib/Monoid.js';
import { refuseAsyncFunction, refusePromise } from '../internal/rowFunction.js';
import { ValueAggregate } from '../internal/valueAggregate.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/**
 * An aggregate of one's own: rows are projected into a monoid and combined in order of arrival.
 *
 * In:     a lawful fp-ts `Monoid<A>` (associative, `empty` neutral) whose values state can keep: null,
 *         boolean, number, bigint, string, Date, Uint8Array, Decimal, arrays, Maps, Sets, plain objects.
 * Out:    `empty` for a group without rows. Values are never changed in place.
 *
 * @example
 * events.pipe(
 *   groupByKey('user'),
 *   aggregate(() => ({ longest: fromMonoid(monoidMax)((e: Event) => e.text.length) })),
 * );
 * @since 0.1.0
 */
export function fromMonoid<A>(monoid: Monoid<A>) {
  if (typeof Reflect.get(Object(monoid), 'concat') !== 'function') {
    throw new TypeError(
      `fromMonoid takes a Monoid, { empty, concat }, got ${String(monoid)}: fromMonoid(N.MonoidSum)((row) => row.n)`,
    );
  }
  refuseAsyncFunction('fromMonoid: concat', monoid.concat);
  return <T>(project: (row: T) => A, options?: AggregateOptions<T>): Aggregate<T, A, A> => {
    checkReader('fromMonoid', project);
    return filtered(new OfMonoid<T, A>(monoid, project), options);
  };
}

class OfMonoid<T, A> extends ValueAggregate<T, A, A, A> {
  readonly name = 'fromMonoid';

  constructor(
    private readonly monoid: Monoid<A>,
    project: (row: T) => A,
  ) {
    super(project);
  }

  zero(): A {
    return this.monoid.empty;
  }

  put(acc: A, value: A): A {
    refusePromise(value, 'fromMonoid');
    return this.monoid.concat(acc, value);
  }

  merge(acc: A, later: A): A {
    return this.monoid.concat(acc, later);
  }

  result(acc: A): A {
    return acc;
  }
}
