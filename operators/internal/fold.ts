import type { Aggregate } from '../aggregates/aggregate.js';
import { isRowCount } from '../aggregates/count.js';

/** Result name → aggregate, as the user gives them. */
export type AggregateSet<T> = Readonly<Record<string, Aggregate<T, unknown, unknown>>>;

/**
 * The state of a group and what is done with it, for all aggregates of an operator together.
 *
 * `add` and `merge` give the new value, which may be the first argument, changed.
 */
export interface Fold<V> {
  zero(): V;
  add(value: V, row: unknown): V;
  merge(value: V, later: V): V;
  /** Puts the results into `row`, in the order in which the user named them. */
  putResults(value: V, row: Record<string, unknown>): void;
  toStored(value: V): unknown;
  fromStored(stored: unknown): V;
  /** The order of rows does not matter. */
  readonly anyOrder: boolean;
  /** Parts of a group may be folded apart and merged: the same result to the bit. */
  readonly exactMerge: boolean;
}

/** One `count()` alone: the state is a number. */
export class CountFold implements Fold<number> {
  readonly anyOrder = true;
  readonly exactMerge = true;

  constructor(readonly name: string) {}

  zero(): number {
    return 0;
  }

  add(value: number, _row: unknown): number {
    return value + 1;
  }

  merge(value: number, later: number): number {
    return value + later;
  }

  putResults(value: number, row: Record<string, unknown>): void {
    row[this.name] = value;
  }

  toStored(value: number): unknown {
    return value;
  }

  fromStored(stored: unknown): number {
    return stored as number;
  }
}

/** Any aggregates: the state is the array of their accumulators. */
export class ArrayFold implements Fold<unknown[]> {
  readonly anyOrder: boolean;
  readonly exactMerge: boolean;

  constructor(
    readonly names: readonly string[],
    readonly aggregates: readonly Aggregate<unknown, unknown, unknown>[],
  ) {
    this.anyOrder = aggregates.every((a) => a.anyOrder === true);
    this.exactMerge = aggregates.every((a) => a.exactMerge === true);
  }

  zero(): unknown[] {
    return this.aggregates.map((aggregate) => aggregate.zero());
  }

  add(value: unknown[], row: unknown): unknown[] {
    const { aggregates } = this;
    for (let i = 0; i < aggregates.length; i++) {
      value[i] = (aggregates[i] as Aggregate<unknown, unknown, unknown>).add(value[i], row);
    }
    return value;
  }

  merge(value: unknown[], later: unknown[]): unknown[] {
    this.aggregates.forEach((aggregate, i) => {
      value[i] = aggregate.merge(value[i], later[i]);
    });
    return value;
  }

  putResults(value: unknown[], row: Record<string, unknown>): void {
    const { names } = this;
    for (let i = 0; i < names.length; i++) {
      row[names[i] as string] = this.resultOf(i, value);
    }
  }

  protected resultOf(i: number, value: unknown[]): unknown {
    return (this.aggregates[i] as Aggregate<unknown, unknown, unknown>).result(value[i]);
  }

  toStored(value: unknown[]): unknown {
    return this.aggregates.map((aggregate, i) =>
      aggregate.toStored ? aggregate.toStored(value[i]) : value[i],
    );
  }

  fromStored(stored: unknown): unknown[] {
    const parts = stored as readonly unknown[];
    return this.aggregates.map((aggregate, i) =>
      aggregate.fromStored ? aggregate.fromStored(parts[i]) : parts[i],
    );
  }
}

/** The fold of the aggregates; checked when the operator is built. */
export function foldOf(operator: string, set: AggregateSet<never>): Fold<unknown> {
  const names = Object.keys(set);
  const aggregates = names.map((name) => checked(operator, name, set[name]));
  const [only] = aggregates;
  if (names.length === 1 && isRowCount(only))
    return new CountFold(names[0] as string) as Fold<unknown>;
  return new ArrayFold(names, aggregates) as Fold<unknown>;
}

function checked(
  operator: string,
  name: string,
  aggregate: unknown,
): Aggregate<unknown, unknown, unknown> {
  const { zero, add, merge, result } = Object(aggregate) as Partial<
    Aggregate<unknown, unknown, unknown>
  >;
  if ([zero, add, merge, result].every((method) => typeof method === 'function')) {
    return aggregate as Aggregate<unknown, unknown, unknown>;
  }
  throw new TypeError(
    `${operator}: result "${name}" is not an aggregate but ${typeof aggregate}: give rows.count(), rows.sum((row) => row.x) …`,
  );
}
