import type { DurationInput } from '../../../lib/time/duration.js';
import type { EventTimeInput } from '../../../lib/time/eventTime.js';
import type { TimeWindow } from '../../../lib/time/timeWindow.js';
import type { JoinType } from './joinType.js';

/** Join types between a stream and static rows, the stream on the left. */
export type StaticJoinType = 'inner' | 'leftOuter' | 'leftSemi' | 'leftAnti';

/** What `select` sees of the left: null where a right row has no match. */
export type LeftOf<J extends JoinType, L> = J extends 'rightOuter' | 'fullOuter' ? L | null : L;

/** What `select` sees of the right: null where a left row has no match, and in left-only joins. */
export type RightOf<J extends JoinType, R> = J extends 'leftOuter' | 'fullOuter'
  ? R | null
  : J extends 'leftSemi' | 'leftAnti'
    ? null
    : R;

/** What a join without `select` gives: the left row alone in a left-only join, else both sides. */
export type Joined<J extends JoinType, L, R> = J extends 'leftSemi' | 'leftAnti'
  ? L
  : { readonly left: LeftOf<J, L>; readonly right: RightOf<J, R> };

/** Columns that both sides have, of types that can be equal. */
export type SharedColumn<L, R> = {
  [C in keyof L & keyof R & string]: NonNullable<L[C]> extends NonNullable<R[C]>
    ? C
    : NonNullable<R[C]> extends NonNullable<L[C]>
      ? C
      : never;
}[keyof L & keyof R & string];

/** Equality: a key function per side, or columns that both sides have. */
export type JoinKeys<L, R, K> =
  | readonly [left: (left: L) => K, right: (right: R) => K]
  | { readonly left: (left: L) => K; readonly right: (right: R) => K }
  | SharedColumn<L, R>
  | readonly SharedColumn<L, R>[];

/** An event time or a window as part of the key. */
export type TimeKey = EventTimeInput | TimeWindow<Date | number>;

/**
 * Equality of event times: `true` for the rows' own, or a function per side that gives the event time
 * or a window of it.
 */
export type JoinTimeKeys<L, R> =
  | true
  | readonly [left: (left: L) => TimeKey, right: (right: R) => TimeKey];

/**
 * A bound between event times, as data: `leftTime (left) rightTime + plus`.
 *
 * `{ left: '>=', plus: '-10 seconds' }` reads: the left time is at or after the right time less 10
 * seconds. `leftTime` and `rightTime` name other times than the rows' event times; such a bound is an
 * ordinary condition and lets no row leave the state.
 */
export interface TimeBound<L = unknown, R = unknown> {
  readonly left: '<' | '<=' | '>' | '>=';
  /** Added to the right time; may be negative. Default 0. */
  readonly plus?: DurationInput;
  readonly leftTime?: (left: L) => EventTimeInput;
  readonly rightTime?: (right: R) => EventTimeInput;
}

export type TimeBounds<L, R> = TimeBound<L, R> | readonly TimeBound<L, R>[];

/** What every join takes. */
export interface JoinConditions<L, R, J extends JoinType, Out> {
  readonly type: J;
  /** Any further condition on a pair. */
  readonly where?: (left: L, right: R) => boolean;
  /** A left row that fails matches nothing: it is never stored, and comes out at once if it has to. */
  readonly leftWhere?: (left: L) => boolean;
  /** The same for right rows. */
  readonly rightWhere?: (right: R) => boolean;
  /** Makes the output row. Default `{ left, right }`; the left row in left-only joins. */
  readonly select?: (left: LeftOf<J, L>, right: RightOf<J, R>) => Out;
}

/** Options of a join between two streams. */
export interface StreamJoinConditions<L, R, J extends JoinType, K, Out>
  extends JoinConditions<L, R, J, Out> {
  readonly on?: JoinKeys<L, R, K>;
  readonly onTime?: JoinTimeKeys<L, R>;
  readonly within?: TimeBounds<NoInfer<L>, NoInfer<R>>;
  /**
   * The state may grow for ever. Other joins than inner still need `within` and the other side's
   * watermark: then rows of a side without watermark that match nothing come out when the query completes.
   */
  readonly unbounded?: boolean;
  readonly ttl?: DurationInput;
  /** Says that the left side is `staticRows(…)`: then there is no state to bound. */
  readonly leftIsStatic?: boolean;
  /**
   * Whose event time the output row has; null where that side is missing. Default: the left's (the
   * right's in a right outer join or if only the right has a watermark), or else the other's.
   */
  readonly time?: 'left' | 'right';
}

/** The equality that a join between streams cannot do without. */
export type JoinEquality<L, R, K> =
  | { readonly on: JoinKeys<L, R, K> }
  | { readonly onTime: JoinTimeKeys<L, R> };

/**
 * What keeps the state of a join between streams bounded: bounds between event times, or an event time
 * in the key. An inner join may say that it has none.
 */
export type JoinBound<L, R, J extends JoinType> =
  | { readonly within: TimeBounds<NoInfer<L>, NoInfer<R>> }
  | { readonly onTime: JoinTimeKeys<L, R> }
  | { readonly leftIsStatic: true }
  | (J extends 'inner' ? { readonly unbounded: true } | { readonly ttl: DurationInput } : never);

/** How two streams are joined: type, keys, how far apart in event time, and what comes out. */
export type StreamJoinOptions<L, R, J extends JoinType, K, Out> = StreamJoinConditions<
  L,
  R,
  J,
  K,
  Out
> &
  JoinEquality<L, R, K> &
  JoinBound<L, R, J>;

/** How a stream is joined with a table: type, key columns, further condition, and what comes out. */
export interface StaticJoinOptions<L, R, J extends StaticJoinType, K, Out>
  extends JoinConditions<L, R, J, Out> {
  readonly on: JoinKeys<L, R, K>;
}
