import type { DurationInput } from '../../../lib/time/duration.js';
import type { EventTimeInput } from '../../../lib/time/eventTime.js';
import type { InitialState } from '../initialEntries.js';
import type { ListState, MapState, ValueState } from './stateVariables.js';

/**
 * What timers mean: nothing, processing time, or event time.
 *
 * @since 0.1.0
 */
export type TimeMode = 'none' | 'processingTime' | 'eventTime';

/**
 * Options of a state variable: a TTL exists in processing time only.
 *
 * @since 0.1.0
 */
export type VariableOptions<M extends TimeMode> = M extends 'processingTime'
  ? { readonly ttl?: DurationInput }
  : { readonly ttl?: never };

/**
 * Declares state variables, in `init` only. A name is kept in the checkpoint.
 *
 * Errors: `TRANSFORM_VARIABLE_NAME`, `TRANSFORM_TTL`, `TRANSFORM_OUTSIDE_CALL` after `init`.
 * @since 0.1.0
 */
export interface StateHandle<M extends TimeMode> {
  value<T>(name: string, options?: VariableOptions<M>): ValueState<T>;
  list<T>(name: string, options?: VariableOptions<M>): ListState<T>;
  map<K, T>(name: string, options?: VariableOptions<M>): MapState<K, T>;
  /** Drops a variable that an earlier version of the program declared. */
  deleteIfExists(name: string): void;
}

/**
 * What a handler may know beside its rows.
 *
 * @since 0.1.0
 */
export interface CallTimes {
  readonly batchId: number;
  /** Processing time of this batch (ms); the same when the batch is replayed. */
  getCurrentProcessingTimeMs(): number;
  /** The watermark (ms); 0 before the first rows, -1 without a watermark. */
  getCurrentWatermarkMs(): number;
}

/**
 * Timers of the key of the call: any number, each at a Date or ms since the epoch.
 *
 * A timer fires in the first batch whose time is not before it, once, and is gone afterwards. It stays
 * until then, whatever else the handlers do.
 * Errors: `TRANSFORM_TIMER_TIME`, `TRANSFORM_OUTSIDE_CALL`.
 * @since 0.1.0
 */
export interface Timers {
  /** One that is there already stays as it is. A part of a millisecond is rounded up. */
  registerTimer(at: number | Date): void;
  deleteTimer(at: number | Date): void;
  /** In order of time; while a timer fires it is still among them. */
  listTimers(): readonly number[];
}

/** @since 0.1.0 */
export type TransformContext<M extends TimeMode> = M extends 'none'
  ? CallTimes
  : CallTimes & Timers;

/**
 * A stateful function for each key, in parts. Write the properties in this order: each gives types to
 * the next.
 *
 * @since 0.1.0
 */
export interface StateProcessor<M extends TimeMode, K, V, H, Out, I> {
  readonly timeMode: M;
  /** Declares the state; what it returns comes to every handler as `state`. */
  readonly init: (handle: StateHandle<M>) => H;
  /** State before the first row, several rows per key if need be; for `handleInitialState`. */
  readonly initialState?: InitialState<NoInfer<K>, I>;
  readonly handleInitialState?: (key: K, row: I, state: H, ctx: TransformContext<M>) => void;
  /** Called once per batch for each key with rows. */
  readonly handleInputRows: (
    key: K,
    rows: readonly V[],
    state: H,
    ctx: TransformContext<M>,
  ) => Iterable<Out>;
  /** Called for each timer that is due, in order of time over all keys. Not in mode `'none'`. */
  readonly handleExpiredTimer?: (
    key: K,
    timerMs: number,
    state: H,
    ctx: TransformContext<M>,
  ) => Iterable<Out>;
  /**
   * The event time of a row that comes out, in mode `'eventTime'`: then operators behind have a
   * watermark. Such a row must be newer than the watermark (`TRANSFORM_ROW_TOO_OLD`).
   */
  readonly eventTime?: (row: Out) => EventTimeInput;
  /** The run is over. */
  readonly close?: () => void;
}

/** What a mode does not have. Apart from the processor, so that its types can be inferred. */
export type ModeRules<M extends TimeMode> = (M extends 'none'
  ? { readonly handleExpiredTimer?: never }
  : unknown) &
  (M extends 'eventTime' ? unknown : { readonly eventTime?: never });
