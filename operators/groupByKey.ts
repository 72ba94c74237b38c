import type { OperatorFunction } from 'rxjs';
import { requireKnownOptions } from '../lib/options/knownOptions.js';
import type { DimensionsOf, GroupedRow, RowOfStream, ValueOf } from '../lib/plan/groupedRow.js';
import { keptKey } from '../lib/state/keptKey.js';
import { addGrouping } from './internal/groupingStep.js';
import { refuseAsyncFunction } from './internal/rowFunction.js';

/** @since 0.1.0 */
export interface GroupByKeyOptions<K> {
  /**
   * The part of the key that is event time: a Date, ms since the epoch, or a window. Groups leave the
   * state and, in append mode, come out when it (of a window: its end) is <= the watermark. null: never.
   */
  readonly eventTime?: (key: K) => unknown;
}

/** `undefined` is null, as a key and in it: the types look one level deep, the engine at all. */
export type KeyOf<K> = undefined extends K ? PartsOf<Exclude<K, undefined>> | null : PartsOf<K>;

/** A key without `undefined` in it keeps its name. */
type PartsOf<K> = K extends object ? (HasUndefined<K> extends true ? NullsIn<K> : K) : K;
type HasUndefined<K> = true extends {
  [P in keyof K]-?: undefined extends K[P] ? true : false;
}[keyof K]
  ? true
  : false;
type NullsIn<K> = {
  [P in keyof K]: undefined extends K[P] ? Exclude<K[P], undefined> | null : K[P];
};

type KeyedBy<S, K> = GroupedRow<{ key: KeyOf<K> } & DimensionsOf<S>, ValueOf<S>>;

type KeyOfNames<S, C extends readonly (keyof ValueOf<S>)[]> = {
  [P in C[number]]: KeyOf<ValueOf<S>[P]>;
};

/**
 * Groups rows by a key, for the operator behind: `aggregate`, `count`, `mapGroupsWithState` ….
 *
 * In:     rows of `T`. A key is null, boolean, number, bigint, string, Date, Uint8Array, or an array or
 *         plain object of those; given by a function, or as one or several column names (then the key
 *         is an object of them).
 * Out:    a description: `aggregate` and its like read the key and see the rows themselves. `where` and
 *         RxJS operators between see `{ key, value }`, with `window` behind a window; others belong
 *         before it.
 * Time:   kept.
 * State:  none.
 * Errors: TypeError for what is neither function nor names; `GROUPING_REPEATED` behind another key;
 *         before the query starts `GROUPING_LOST`, and `PLAN_ENDS_IN_GROUPING` if nothing reads it.
 *
 * @example
 * events.pipe(groupByKey((e) => e.action), count());      // { key: 'open', count: 3 }
 * events.pipe(groupByKey('country', 'action'), count());  // { key: { country, action }, count }
 * @since 0.1.0
 */
export function groupByKey<S, const K>(
  key: (row: RowOfStream<S>) => K,
  options?: GroupByKeyOptions<KeyOf<K>>,
): OperatorFunction<S, KeyedBy<S, K>>;
export function groupByKey<S, const K>(
  key: (row: ValueOf<S>) => K,
  options?: GroupByKeyOptions<KeyOf<K>>,
): OperatorFunction<S, KeyedBy<S, K>>;
export function groupByKey<S, C extends keyof ValueOf<S> & string>(
  column: C,
  options?: GroupByKeyOptions<KeyOf<ValueOf<S>[C]>>,
): OperatorFunction<S, KeyedBy<S, ValueOf<S>[C]>>;
export function groupByKey<S, C extends readonly (keyof ValueOf<S> & string)[]>(
  ...columnsAndOptions: [...C, GroupByKeyOptions<KeyOfNames<S, C>>]
): OperatorFunction<S, KeyedBy<S, KeyOfNames<S, C>>>;
export function groupByKey<S, C extends readonly (keyof ValueOf<S> & string)[]>(
  ...columns: C
): OperatorFunction<S, KeyedBy<S, KeyOfNames<S, C>>>;
export function groupByKey(...args: readonly unknown[]): OperatorFunction<unknown, never> {
  const { by, keyTime } = argumentsOf(args);
  const [first] = by;
  const key = typeof first === 'function' ? asReader(first) : columnReader(by);
  const label = typeof first === 'function' ? 'key' : by.join(', ');
  // The key is one value, or an object, in which order says nothing.
  const columns = typeof first === 'function' ? {} : { keyColumns: by.map(String).sort() };
  return (source) =>
    addGrouping(source, {
      kind: 'groupByKey',
      label,
      grouping: { key, ...columns, ...(keyTime === undefined ? {} : { keyTime }) },
      show: (row, time, out) => {
        const { window, value } = row;
        const shown = keptKey(key(value));
        out.next(
          window === undefined ? { key: shown, value } : { key: shown, window, value },
          time,
        );
      },
    });
}

type Reader = (row: unknown) => unknown;

function asReader(read: unknown): Reader {
  return read as Reader;
}

function argumentsOf(args: readonly unknown[]): {
  readonly by: readonly unknown[];
  readonly keyTime: Reader | undefined;
} {
  const last = args.at(-1);
  const hasOptions = args.length > 1 && (typeof last === 'object' || last === undefined);
  const by = hasOptions ? args.slice(0, -1) : args;
  const [first] = by;
  const isFunction = typeof first === 'function' && by.length === 1;
  const areNames = by.length > 0 && by.every((name) => typeof name === 'string');
  if (!isFunction && !areNames) {
    throw new TypeError(
      `groupByKey takes one function or column names, got ${by.map((a) => typeof a).join(', ') || 'nothing'}: groupByKey((row) => row.key) or groupByKey('a', 'b')`,
    );
  }
  refuseAsyncFunction('groupByKey', first);
  const options = hasOptions ? (last as GroupByKeyOptions<unknown> | undefined) : undefined;
  requireKnownOptions('groupByKey', options, { eventTime: true });
  const eventTime = options?.eventTime;
  if (eventTime !== undefined && typeof eventTime !== 'function') {
    throw new TypeError(
      `groupByKey: option eventTime must be a function of the key, got ${typeof eventTime}: { eventTime: (key) => key.time }`,
    );
  }
  refuseAsyncFunction('groupByKey: option eventTime', eventTime);
  return { by, keyTime: eventTime };
}

function columnReader(columns: readonly unknown[]): Reader {
  const names = columns.map(String);
  const [only] = names;
  if (only !== undefined && names.length === 1) {
    return (row) => (row as Readonly<Record<string, unknown>>)[only];
  }
  // Assigned, this name would be the prototype of the key.
  if (names.includes('__proto__')) {
    return (row) => Object.fromEntries(names.map((name) => [name, Object(row)[name] ?? null]));
  }
  return (row) => {
    const key: Record<string, unknown> = {};
    for (const name of names) key[name] = (row as Readonly<Record<string, unknown>>)[name] ?? null;
    return key;
  };
}
