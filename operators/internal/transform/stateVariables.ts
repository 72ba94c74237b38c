import type { Option } from 'fp-ts/lib/Option.js';

/**
 * One value per key.
 *
 * - Used inside the handlers only, where it means the key of the call.
 * - A state is a value: do not change it in place, give `update` a new one.
 * - What has outlived its TTL is not there any more, whether or not it has been cleaned up; reading
 *   does not renew it.
 *
 * Errors: `STATE_NULL` for null and undefined, `TRANSFORM_OUTSIDE_CALL`.
 * @since 0.1.0
 */
export interface ValueState<T> {
  readonly exists: boolean;
  get(): Option<T>;
  update(value: T): void;
  clear(): void;
}

/**
 * A list per key, in order of insertion. A TTL counts for each element.
 *
 * Errors: `STATE_NULL`, `TRANSFORM_LIST_EMPTY` for a list without elements, `TRANSFORM_OUTSIDE_CALL`.
 * @since 0.1.0
 */
export interface ListState<T> {
  readonly exists: boolean;
  get(): readonly T[];
  /** Replaces the whole list. */
  put(values: Iterable<T>): void;
  appendValue(value: T): void;
  appendList(values: Iterable<T>): void;
  clear(): void;
}

/**
 * A map per key, its entries in order of insertion. A TTL counts for each entry.
 *
 * Iteration is over what is there when it begins; the map may be changed meanwhile.
 * Errors: `STATE_NULL` for a null key or value, `TRANSFORM_OUTSIDE_CALL`.
 * @since 0.1.0
 */
export interface MapState<K, T> {
  readonly exists: boolean;
  containsKey(key: K): boolean;
  getValue(key: K): Option<T>;
  updateValue(key: K, value: T): void;
  removeKey(key: K): void;
  keys(): Iterable<K>;
  values(): Iterable<T>;
  entries(): Iterable<readonly [key: K, value: T]>;
  clear(): void;
}
