import type { Aggregate } from '../aggregates/aggregate.js';
import { isRowCount } from '../aggregates/count.js';
import { addOf, zeroOf } from './foldCode.js';
import { refuseAsyncFunction } from './rowFunction.js';
import { CountFold, OneFold } from './singleFold.js';

/** Result name → aggregate, as the user gives them. */
export type AggregateSet<T> = Readonly<Record<string, Aggregate<T, unknown, unknown>>>;

/**
 * The state of a group and what is done with it, for all aggregates of an operator together.
 *
 * `add` and `merge` give the new value, which may be the first argument, changed.
 */
export interface Fold<V> {
  /** Names of the results, in the order in which the user gives them. */
  readonly names: readonly string[];
  readonly aggregates: readonly AnyAggregate[];
  zero(): V;
  readonly add: (value: V, row: unknown) => V;
  merge(value: V, later: V): V;
  /** Result `i` of a group. */
  resultOf(i: number, value: V): unknown;
  /** `resultOf(i, v)` as source text; it knows `v`, `fold` and `a0`, `a1` …, the aggregates. */
  resultSource(i: number): string;
  toStored(value: V): unknown;
  fromStored(stored: unknown): V;
  /** The order of rows does not matter. */
  readonly anyOrder: boolean;
  /** Parts of a group may be folded apart and merged: the same result to the bit. */
  readonly exactMerge: boolean;
}

export type AnyAggregate = Aggregate<unknown, unknown, unknown>;

/** Any aggregates: the state is the array of their accumulators. */
export class ArrayFold implements Fold<unknown[]> {
  readonly anyOrder: boolean;
  readonly exactMerge: boolean;
  readonly add: (value: unknown[], row: unknown) => unknown[];
  readonly zero: () => unknown[];

  constructor(
    readonly names: readonly string[],
    readonly aggregates: readonly AnyAggregate[],
  ) {
    this.anyOrder = aggregates.every((a) => a.anyOrder === true);
    this.exactMerge = aggregates.every((a) => a.exactMerge === true);
    this.add = addOf(aggregates, 'array') as ArrayFold['add'];
    this.zero = zeroOf(aggregates) ?? (() => aggregates.map((aggregate) => aggregate.zero()));
  }

  merge(value: unknown[], later: unknown[]): unknown[] {
    this.aggregates.forEach((aggregate, i) => {
      value[i] = aggregate.merge(value[i], later[i]);
    });
    return value;
  }

  resultOf(i: number, value: unknown[]): unknown {
    return (this.aggregates[i] as AnyAggregate).result(value[i]);
  }

  resultSource(i: number): string {
    return `a${i}.result(v[${i}])`;
  }

  toStored(value: unknown[]): unknown {
    const { aggregates } = this;
    const stored = new Array<unknown>(aggregates.length);
    for (let i = 0; i < stored.length; i++) {
      const aggregate = aggregates[i] as AnyAggregate;
      stored[i] = aggregate.toStored ? aggregate.toStored(value[i]) : value[i];
    }
    return stored;
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
  const [name] = names as [string];
  const [only] = aggregates as [AnyAggregate];
  if (names.length !== 1) return new ArrayFold(names, aggregates) as Fold<unknown>;
  return isRowCount(only)
    ? (new CountFold(name, aggregates) as Fold<unknown>)
    : new OneFold(name, only);
}

function checked(operator: string, name: string, aggregate: unknown): AnyAggregate {
  const { zero, add, merge, result } = Object(aggregate) as Partial<
    Aggregate<unknown, unknown, unknown>
  >;
  if ([zero, add, merge, result].every((method) => typeof method === 'function')) {
    for (const method of [zero, add, merge, result]) {
      refuseAsyncFunction(`${operator}: result "${name}"`, method);
    }
    return aggregate as AnyAggregate;
  }
  throw new TypeError(
    `${operator}: result "${name}" is not an aggregate but ${typeof aggregate}: give rows.count(), rows.sum((row) => row.x) …`,
  );
}
