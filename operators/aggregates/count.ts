import { refusePromise } from '../internal/rowFunction.js';
import { ValueAggregate } from '../internal/valueAggregate.js';
import type { Aggregate, AggregateOptions } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** Number of rows, or of rows for which `value` is not null. */
export function count<T>(
  value?: ((row: T) => unknown) | AggregateOptions<T>,
  options?: AggregateOptions<T>,
): Aggregate<T, number, number> {
  if (value === undefined || typeof value === 'object')
    return filtered(new Count<T>(), value ?? options);
  checkReader('count', value);
  return filtered(new CountValues(value), options);
}

/** Whether it counts all rows: then a group's whole state is one number. */
export function isRowCount(aggregate: unknown): boolean {
  return aggregate instanceof Count;
}

class Count<T> implements Aggregate<T, number, number> {
  readonly name: string = 'count';
  readonly anyOrder = true;
  readonly exactMerge = true;

  zero(): number {
    return 0;
  }

  add(acc: number, _row: T): number {
    return acc + 1;
  }

  merge(acc: number, later: number): number {
    return acc + later;
  }

  result(acc: number): number {
    return acc;
  }
}

class CountValues<T> extends ValueAggregate<T, unknown, number, number> {
  readonly name = 'count';
  readonly anyOrder = true;
  readonly exactMerge = true;

  zero(): number {
    return 0;
  }

  put(acc: number, value: unknown): number {
    if (value === null || value === undefined) return acc;
    refusePromise(value, 'count');
    return acc + 1;
  }

  merge(acc: number, later: number): number {
    return acc + later;
  }

  result(acc: number): number {
    return acc;
  }
}
