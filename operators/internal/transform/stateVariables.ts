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
  /** Whether the key has a value. */
  readonly exists: boolean;
  /** `none` if the key has no value. */
  get(): Option<T>;
  /** Sets the value; its TTL begins anew. */
  update(value: T): void;
  /** Removes the value. */
  clear(): void;
}

/**
 * A list per key, in order of insertion. A TTL counts for each element.
 *
 * Errors: `STATE_NULL`, `TRANSFORM_LIST_EMPTY` for a list without elements, `TRANSFORM_OUTSIDE_CALL`.
 * @since 0.1.0
 */
export interface ListState<T> {
  /** Whether the key has any element. */
  readonly exists: boolean;
  /** The elements, oldest first; none if there are none. */
  get(): readonly T[];
  /** Replaces the whole list. */
  put(values: Iterable<T>): void;
  /** Puts an element behind the others, which are neither read nor written again. */
  appendValue(value: T): void;
  /** Puts several behind the others. */
  appendList(values: Iterable<T>): void;
  /** Removes all elements. */
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
  /** Whether the map has any entry. */
  readonly exists: boolean;
  containsKey(key: K): boolean;
  /** `none` if `key` is not in the map. */
  getValue(key: K): Option<T>;
  /** Sets one entry; its TTL begins anew. */
  updateValue(key: K, value: T): void;
  /** Removes one entry, if it is there. */
  removeKey(key: K): void;
  keys(): Iterable<K>;
  values(): Iterable<T>;
  entries(): Iterable<readonly [key: K, value: T]>;
  /** Removes all entries. */
  clear(): void;
}
