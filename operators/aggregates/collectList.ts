import {
  appendList,
  forgetList,
  type GrowingList,
  listFromStored,
  newList,
  settleList,
  storedList,
  wholeList,
} from '../internal/growingList.js';
import { refusePromise } from '../internal/rowFunction.js';
import type { Aggregate, AggregateOptions, Parts } from './aggregate.js';
import { checkReader, filtered } from './filtered.js';

/** The values that are not null, in order of arrival; duplicates stay. */
export function collectList<T, V>(
  value: (row: T) => V,
  options?: AggregateOptions<T>,
): Aggregate<T, unknown, readonly NonNullable<V>[]> {
  checkReader('collectList', value);
  return filtered(new CollectList<T, V>(value), options);
}

type List<V> = GrowingList<NonNullable<V>>;

class CollectList<T, V> implements Aggregate<T, List<V>, readonly NonNullable<V>[]> {
  readonly name = 'collectList';

  constructor(private readonly value: (row: T) => V) {}

  zero(): List<V> {
    return newList();
  }

  add(acc: List<V>, row: T): List<V> {
    const value = this.value(row);
    refusePromise(value, 'collectList');
    if (value !== null && value !== undefined) acc.tail.push(value);
    return acc;
  }

  merge(acc: List<V>, later: List<V>): List<V> {
    appendList(acc, later);
    return acc;
  }

  result(acc: List<V>): readonly NonNullable<V>[] {
    return acc.tail.slice();
  }

  settle(acc: List<V>, parts: Parts): void {
    settleList(acc, parts);
  }

  resultOf(acc: List<V>, parts: Parts): readonly NonNullable<V>[] {
    return wholeList(acc, parts);
  }

  forget(acc: List<V>, parts: Parts): void {
    forgetList(acc, parts);
  }

  toStored(acc: List<V>): unknown {
    return storedList(acc);
  }

  fromStored(stored: unknown): List<V> {
    return listFromStored(stored);
  }
}
