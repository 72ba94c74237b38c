import type { NodeTraits } from '../../../lib/plan/planNode.js';
import { namesOf } from '../namesOf.js';
import { refuseAsyncFunction } from '../rowFunction.js';

/**
 * What makes two rows the same: a function of the row, a column of it, or several.
 *
 * @since 0.1.0
 */
export type DedupKey<T> =
  | ((row: T) => unknown)
  | (keyof T & string)
  | readonly (keyof T & string)[];

/** The key of a row; without `key` the row itself, all its columns. */
export function dedupKeyOf<T>(key: DedupKey<T> | undefined, operator: string): KeyFunction {
  if (key === undefined) return (row) => row;
  refuseAsyncFunction(operator, key);
  if (typeof key === 'function') return (row) => key(row as T);
  const names = typeof key === 'string' ? [key] : key;
  if (!Array.isArray(names)) {
    throw new TypeError(
      `${operator} needs a function of the row or names of columns, got ${String(key)}: write ${operator}((row) => row.id), ${operator}('id') or ${operator}(['id', 'day'])`,
    );
  }
  return columnsOf(names, operator);
}

type KeyFunction = (row: unknown) => unknown;

function columnsOf(names: readonly string[], operator: string): KeyFunction {
  if (names.length === 0 || names.some((name) => typeof name !== 'string')) {
    throw new TypeError(
      `${operator} needs at least one column name, each a string, got ${JSON.stringify(names)}: name columns, or leave the list out to take all`,
    );
  }
  const columns = [...names];
  const [first] = columns as [string];
  if (columns.length === 1) return (row) => Reflect.get(row as object, first);
  return (row) => {
    const values = new Array<unknown>(columns.length);
    for (let i = 0; i < columns.length; i++) {
      values[i] = Reflect.get(row as object, columns[i] as string);
    }
    return values;
  };
}

/** How the key reads in explain(). */
export function dedupLabel<T>(key: DedupKey<T> | undefined, eventTime: boolean): string {
  const names = key === undefined ? ['all columns'] : (namesOf(key) ?? ['key']);
  const columns = names.join(', ');
  return eventTime ? `${columns}, event time` : columns;
}

/** Column names belong to the checkpoint; a function cannot be compared. */
export function dedupColumns<T>(key: DedupKey<T> | undefined): readonly string[] | null {
  return key === undefined ? ['*'] : (namesOf(key) ?? null);
}

/** Which columns the key reads; the rows that pass have all that they had. */
export function dedupTraits<T>(key: DedupKey<T> | undefined): NodeTraits {
  const names = namesOf(key);
  return { columns: 'kept', ...(names ? { readsColumns: names } : {}) };
}
