import type { TimeWindow } from '../time/timeWindow.js';

declare const grouping: unique symbol;

/** Says in the types that a row stands for a grouping; no such property exists at run time. */
export interface GroupingMark<D, V> {
  readonly [grouping]: readonly [dimensions: D, value: V];
}

/**
 * One flat object type instead of an intersection. `& {}` makes compilers write it out: editors show the
 * columns, and declarations of programs that export such rows do not name this type.
 */
export type Flat<T> = { [P in keyof T]: T[P] } & {};

/** Key and window (`D`) beside the row (`V`): what an RxJS operator sees behind a grouping. */
export type GroupedRow<D, V> = Flat<Readonly<D> & { readonly value: V }> & GroupingMark<D, V>;

/**
 * What stands behind `groupByKey`: each row beside its key.
 *
 * @since 0.1.0
 */
export type Grouped<K, V> = GroupedRow<{ key: K }, V>;

/**
 * What stands behind `window` and `sessionWindow`: each row beside its window, once per window.
 *
 * @since 0.1.0
 */
export type Windowed<V, T extends Date | number = Date> = GroupedRow<{ window: TimeWindow<T> }, V>;

/** The row inside a grouping; of anything else, itself. */
export type ValueOf<S> = S extends GroupingMark<unknown, infer V> ? V : S;

/**
 * The row that a function of an operator on `S` is given. `S` is known from the stream, not from the function:
 * one that says `(row: Click)` of its own, behind a grouping, would else make `S` a Click without a group.
 * A second overload with `ValueOf<S>` takes such a function where there is no stream to know `S` from.
 */
export type RowOfStream<S> = ValueOf<NoInfer<S>>;

/** Key and window of a grouping; of anything else, none. */
export type DimensionsOf<S> = S extends GroupingMark<infer D, unknown> ? D : unknown;
