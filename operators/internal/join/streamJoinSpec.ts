import type { KeyReader } from './joinKey.js';
import type { JoinSide, JoinType } from './joinType.js';
import type { LacksTime, StateOffsets, TimeInterval } from './timeBounds.js';

/** A join between streams, with everything that can be known before it runs. */
export interface StreamJoinSpec {
  readonly type: JoinType;
  /** One reader per run and side. */
  readonly keyReader: (side: JoinSide) => KeyReader;
  readonly hasEquality: boolean;
  /** Whether the key has more than a time. */
  readonly hasKeyColumns: boolean;
  /** An event time is part of the key. */
  readonly timeKeyed: boolean;
  /** And some watermark says when it is over: rows leave with it. */
  readonly leavesByKey: boolean;
  /** Whether functions give the event time of the key, not the rows' own. */
  readonly timeKeyGiven: boolean;
  /** Whether a bound uses the event time of that side's rows. */
  readonly comparesTime: Readonly<Record<JoinSide, boolean>>;
  /** Whether a row can match nothing, because a time that a bound compares is null; undefined: it cannot be. */
  readonly lacksTime: Readonly<Record<JoinSide, LacksTime | undefined>>;
  /** Bounds between the rows' event times. */
  readonly interval: TimeInterval;
  /** What must hold of a pair beside key and interval; undefined: nothing. */
  readonly residual: Residual | undefined;
  readonly leftWhere: ((left: unknown) => boolean) | undefined;
  readonly rightWhere: ((right: unknown) => boolean) | undefined;
  readonly select: ((left: unknown, right: unknown) => unknown) | undefined;
  /** Where rows leave the state, as distance from the eviction watermark; undefined: never. */
  readonly offsets: StateOffsets;
  /**
   * Whether the other side's watermark bounds the times that this side can still match. Where this side
   * has no watermark of its own its rows stay all the same, as in Spark.
   */
  readonly matchesEnd: Readonly<Record<JoinSide, boolean>>;
  readonly hasWatermark: Readonly<Record<JoinSide, boolean>>;
  readonly unbounded: boolean;
  readonly ttlMs: number | undefined;
  readonly outputTime: OutputTime;
}

export type Residual = (left: unknown, leftMs: number, right: unknown, rightMs: number) => boolean;

/** Whose event time an output row has, and whether the other side's stands in for a missing row. */
export interface OutputTime {
  readonly side: JoinSide;
  readonly strict: boolean;
}
