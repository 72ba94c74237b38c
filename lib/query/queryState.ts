import { concatMap, defer, distinctUntilChanged, type Observable, startWith } from 'rxjs';
import { StreamingError } from '../errors.js';
import { shown } from '../options/optionValues.js';
import { canonicalKey, isSameKey } from '../state/canonicalKey.js';
import { type Entry, entryKey, entryTime } from '../state/entry.js';
import type { KeyedTable, StateStore } from '../state/stateStore.js';
import { copyValue } from './copyValue.js';
import type { StreamExecution } from './streamExecution.js';

/**
 * One entry of an operator's state, as the operator keeps it: accumulators, not results. A lone `count()`
 * keeps its number, `sum` how many and the sum; these forms may change with a version.
 */
export interface StateRow {
  /** Which of the operator's tables. */
  readonly table: string;
  readonly key: unknown;
  /** ms; of tables that are laid out by time (the end of a window, an expiry). */
  readonly time?: number;
  readonly value: unknown;
}

/**
 * The state of one operator of a running query, consistent as of the last commit; in continuous mode with what the
 * epoch under way has changed so far, which a failure takes back. It is state, not results (see {@link StateRow}):
 * for results use a sink in update or complete mode.
 *
 * - `get(key)`: every entry under that key, in every table of the operator (a window each). A lookup where
 *   the operator has no windows; entries laid out by time are all loaded to find those of one key.
 * - `scan(prefix)`: all entries, or those whose key is an array that begins with `prefix`.
 * - `watch(key)`: what `get` gives, now and after each commit that changed it, the last one too; ends with the query.
 */
export interface QueryState {
  get(key: unknown): Promise<readonly StateRow[]>;
  scan(prefix?: readonly unknown[]): Promise<readonly StateRow[]>;
  watch(key: unknown): Observable<readonly StateRow[]>;
}

export function queryState(execution: StreamExecution, operatorId: string): QueryState {
  const read = (
    rows: (store: StateStore) => Promise<readonly StateRow[]>,
  ): Promise<readonly StateRow[]> =>
    execution.between(async (checkpoint) => {
      const ids = execution.statefulIds;
      if (!ids.includes(operatorId)) {
        throw new StreamingError('STATE_OPERATOR_UNKNOWN', {
          operator: operatorId,
          known: ids.join(', ') || 'none',
        });
      }
      return rows(checkpoint.backend.operator(operatorId));
    });
  const get = (key: unknown) => {
    const wanted = canonicalKey(key, operatorId);
    const isIt = (other: unknown) => isSameKey(canonicalKey(other, operatorId), wanted);
    return read((store) => rowsOf(store, isIt, (table) => table.find(key)));
  };
  return {
    get,
    scan: (prefix = []) => {
      if (!Array.isArray(prefix)) {
        throw new TypeError(
          `state('${operatorId}').scan takes the beginning of keys that are arrays, such as scan(['a']), not ${shown(prefix)}: get(key) finds a single key`,
        );
      }
      const wanted = prefix.map((part) => canonicalKey(part, operatorId));
      const begins = (key: unknown) =>
        wanted.length === 0 ||
        (Array.isArray(key) &&
          wanted.every((part, i) => isSameKey(canonicalKey(key[i], operatorId), part)));
      return read((store) => rowsOf(store, begins));
    },
    watch: (key) =>
      execution.outputs.committed$.pipe(
        startWith(-1),
        concatMap(() => defer(() => get(key))),
        distinctUntilChanged((a, b) => canonicalText(a) === canonicalText(b)),
      ),
  };
}

/** `only` finds what is to be kept of a keyed table without loading the others, which may be many. */
async function rowsOf(
  store: StateStore,
  keep: (key: unknown) => boolean,
  only?: (table: KeyedTable<unknown>) => Entry<unknown> | undefined,
): Promise<readonly StateRow[]> {
  const rows: StateRow[] = [];
  for (const { name, kind } of store.names) {
    if (kind === 'keyed' && only) {
      const entry = only(store.keyed(name));
      if (entry) rows.push(rowOf(name, entry));
      continue;
    }
    const table = kind === 'keyed' ? store.keyed<unknown>(name) : store.timed<unknown>(name);
    await table.loadAll();
    for (const entry of table.entries()) if (keep(entryKey(entry))) rows.push(rowOf(name, entry));
  }
  return rows;
}

/** A copy: the stage goes on changing the value that it holds. */
function rowOf(table: string, entry: Entry<unknown>): StateRow {
  const [key, time] = [entryKey(entry), entryTime(entry)];
  const copy = copyValue(entry.value);
  return Number.isNaN(time) ? { table, key, value: copy } : { table, key, time, value: copy };
}

function canonicalText(rows: readonly StateRow[]): string {
  return JSON.stringify(rows, (_name, value: unknown) =>
    typeof value === 'bigint'
      ? `${value}n`
      : typeof value === 'number' && !Number.isFinite(value)
        ? String(value) // JSON has null for NaN and both infinities
        : value instanceof Map || value instanceof Set
          ? [...value]
          : value,
  );
}
