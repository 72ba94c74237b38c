import { requireKnownOptions } from '../../lib/options/knownOptions.js';
import { refuseAsyncFunction, refusePromise } from '../internal/rowFunction.js';
import type { Aggregate, AggregateOptions, Parts } from './aggregate.js';

/** Applies the option `where`. */
export function filtered<T, A, R>(
  aggregate: Aggregate<T, A, R>,
  options: AggregateOptions<T> | undefined,
): Aggregate<T, A, R> {
  const [owner = ''] = aggregate.name.split('/');
  requireKnownOptions(owner, options, { where: true });
  const where = options?.where;
  if (where === undefined) return aggregate;
  if (typeof where !== 'function') {
    throw new TypeError(
      `${owner}: option where must be a function of the row, got ${typeof where}: { where: (row) => row.ok }`,
    );
  }
  refuseAsyncFunction(`${owner}: option where`, where);
  return new Filtered(aggregate, where);
}

/** Checks the function that an aggregate takes. */
export function checkReader(name: string, read: unknown): void {
  if (typeof read !== 'function') {
    throw new TypeError(
      `${name} takes a function of the row, got ${typeof read}: rows.${name}((row) => row.column)`,
    );
  }
  refuseAsyncFunction(name, read);
}

/** An aggregate of the rows that pass a filter. */
export class Filtered<T, A, R> implements Aggregate<T, A, R> {
  readonly name: string;
  readonly anyOrder: boolean;
  readonly exactMerge: boolean;
  readonly toStored?: (acc: A) => unknown;
  readonly fromStored?: (stored: unknown) => A;
  readonly settle?: (acc: A, parts: Parts) => void;
  readonly resultOf?: (acc: A, parts: Parts) => R;
  readonly forget?: (acc: A, parts: Parts) => void;

  constructor(
    readonly inner: Aggregate<T, A, R>,
    readonly where: (row: T) => boolean | null | undefined,
  ) {
    this.name = inner.name;
    this.anyOrder = inner.anyOrder === true;
    this.exactMerge = inner.exactMerge === true;
    if (inner.toStored) this.toStored = inner.toStored.bind(inner);
    if (inner.fromStored) this.fromStored = inner.fromStored.bind(inner);
    if (inner.settle) this.settle = inner.settle.bind(inner);
    if (inner.resultOf) this.resultOf = inner.resultOf.bind(inner);
    if (inner.forget) this.forget = inner.forget.bind(inner);
  }

  zero(): A {
    return this.inner.zero();
  }

  add(acc: A, row: T): A {
    const passes = this.where(row);
    if (passes === true) return this.inner.add(acc, row);
    if (passes !== false) refusePromise(passes, this.name, 'where');
    return acc;
  }

  merge(acc: A, later: A): A {
    return this.inner.merge(acc, later);
  }

  result(acc: A): R {
    return this.inner.result(acc);
  }
}
