import type { Aggregate } from '../aggregates/aggregate.js';

/**
 * An aggregate of one value per row. What reads the value and what is done with it are apart, so that
 * a fold can read it once for all aggregates that want it.
 */
export abstract class ValueAggregate<T, V, A, R> implements Aggregate<T, A, R> {
  abstract readonly name: string;

  constructor(readonly value: (row: T) => V) {}

  abstract zero(): A;
  /** As `add` of a row with this value. */
  abstract put(acc: A, value: V): A;
  abstract merge(acc: A, later: A): A;
  abstract result(acc: A): R;

  add(acc: A, row: T): A {
    return this.put(acc, this.value(row));
  }
}
