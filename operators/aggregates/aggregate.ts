/**
 * A function over the rows of a group; one object per use in a plan, the accumulators are the state.
 *
 * - `zero()` MUST give a new accumulator; `add` and `merge` MAY change and return their first argument,
 *   and MUST leave the second alone; `result` MUST NOT give away what `add` may change later.
 * - `merge(a, b)` MUST equal adding b's rows after a's, and `merge(a, zero())` MUST equal `a`.
 * - Same rows in the same order, same result: no clock, no randomness.
 * - An accumulator is kept as `toStored` gives it (default: itself): null, boolean, number, bigint,
 *   string, Date, Uint8Array, Decimal, arrays, Maps, Sets and plain objects of those.
 *
 * @since 0.1.0
 */
export interface Aggregate<In, Acc, Out> {
  /** As the plan and the checkpoint know it: 'sum'. Changing it breaks checkpoints. */
  readonly name: string;
  zero(): Acc;
  add(acc: Acc, row: In): Acc;
  merge(acc: Acc, later: Acc): Acc;
  result(acc: Acc): Out;
  toStored?(acc: Acc): unknown;
  fromStored?(stored: unknown): Acc;
  /**
   * For accumulators that grow with their rows: at the end of a batch, moves what is too much out of
   * `acc` into `parts`, so that a batch writes what it adds. Not called for sessions.
   */
  settle?(acc: Acc, parts: Parts): void;
  /** The result of an accumulator that `settle` has seen. Required with it. */
  resultOf?(acc: Acc, parts: Parts): Out;
  /** The group is leaving: removes its parts. Required with `settle`. */
  forget?(acc: Acc, parts: Parts): void;
  /** The order of rows does not change the result (rounding of doubles aside). Default false. */
  readonly anyOrder?: boolean;
  /** `anyOrder`, and merging parts gives the very same result, to the bit. Default false. */
  readonly exactMerge?: boolean;
}

/**
 * What an aggregate keeps of one group beside its accumulator: values by name, each an entry of the
 * state of its own. A name is what a state key may be.
 *
 * @since 0.1.0
 */
export interface Parts {
  get(name: unknown): unknown;
  put(name: unknown, value: unknown): void;
  remove(name: unknown): void;
}

/** @since 0.1.0 */
export interface AggregateOptions<T> {
  /** Only rows for which this gives true are counted in; null and undefined are not true. */
  readonly where?: (row: T) => boolean | null | undefined;
}

/** What sums and means are made of. */
export type { Numeric, NumericResult } from '../internal/numeric.js';
